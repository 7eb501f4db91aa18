//! Checks a service file for its environments.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::bail;
use optakit_core::api::{self, Diagnostic, Request};

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
    let chosen = request.choices.environment.clone();
    let choices: Vec<Option<String>> = match &chosen {
        None if names.len() > 1 => names.into_iter().map(Some).collect(),
        _ => vec![chosen.clone()],
    };
    let mut file = CheckedFile { environments: Vec::new(), diagnostics: Vec::new(), request };
    let mut indices = Indices::new();
    let checks = choices.len();
    for environment in choices {
        file.request.choices.environment = environment;
        let analysis = api::check_environment(&file.request);
        if let Some(refusal) = analysis.refusal.filter(|_| chosen.is_some()) {
            bail!("{}: {refusal}", file.request.service.name());
        }
        for diagnostic in analysis.diagnostics {
            let environment = analysis.environment.as_deref();
            add(diagnostic, environment, &mut file.diagnostics, &mut indices);
        }
        file.environments.extend(analysis.environment);
    }
    file.request.choices.environment = chosen;
    for found in &mut file.diagnostics {
        found.is_shared = checks < 2 || found.environments.len() == checks;
    }
    let service = file.request.service.name().to_owned();
    let positions: BTreeMap<&str, usize> =
        file.environments.iter().enumerate().rev().map(|(at, name)| (&**name, at)).collect();
    // The problems of all environments come first, and then those of each environment.
    let group = |found: &EnvironmentDiagnostic| {
        let first = found.environments.first().filter(|_| !found.is_shared);
        first.map(|first| positions.get(&**first).copied())
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

/// The index of a diagnostic by its rule, file, place, message and help.
type Indices = BTreeMap<(&'static str, String, (usize, usize), String, Option<String>), usize>;

/// Adds a diagnostic of an environment, or the environment to the same diagnostic of another one.
fn add(
    diagnostic: Diagnostic,
    environment: Option<&str>,
    diagnostics: &mut Vec<EnvironmentDiagnostic>,
    indices: &mut Indices,
) {
    let place = diagnostic.place;
    let key = (
        diagnostic.rule,
        diagnostic.file.clone(),
        (place.byte_start, place.byte_end),
        diagnostic.message.clone(),
        diagnostic.help.clone(),
    );
    let environment = environment.map(str::to_owned);
    match indices.entry(key) {
        Entry::Occupied(index) => {
            let environments = &mut diagnostics[*index.get()].environments;
            // The environments are checked one after the other.
            let new = environment.filter(|name| environments.last() != Some(name));
            environments.extend(new);
        }
        Entry::Vacant(index) => {
            index.insert(diagnostics.len());
            diagnostics.push(EnvironmentDiagnostic {
                diagnostic,
                environments: environment.into_iter().collect(),
                is_shared: true,
            });
        }
    }
}
