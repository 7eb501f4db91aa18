//! `optakit fmt`.

use std::path::PathBuf;

use anyhow::bail;
use optakit_core::api::{self, FormatError, SourceText};
use serde_json::{Value, json};

use crate::bundle_file::FileForm;
use crate::cli::{FmtArgs, ResultFormat};
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
    let mut files = Vec::new();
    for path in service_files::find(&arguments.paths)? {
        let text = file::read_text(&path)?;
        if FileForm::of(&text) == FileForm::Bundle {
            bail!("{} is a bundle\n  help: pass a service file", text.name);
        }
        let file = FormattedFile { formatted: api::format(&text), path, text };
        if let Ok(formatted) = &file.formatted {
            apply(&file, formatted, arguments, report)?;
        } else if let Some(error) = file.error() {
            report.error(&error);
        }
        files.push(file);
    }
    let json = || json!({ "files": files.iter().map(FormattedFile::json).collect::<Vec<_>>() });
    match arguments.output {
        ResultFormat::Text => {}
        ResultFormat::Json => report.json(&format!("{:#}\n", json())),
        ResultFormat::Yaml => report.yaml(&json().to_string()),
    }
    let failed = files.iter().filter(|file| file.formatted.is_err()).count();
    let changed = files.iter().filter(|file| file.is_changed()).count();
    if !files.iter().any(|file| file::is_stdin(&file.path)) {
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

/// A file, and its formatted text.
struct FormattedFile {
    path: PathBuf,
    text: SourceText,
    formatted: Result<String, FormatError>,
}

impl FormattedFile {
    fn is_changed(&self) -> bool {
        self.formatted.as_ref().is_ok_and(|formatted| *formatted != self.text.text)
    }

    fn error(&self) -> Option<anyhow::Error> {
        let error = self.formatted.as_ref().err()?.clone();
        Some(anyhow::Error::new(error).context(format!("cannot format {}", self.text.name)))
    }

    fn json(&self) -> Value {
        let mut object = json!({ "file": self.text.name, "changed": self.is_changed() });
        match &self.formatted {
            Ok(text) if file::is_stdin(&self.path) => object["text"] = json!(text),
            Ok(_) => {}
            Err(error) => object["error"] = json!(error.to_string()),
        }
        object
    }
}

/// Writes a formatted text, or prints what would change.
fn apply(
    file: &FormattedFile,
    formatted: &str,
    arguments: &FmtArgs,
    report: &Report,
) -> anyhow::Result<()> {
    let is_text = arguments.output == ResultFormat::Text;
    let is_stdin = file::is_stdin(&file.path);
    if is_stdin && is_text && !arguments.check {
        report.document(formatted);
    } else if file.is_changed() {
        if !is_stdin && !arguments.check {
            output_file::write(&file.path, formatted, Privacy::Public)?;
        }
        if is_text {
            report.result(&format!("{}\n", file.text.name));
        }
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
