//! Checks a service file for its environments.

use anyhow::bail;
use optakit_core::api::{self, Choices, Diagnostic, Request};

use crate::environment_diagnostic::EnvironmentDiagnostic;
use crate::request;

/// A service file with its diagnostics.
pub(crate) struct CheckedFile {
    pub(crate) request: Request,
    /// The names of the environments that were checked, if the file has a list of them.
    pub(crate) environments: Vec<String>,
    /// The diagnostics, each once. The service file comes first.
    pub(crate) diagnostics: Vec<EnvironmentDiagnostic>,
}

impl CheckedFile {
    /// Returns the diagnostics for people: with paths relative to the working directory, and
    /// without the content of environment files outside the repository.
    pub(crate) fn for_people(mut self) -> Self {
        for found in &mut self.diagnostics {
            let shown = request::for_people(&self.request, vec![found.diagnostic.clone()]);
            found.diagnostic = shown.into_iter().next().expect("there is one diagnostic");
        }
        self
    }
}

/// Checks the environment that the request chooses, or all environments of the file.
///
/// # Errors
///
/// Fails if the request chooses an environment that the file does not have.
pub(crate) fn check(request: Request) -> anyhow::Result<CheckedFile> {
    let names: Vec<String> =
        request.service.environments().into_iter().map(|environment| environment.name).collect();
    let choices: Vec<Choices> = match &request.choices.environment {
        None if names.len() > 1 => names
            .iter()
            .map(|name| Choices { environment: Some(name.clone()), ..request.choices.clone() })
            .collect(),
        _ => vec![request.choices.clone()],
    };
    let mut file = CheckedFile { environments: Vec::new(), diagnostics: Vec::new(), request };
    let checks = choices.len();
    for choices in choices {
        let is_chosen = file.request.choices.environment.is_some();
        let analysis = api::check(&Request { choices, ..file.request.clone() });
        if let Some(refusal) = analysis.refusal.filter(|_| is_chosen) {
            bail!("{}: {refusal}", file.request.service.name());
        }
        for diagnostic in analysis.diagnostics {
            add(diagnostic, analysis.environment.as_deref(), &mut file.diagnostics);
        }
        file.environments.extend(analysis.environment);
    }
    for found in &mut file.diagnostics {
        found.is_shared = checks < 2 || found.environments.len() == checks;
    }
    let service = file.request.service.name().to_owned();
    // The problems of all environments come first, and then those of each environment.
    let group = |found: &EnvironmentDiagnostic| {
        let first = found.environments.first().filter(|_| !found.is_shared);
        first.map(|first| file.environments.iter().position(|name| name == first))
    };
    file.diagnostics.sort_by(|a, b| {
        let key = |found: &'_ EnvironmentDiagnostic| {
            let place = found.diagnostic.place.byte_start;
            (group(found), found.diagnostic.file != service, place)
        };
        let files = a.diagnostic.file.cmp(&b.diagnostic.file);
        let (a, b) = (key(a), key(b));
        (a.0, a.1).cmp(&(b.0, b.1)).then(files).then(a.2.cmp(&b.2))
    });
    Ok(file)
}

/// Adds a diagnostic of an environment, or the environment to the same diagnostic of another one.
fn add(
    diagnostic: Diagnostic,
    environment: Option<&str>,
    diagnostics: &mut Vec<EnvironmentDiagnostic>,
) {
    let is_same = |other: &EnvironmentDiagnostic| {
        let other = &other.diagnostic;
        (other.rule, &other.file, other.place)
            == (diagnostic.rule, &diagnostic.file, diagnostic.place)
            && (&other.message, &other.help) == (&diagnostic.message, &diagnostic.help)
    };
    let environment = environment.map(str::to_owned);
    match diagnostics.iter_mut().find(|other| is_same(other)) {
        Some(other) => {
            let new = environment.filter(|name| !other.environments.contains(name));
            other.environments.extend(new);
        }
        None => diagnostics.push(EnvironmentDiagnostic {
            diagnostic,
            environments: environment.into_iter().collect(),
            is_shared: true,
        }),
    }
}
