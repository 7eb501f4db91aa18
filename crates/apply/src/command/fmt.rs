//! `optakit fmt`.

use std::path::Path;

use anyhow::bail;
use optakit_core::api::{self, SourceText};

use crate::bundle_file::FileForm;
use crate::cli::FmtArgs;
use crate::hint;
use crate::outcome::Outcome;
use crate::output_file::{self, Privacy};
use crate::plural::plural;
use crate::report::Report;
use crate::{file, service_files};

/// Formats the files, or prints the names of those that are not formatted.
///
/// # Errors
///
/// Fails if a file cannot be read or written, or a folder contains no opta.yml.
pub(crate) fn run(arguments: &FmtArgs, report: &Report) -> anyhow::Result<Outcome> {
    let files = service_files::find(&arguments.paths)?;
    let (mut changed, mut failed) = (0, 0);
    for path in &files {
        let text = file::read_text(path)?;
        if FileForm::of(&text) == FileForm::Bundle {
            bail!("{} is a bundle\n  help: pass a service file", text.name);
        }
        let formatted = match api::format(&text) {
            Ok(formatted) => formatted,
            Err(error) => {
                report.error(
                    &anyhow::Error::new(error).context(format!("cannot format {}", text.name)),
                );
                failed += 1;
                continue;
            }
        };
        if formatted != text.text {
            changed += 1;
        }
        apply(path, &text, &formatted, arguments, report)?;
    }
    if !files.iter().any(|path| file::is_stdin(path)) {
        let read = files.len() - failed;
        if failed > 0 {
            report.note(format!("{} cannot be formatted", plural(failed, "file")));
        }
        if read > 0 || failed == 0 {
            report.note(summary(read, changed, arguments));
        }
    }
    let is_failed = failed > 0 || arguments.check && changed > 0;
    Ok(if is_failed { Outcome::Failed } else { Outcome::Succeeded })
}

/// Writes a formatted text, or prints what would change.
fn apply(
    path: &Path,
    text: &SourceText,
    formatted: &str,
    arguments: &FmtArgs,
    report: &Report,
) -> anyhow::Result<()> {
    let is_changed = formatted != text.text;
    if arguments.check {
        if is_changed {
            report.result(&format!("{}\n", text.name));
        }
    } else if file::is_stdin(path) {
        report.document(formatted);
    } else if is_changed {
        output_file::write(path, formatted, Privacy::Public)?;
        report.result(&format!("{}\n", text.name));
    }
    Ok(())
}

fn summary(files: usize, changed: usize, arguments: &FmtArgs) -> String {
    let unchanged = plural(files - changed, "file");
    match (changed, arguments.check) {
        (0, _) => format!("{unchanged} already formatted"),
        (_, true) => {
            let paths =
                arguments.paths.iter().map(|path| hint::quoted(&path.display().to_string()));
            let paths: Vec<String> = paths.collect();
            let fmt = hint::optakit("fmt", &paths.join(" "));
            format!("{} not formatted; run `{fmt}`", plural(changed, "file"))
        }
        (_, false) => format!("{} formatted, {unchanged} unchanged", plural(changed, "file")),
    }
}
