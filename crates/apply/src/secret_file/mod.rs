//! Files with the values of secrets: dotenv, JSON and YAML.
//!
//! Every value is stored as written. Nothing is expanded, and no variable of this process is read.

mod content;
mod dotenv;
mod json;
mod refusal;
mod yaml;

use std::path::Path;

use anyhow::bail;
use secrecy::SecretString;

use crate::{file, plural::plural};
use content::Content;
use refusal::Refusal;

/// The most problems that a message lists.
const MAX_SHOWN: usize = 20;

/// A format of a file with secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Dotenv,
    Json,
    Yaml,
}

impl Format {
    /// Returns the format that the extension of a file names. Other files are dotenv files.
    pub(crate) fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Self::Json,
            Some(extension) if ["yaml", "yml"].contains(&&*extension.to_ascii_lowercase()) => {
                Self::Yaml
            }
            _ => Self::Dotenv,
        }
    }
}

/// The names and values of a file.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) values: Vec<(String, SecretString)>,
    /// Warnings about lines that dotenv reads differently. They contain no value.
    pub(crate) warnings: Vec<String>,
}

/// Reads the names and values of a file, or of standard input for `-`.
///
/// # Errors
///
/// Fails if the file cannot be read or a line cannot be imported. The message names the file, the
/// lines and the reasons, but no value.
pub(crate) fn read(
    path: &Path,
    format: Option<Format>,
    allow_empty: bool,
) -> anyhow::Result<Imported> {
    let (name, bytes) = file::read(path)?;
    let text = decode(&name, bytes)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let format = format.unwrap_or_else(|| Format::of(path));
    let mut content = match format {
        Format::Dotenv => dotenv::parse(text),
        Format::Json => json::parse(text),
        Format::Yaml => yaml::parse(text),
    };
    content.check(allow_empty);
    if !content.refusals.is_empty() {
        bail!("{}", refused(&name, &content.refusals, guess(format, text)));
    }
    if content.entries.is_empty() {
        bail!("{name} contains no secrets\n  help: add lines of the form NAME=value");
    }
    let remarks = content.remarks.iter();
    let warnings = remarks.map(|(line, remark)| format!("{name}:{line}: {}", remark.message()));
    Ok(Imported {
        warnings: warnings.take(MAX_SHOWN).collect(),
        values: content.entries.into_iter().map(|entry| (entry.name, entry.value)).collect(),
    })
}

/// Converts bytes to text. The message of a fault contains no byte of the file.
fn decode(name: &str, bytes: Vec<u8>) -> anyhow::Result<String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!("{name}:1: the file is UTF-16, expected UTF-8\n  help: save it as UTF-8");
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!(
            "{name}:{line}: the line is not UTF-8\n  \
             help: save the file as UTF-8; a container gets text only"
        )
    })
}

/// Returns the format of a text that is certainly not a dotenv file.
fn guess(format: Format, text: &str) -> Option<&'static str> {
    if format != Format::Dotenv {
        return None;
    }
    if text.trim_start().starts_with('{') {
        return Some("json");
    }
    let is_yaml = |content: Content| content.refusals.is_empty() && !content.entries.is_empty();
    is_yaml(yaml::parse(text)).then_some("yaml")
}

fn refused(name: &str, refusals: &[Refusal], guess: Option<&str>) -> String {
    let count = plural(refusals.len(), "problem");
    let mut message = format!("{name} has {count}, nothing was imported");
    for Refusal { line, reason } in refusals.iter().take(MAX_SHOWN) {
        message.push_str(&format!("\n  {name}:{line}: {reason}"));
    }
    if let Some(more) = refusals.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
        message.push_str(&format!("\n  and {more} more"));
    }
    match guess {
        Some(format) => message.push_str(&format!("\n  help: pass `--from {format}`")),
        None => message.push_str(&format!("\n  help: {}", refusals[0].reason.help())),
    }
    message
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use secrecy::ExposeSecret;

    use super::*;

    fn import(name: &str, bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
        let folder = tempfile::tempdir().expect("a folder can be created");
        let path = folder.path().join(name);
        let mut file = std::fs::File::create(&path).expect("the file can be created");
        file.write_all(bytes).expect("the file can be written");
        match read(&path, None, false) {
            Ok(imported) => Ok(imported
                .values
                .into_iter()
                .map(|(name, value)| (name, value.expose_secret().to_owned()))
                .collect()),
            Err(error) => Err(error.to_string().replace(&path.display().to_string(), name)),
        }
    }

    fn pairs(of: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        Ok(of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn the_extension_is_the_format() {
        assert_eq!(import("a.env", b"A={\"b\":1}\n"), pairs(&[("A", "{\"b\":1}")]));
        assert_eq!(import("a.json", b"{\"A\": \"b\"}"), pairs(&[("A", "b")]));
        assert_eq!(import("a.YML", b"A: b\n"), pairs(&[("A", "b")]));
    }

    #[test]
    fn files_that_are_not_text_are_refused_without_a_byte_of_them() {
        let error = import("a.env", b"A=1\nB=\xff\n").expect_err("not UTF-8");
        assert!(error.starts_with("a.env:2: the line is not UTF-8\n"), "{error}");
        let error = import("a.env", b"\xff\xfeA\0=\0").expect_err("UTF-16");
        assert!(error.starts_with("a.env:1: the file is UTF-16"), "{error}");
        let error = import("a.env", b"A=1\nB=x\0y\n").expect_err("a NUL byte");
        assert!(error.contains("\n  a.env:2: the value has a NUL character\n"), "{error}");
    }

    #[test]
    fn all_lines_that_cannot_be_imported_are_reported() {
        let error = import("a.env", b"\xef\xbb\xbfA=1\nhunter2\nA=2\nC=\n").expect_err("faults");
        assert_eq!(
            error,
            "a.env has 3 problems, nothing was imported\n  \
             a.env:2: the line has no `=`, expected NAME=value\n  \
             a.env:3: `A` is set twice, first in line 1\n  \
             a.env:4: the value of `C` is empty\n  \
             help: put a value of several lines in quotes; variables of this machine are not read"
        );
        let error = import("a.env", b"{\"A\": \"hunter2\"}\n").expect_err("JSON");
        assert!(error.ends_with("help: pass `--from json`"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let error = import("a.env", b"A: hunter2\nB: 'x'\n").expect_err("YAML");
        assert!(error.ends_with("help: pass `--from yaml`"), "{error}");
        let error = import("a.json", b"{\"A\": 1, \"A\": 2}").expect_err("a name twice");
        assert!(error.contains("a.json:1: `A` is set twice, first in line 1"), "{error}");
        assert!(
            import("a.env", b"# only a comment\n").expect_err("no names").contains("no secrets")
        );
    }

    #[test]
    fn large_files_are_read_in_linear_time() {
        let lines: String = (0..200_000).map(|index| format!("A{index}=x\n")).collect();
        assert_eq!(import("a.env", lines.as_bytes()).map(|values| values.len()), Ok(200_000));
        let json = format!("{{{}\n}}", lines.replace("A", "\"A").replace("=x\n", "\": 1,\n"));
        let json = json.replace(",\n\n}", "\n}");
        assert_eq!(import("a.json", json.as_bytes()).map(|values| values.len()), Ok(200_000));
        let yaml = lines.replace('=', ": ");
        assert_eq!(import("a.yml", yaml.as_bytes()).map(|values| values.len()), Ok(200_000));
        let error = import("a.env", "x\n".repeat(1000).as_bytes()).expect_err("no names");
        assert!(error.contains("a.env:20: ") && !error.contains("a.env:21: "), "{error}");
        assert!(error.contains("\n  and 980 more\n"), "{error}");
    }

    #[test]
    fn files_that_sops_has_encrypted_are_refused() {
        for (name, text) in [
            ("a.env", "A=ENC[AES256_GCM,data:x,type:str]\n"),
            ("a.yaml", "A: ENC[AES256_GCM,data:x,type:str]\n"),
        ] {
            let error = import(name, text.as_bytes()).expect_err("encrypted");
            assert!(error.contains("the value is encrypted with sops"), "{error}");
            assert!(error.contains("sops decrypt FILE | "), "{error}");
        }
    }
}
