//! `optakit validate`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use optakit_core::api::{self, Choices, Diagnostic, Request, Severity};
use rayon::prelude::*;

use super::rendered;
use crate::bundle_file::FileForm;
use crate::cli::{ReportFormat, ValidateArgs};
use crate::environment_file::Outside;
use crate::outcome::Outcome;
use crate::plural::plural;
use crate::report::Report;
use crate::{file, format, request};

/// Checks each file for all of its environments.
///
/// # Errors
///
/// Fails if a file cannot be read, or a folder contains no opta.yml.
pub(crate) fn run(arguments: &ValidateArgs, report: &Report) -> anyhow::Result<Outcome> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        find_service_files(path, &mut files)?;
    }
    if arguments.paths.is_empty() {
        files.push(request::find(None)?);
    }
    let values = arguments.values.as_deref().map(file::read_text).transpose()?;
    let outside = Outside::allowed(arguments.allow_outside);
    let check_file = |file: &PathBuf| {
        let choices = Choices { environment: arguments.env.clone(), ..Choices::default() };
        let text = file::read_text(&request::find(Some(file))?)?;
        if FileForm::of(&text) == FileForm::Bundle {
            bail!("{0} is a bundle\n  help: run `optakit bundle verify {0}`", text.name);
        }
        let request = request::of_text(&text, file, outside);
        let request = Request { choices, values: values.clone(), ..request };
        Ok((check(&request)?, request))
    };
    let checked: anyhow::Result<Vec<_>> = match files.as_slice() {
        // One file does not need the threads of rayon.
        [file] => check_file(file).map(|checked| vec![checked]),
        files => files.par_iter().map(check_file).collect(),
    };
    let checked = checked?;
    let is_error = |found: &Diagnostic| found.severity == Severity::Error;
    for (diagnostics, request) in &checked {
        let reason = rendered::without_services(&request.service);
        if let Some(reason) = reason.filter(|_| !diagnostics.iter().any(is_error)) {
            report.warning(reason);
        }
    }
    let all = || checked.iter().flat_map(|(diagnostics, _)| diagnostics);
    let count = |severity: Severity| all().filter(|found| found.severity == severity).count();
    match arguments.output {
        ReportFormat::Json => report.json(&format::json(all())),
        ReportFormat::Sarif => report.json(&format::sarif(all())),
        ReportFormat::Github => report.document(&format::github(all())),
        ReportFormat::Text => {
            for (diagnostics, request) in &checked {
                let text_of = |name: &str| request::text_of(request, name);
                report.styled_result(&report.diagnostics(diagnostics, text_of));
            }
            report.note(summary(files.len(), count(Severity::Error), count(Severity::Warning)));
        }
    }
    Ok(if count(Severity::Error) > 0 { Outcome::Failed } else { Outcome::Succeeded })
}

/// Adds the file, or every opta.yml below the folder.
fn find_service_files(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let before = files.len();
    for entry in ignore::WalkBuilder::new(path).sort_by_file_path(Ord::cmp).build() {
        let entry = entry.with_context(|| format!("cannot search {}", path.display()))?;
        if entry.file_type().is_some_and(|kind| kind.is_file())
            && matches!(entry.file_name().to_str(), Some("opta.yml" | "opta.yaml"))
        {
            files.push(entry.into_path());
        }
    }
    if files.len() == before {
        bail!("no opta.yml found below {}", path.display());
    }
    Ok(())
}

/// Returns the diagnostics for all chosen environments, without duplicates.
fn check(request: &Request) -> anyhow::Result<Vec<Diagnostic>> {
    let environments = request.service.environments();
    let choices: Vec<Choices> = if request.choices.environment.is_some() || environments.len() < 2 {
        vec![request.choices.clone()]
    } else {
        let with =
            |name: &String| Choices { environment: Some(name.clone()), ..request.choices.clone() };
        environments.iter().map(|environment| with(&environment.name)).collect()
    };
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for choices in choices {
        let analysis = api::check(&Request { choices, ..request.clone() });
        if let Some(refusal) = analysis.refusal.filter(|_| request.choices.environment.is_some()) {
            bail!("{}: {refusal}", request.service.name());
        }
        for diagnostic in analysis.diagnostics {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
    }
    // The service file comes first.
    diagnostics.sort_by(|a, b| {
        let key = |found: &'_ Diagnostic| found.file != request.service.name();
        (key(a), &a.file, a.place.byte_start).cmp(&(key(b), &b.file, b.place.byte_start))
    });
    Ok(request::for_people(request, diagnostics))
}

fn summary(files: usize, errors: usize, warnings: usize) -> String {
    let found = match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => {
            format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    };
    format!("{} checked: {found}", plural(files, "file"))
}
