//! `optakit validate`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::bail;
use optakit_core::api::{self, Choices, EnvironmentRef, Request, SourceText};
use rayon::prelude::*;

use super::{choices, rendered};
use crate::bundle_file::FileForm;
use crate::cli::{ReportFormat, ValidateArgs};
use crate::environment_diagnostic::EnvironmentDiagnostic;
use crate::outcome::{Outcome, UsageError};
use crate::output_file::{self, Privacy};
use crate::plural::plural;
use crate::report::Report;
use crate::secret_values::hide as hide_secrets;
use crate::service_files::{self, CheckedFile, FixedFile, Replaced, diff};
use crate::{file, format, hint, request};

/// Checks each file for all of its environments, and fixes it on request.
///
/// # Errors
///
/// Fails if a file cannot be read or written, or a folder contains no opta.yml.
pub(crate) fn run(arguments: &ValidateArgs, report: &Report) -> anyhow::Result<Outcome> {
    let files = service_files::find(&arguments.paths)?;
    if let ([], [file]) = (arguments.paths.as_slice(), files.as_slice())
        && let Some(warning) = request::ignored_file(None, file)
    {
        report.warning(warning);
    }
    let values = arguments.values.as_deref().map(file::read_text).transpose()?;
    let read = |file: &PathBuf| read(file, arguments, values.as_ref());
    let checked: anyhow::Result<Vec<CheckedFile>> = match files.as_slice() {
        // Files can share an environment file, so they are fixed one after the other.
        files if arguments.fix => fix(files, arguments, values.as_ref(), report),
        // One file does not need the threads of rayon.
        [file] => Ok(vec![service_files::check(read(file)?)?]),
        files => files.par_iter().map(|file| service_files::check(read(file)?)).collect(),
    };
    let mut checked = checked?;
    add_duplicate_layers(&mut checked);
    let checked: Vec<CheckedFile> = checked.into_iter().map(CheckedFile::for_people).collect();
    for file in &checked {
        let reason = rendered::without_services(&file.request.service);
        if let Some(reason) = reason.filter(|_| !file.diagnostics.iter().any(is_error)) {
            report.warning(reason);
        }
    }
    print(&checked, arguments.output, report);
    let all = || checked.iter().flat_map(|file| &file.diagnostics);
    let fails =
        |found: &EnvironmentDiagnostic| found.is_error() || arguments.strict && found.is_warning();
    Ok(if all().any(fails) { Outcome::Failed } else { Outcome::Succeeded })
}

/// Adds the errors about files that have the name of another file.
fn add_duplicate_layers(checked: &mut [CheckedFile]) {
    let duplicates = api::check_layers(checked.iter().map(|file| &file.request));
    for (index, diagnostic) in duplicates {
        let found = EnvironmentDiagnostic { diagnostic, environments: Vec::new(), is_shared: true };
        checked[index].diagnostics.insert(0, found);
    }
}

fn is_error(found: &EnvironmentDiagnostic) -> bool {
    found.is_error()
}

/// Reads a service file and its environment files.
fn read(
    file: &Path,
    arguments: &ValidateArgs,
    values: Option<&SourceText>,
) -> anyhow::Result<Request> {
    let text = file::read_text(file)?;
    if FileForm::of(&text) == FileForm::Bundle {
        let verify = hint::optakit("bundle verify", &hint::quoted(&text.name));
        bail!("{} is a bundle\n  help: run `{verify}`", text.name);
    }
    let reading = choices::reading(arguments.allow_outside, &arguments.environments);
    let request = request::of_text(&text, file, &reading);
    // One values file for several service files has values of modules that are not in each file.
    let own_values = arguments.paths.len() < 2 && !arguments.paths.iter().any(|path| path.is_dir());
    // Of several files, each has only some of the names.
    if own_values {
        choices::check_names(&request.service, &arguments.environments)?;
    }
    let variables = choices::variables(&arguments.environments);
    let choices = Choices { environment: arguments.env.clone(), ..Choices::default() };
    Ok(Request { choices, values: values.cloned(), variables, own_values, ..request })
}

/// Fixes the files and prints the changes. A dry run writes nothing and returns the problems of
/// the files as they are.
fn fix(
    files: &[PathBuf],
    arguments: &ValidateArgs,
    values: Option<&SourceText>,
    report: &Report,
) -> anyhow::Result<Vec<CheckedFile>> {
    if files.iter().any(|file| file::is_stdin(file)) {
        bail!(UsageError("`--fix` cannot change standard input\n  help: pass a file".to_owned()));
    }
    let (mut checked, mut shown, mut total) = (Vec::new(), BTreeSet::new(), 0);
    for file in files {
        let request = read(file, arguments, values)?;
        let replaced = replaced(&request, arguments);
        let (after, changed, count) = service_files::fix(request.clone(), &replaced)?;
        for file in &changed {
            if !arguments.dry_run {
                write(file)?;
            }
            let text = diff(&file.path, &hide_secrets(&file.before), &hide_secrets(&file.after));
            if shown.insert(text.clone()) {
                match arguments.output {
                    ReportFormat::Text => report.result(&text),
                    _ => report.note(text.trim_end()),
                }
            }
        }
        total += count;
        checked.push(if arguments.dry_run { service_files::check(request)? } else { after });
    }
    match (total, arguments.dry_run) {
        (0, _) => report.note("no problem can be fixed automatically"),
        (_, true) => report.note(format!("{} can be fixed", plural(total, "problem"))),
        (_, false) => report.note(format!("{} fixed", plural(total, "problem"))),
    }
    Ok(checked)
}

/// Returns the files of `--env-file` by the path in the service file.
fn replaced(request: &Request, arguments: &ValidateArgs) -> Replaced {
    let reading = choices::reading(arguments.allow_outside, &arguments.environments);
    let file_of = |environment: EnvironmentRef| {
        let mut files = reading.replaced.iter();
        let (_, file) = files.find(|(name, _)| *name == environment.name)?;
        Some((environment.path, file.clone()))
    };
    request.service.environments().into_iter().filter_map(file_of).collect()
}

/// Writes a fixed file, unless someone else has changed it.
fn write(fixed: &FixedFile) -> anyhow::Result<()> {
    let path = Path::new(&fixed.path);
    if file::read_text(path)?.text != fixed.before {
        bail!("{} has changed\n  help: run the command again", fixed.path);
    }
    Ok(output_file::write(path, &fixed.after, Privacy::Public)?)
}

fn print(checked: &[CheckedFile], output: ReportFormat, report: &Report) {
    let all = || checked.iter().flat_map(|file| &file.diagnostics);
    match output {
        ReportFormat::Json => report.json(&format::json(all())),
        ReportFormat::Yaml => report.yaml(&format::json(all())),
        ReportFormat::Sarif => report.json(&format::sarif(all())),
        ReportFormat::Github => report.document(&format::github(all())),
        ReportFormat::Text => {
            for file in checked {
                let text_of = |name: &str| request::text_of(&file.request, name);
                let noted = file.diagnostics.iter().map(|found| (&found.diagnostic, found.note()));
                report.styled_result(&report.noted_diagnostics(noted, text_of));
            }
            report.note(format!("{} checked: {}", plural(checked.len(), "file"), summary(all())));
            if let Some(line) = per_environment(checked) {
                report.note(line);
            }
        }
    }
}

fn summary<'a>(diagnostics: impl Iterator<Item = &'a EnvironmentDiagnostic>) -> String {
    let (mut errors, mut warnings) = (0, 0);
    for found in diagnostics {
        errors += usize::from(found.is_error());
        warnings += usize::from(found.is_warning());
    }
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => {
            format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    }
}

/// Returns the problems of each environment; none if no file was checked for several.
fn per_environment(checked: &[CheckedFile]) -> Option<String> {
    checked.iter().find(|file| file.environments.len() > 1)?;
    let mut names: Vec<&str> = Vec::new();
    let mut found: BTreeMap<&str, Vec<&EnvironmentDiagnostic>> = BTreeMap::new();
    for name in checked.iter().flat_map(|file| &file.environments) {
        found.entry(name).or_insert_with(|| {
            names.push(name);
            Vec::new()
        });
    }
    for diagnostic in checked.iter().flat_map(|file| &file.diagnostics) {
        for name in &diagnostic.environments {
            found.entry(name).or_default().push(diagnostic);
        }
    }
    let line = |name: &&str| {
        let found = found.get(*name).into_iter().flatten().copied();
        format!("{name}: {}", summary(found))
    };
    Some(names.iter().map(line).collect::<Vec<_>>().join("; "))
}
