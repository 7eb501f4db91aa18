//! Reads the values of secrets, and checks their names.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use optakit_core::check::env_vars::is_secret_key;
use optakit_core::quote::quoted;
use secrecy::{ExposeSecret, SecretString};

use crate::aws::{SecretSource, SecretVersion};
use crate::cli::{ImportArgs, SecretFileFormat, SetArgs};
use crate::manual_secret::SecretValues;
use crate::outcome::UsageError;
use crate::report::{Report, stdin_is_data};
use crate::secret_file::{self, Format, Imported};
use crate::{file, hint};

/// Rejects a name that the Secret cannot have, and a value on the command line.
pub(super) fn check_arguments(set: &SetArgs) -> anyhow::Result<()> {
    check_name(&set.name, !set.value.is_empty())
}

/// Rejects a name that the Secret cannot have, and `NAME=value`. `has_value` is whether another
/// argument is a value. The message does not contain the value.
pub(super) fn check_name(argument: &str, has_value: bool) -> anyhow::Result<()> {
    let (name, has_value) = match argument.split_once('=') {
        Some((name, _)) => (name, true),
        None => (argument, has_value),
    };
    if has_value {
        return Err(value_is_an_argument(name).into());
    }
    if !is_secret_key(name) {
        return Err(UsageError(format!(
            "{} is not a valid name of a secret\n  \
             help: use letters, digits, `-`, `_` and `.`",
            quoted(name)
        ))
        .into());
    }
    Ok(())
}

fn value_is_an_argument(name: &str) -> UsageError {
    let name = if is_secret_key(name) { name } else { "NAME" };
    let command = hint::optakit("secret set", name);
    UsageError(format!(
        "the value is an argument, and other users of this machine can see arguments; nothing was \
         changed\n  help: run `{command}`, and enter the value at the prompt or pass it on \
         standard input"
    ))
}

/// Returns the secret in AWS that `--from` names.
pub(super) fn source(from: &str, set: &SetArgs) -> anyhow::Result<SecretSource> {
    let version = match (&set.version_id, &set.version_stage) {
        (Some(id), _) => Some(SecretVersion::Id(id.clone())),
        (None, Some(stage)) => Some(SecretVersion::Stage(stage.clone())),
        (None, None) => None,
    };
    let source = SecretSource::parse(from, version);
    source.map_err(|error| UsageError(error.to_string()).into())
}

/// Rejects an empty value, which is usually an unset variable or a command without output, and a
/// value that a container cannot get.
pub(super) fn check_value(
    name: &str,
    value: &SecretString,
    allow_empty: bool,
) -> anyhow::Result<()> {
    let value = value.expose_secret();
    if value.is_empty() && !allow_empty {
        bail!(
            "the value of {name} is empty; nothing was stored\n  \
             help: enter a value at the prompt, pass it on standard input, or pass `--allow-empty`"
        );
    }
    if value.contains('\0') {
        bail!(
            "the value of {name} has a NUL character; nothing was stored\n  \
             help: remove it: an environment variable cannot contain it"
        );
    }
    Ok(())
}

/// Reads a value from a prompt, or from standard input if that is not a terminal.
pub(super) fn value(name: &str) -> anyhow::Result<SecretString> {
    if std::io::stdin().is_terminal() {
        let value = rpassword::prompt_password(format!("value of {name} (hidden): "))
            .context("cannot read the value")?;
        return Ok(SecretString::from(value));
    }
    stdin_is_data();
    let mut value = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut value)
        .context("cannot read the value from standard input")?;
    Ok(SecretString::from(without_line_break(&value).to_owned()))
}

/// Removes the line break that `echo` adds, also the one of Windows.
fn without_line_break(value: &str) -> &str {
    let Some(line) = value.strip_suffix('\n') else { return value };
    line.strip_suffix('\r').unwrap_or(line)
}

/// Reads the file of an import.
pub(super) fn file(import: &ImportArgs, report: &Report) -> anyhow::Result<SecretValues> {
    let format = import.from.map(|format| match format {
        SecretFileFormat::Dotenv => Format::Dotenv,
        SecretFileFormat::Json => Format::Json,
        SecretFileFormat::Yaml => Format::Yaml,
    });
    if file::is_stdin(&import.file) {
        stdin_is_data();
    }
    // A value like `NAME=value`, not a file.
    let argument = import.file.to_string_lossy();
    if let Some((name, _)) = argument.split_once('=').filter(|_| !import.file.exists()) {
        return Err(value_is_an_argument(name).into());
    }
    let Imported { values, warnings } =
        secret_file::read(&import.file, format, import.allow_empty)?;
    warnings.iter().for_each(|warning| report.warning(warning));
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{ResultFormat, SecretResultArgs};

    fn check(value: &str, allow_empty: bool) -> Result<(), String> {
        let value = SecretString::from(value.to_owned());
        check_value("TOKEN", &value, allow_empty).map_err(|error| error.to_string())
    }

    #[test]
    fn empty_values_are_rejected_unless_allowed() {
        assert_eq!(check("x", false), Ok(()));
        assert_eq!(check("", true), Ok(()));
        let error = check("", false).expect_err("an empty value");
        assert!(error.starts_with("the value of TOKEN is empty; nothing was stored\n"), "{error}");
        let error = check("hunter\0", true).expect_err("a NUL character");
        assert!(error.contains("has a NUL character") && !error.contains("hunter"), "{error}");
    }

    #[test]
    fn one_line_break_at_the_end_is_removed() {
        for (input, value) in [
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            ("a\r\nb", "a\r\nb"),
            ("\n", ""),
            ("a", "a"),
            ("", ""),
        ] {
            assert_eq!(without_line_break(input), value, "{input:?}");
        }
    }

    #[test]
    fn values_in_arguments_are_rejected_without_printing_them() {
        for (name, value) in [
            ("TOKEN=hunter2", &[][..]),
            ("TOKEN", &["hunter2".to_owned()]),
            ("c2hunter2+=", &[]),
            ("=hunter2", &[]),
        ] {
            let set = SetArgs {
                name: name.to_owned(),
                value: value.to_vec(),
                from: None,
                version_id: None,
                version_stage: None,
                result: SecretResultArgs { dry_run: false, output: ResultFormat::Text },
                allow_empty: false,
            };
            let error = check_arguments(&set).expect_err("a value").to_string();
            assert!(error.starts_with("the value is an argument"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
