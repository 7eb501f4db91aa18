//! `optakit validate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use optakit_core::api::{self, Choices, Diagnostic, Request};
use rayon::prelude::*;

use crate::cli::{Format, Validate};
use crate::report::Report;
use crate::{format, input};

/// Checks each file for each of its environments.
///
/// # Errors
///
/// When a file cannot be read or there is none.
pub(crate) fn run(arguments: &Validate, report: &Report) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        service_files(path, &mut files)?;
    }
    let checked = files.par_iter().map(|file| {
        let choices = Choices { environment: arguments.env.clone(), ..Choices::default() };
        let request = input::request(file, arguments.values.as_ref(), choices)?;
        Ok((check(&request)?, request))
    });
    let checked = checked.collect::<anyhow::Result<Vec<_>>>()?;
    let all = || checked.iter().flat_map(|(diagnostics, _)| diagnostics);
    let count = |severity: &str| all().filter(|diagnostic| diagnostic.severity == severity).count();
    match arguments.format {
        Format::Json => report.result(&format::json(all())),
        Format::Sarif => report.result(&format::sarif(all())),
        Format::Github => report.result(&format::github(all())),
        Format::Text => {
            for (diagnostics, request) in &checked {
                report
                    .result(&report.diagnostics(diagnostics, |name| input::text_of(request, name)));
            }
            report.note(summary(files.len(), count("error"), count("warning")));
        }
    }
    Ok(if count("error") > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The files meant by a path: itself, or every opta.yml below a folder.
fn service_files(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let before = files.len();
    for entry in ignore::WalkBuilder::new(path).sort_by_file_path(Ord::cmp).build() {
        let entry = entry.with_context(|| format!("cannot look through {}", path.display()))?;
        if entry.file_type().is_some_and(|kind| kind.is_file())
            && matches!(entry.file_name().to_str(), Some("opta.yml" | "opta.yaml"))
        {
            files.push(entry.into_path());
        }
    }
    if files.len() == before {
        bail!("there is no opta.yml below {}", path.display());
    }
    Ok(())
}

/// The diagnostics of all environments asked for, each once.
fn check(request: &Request) -> anyhow::Result<Vec<Diagnostic>> {
    let environments = api::environments(&request.service);
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
            bail!("{}: {refusal}", request.service.name);
        }
        for diagnostic in analysis.diagnostics {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
    }
    diagnostics.sort_by(|a, b| {
        (a.file != request.service.name, &a.file, a.place.byte_start).cmp(&(
            b.file != request.service.name,
            &b.file,
            b.place.byte_start,
        ))
    });
    Ok(input::from_here(request, diagnostics))
}

fn summary(files: usize, errors: usize, warnings: usize) -> String {
    let plural = |count: usize, word: &str| {
        if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
    };
    let checked = plural(files, "file");
    match (errors, warnings) {
        (0, 0) => format!("{checked} checked: no problems"),
        (errors, 0) => format!("{checked} checked: {}", plural(errors, "error")),
        (0, warnings) => format!("{checked} checked: {}", plural(warnings, "warning")),
        (errors, warnings) => format!(
            "{checked} checked: {}, {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    }
}
