//! `optakit secret`. Values come from standard input, a prompt or a file. They are never printed.

use std::io::{IsTerminal, Read};
use std::path::Path;

use anyhow::{Context, bail};
use optakit_core::quote::quoted;
use secrecy::{ExposeSecret, SecretString};

use super::{connect, input, options};
use crate::applyset::ApplySet;
use crate::bundle_file::IfModified;
use crate::cli::{SecretArgs, SecretCommand};
use crate::deploy::{self, DeployOptions};
use crate::outcome::Outcome;
use crate::owner::Force;
use crate::plural::plural;
use crate::report::Report;
use crate::session::{self, Access, AwsUse, Session};
use crate::wait::Patience;
use crate::{file, hint, lock, manual_secret};

/// Names with their values.
type Values = Vec<(String, SecretString)>;

/// What the command does with the Secret.
enum SecretAction<'a> {
    Set(Values),
    List,
    Delete(&'a str),
}

/// Sets, imports, lists or deletes secrets.
///
/// # Errors
///
/// Fails if a value cannot be read, the cluster cannot be reached, or the API server rejects the
/// change.
pub(crate) fn run(arguments: &SecretArgs, report: &Report) -> anyhow::Result<Outcome> {
    // Reads the values before it connects, because a prompt may take long.
    let action = match &arguments.command {
        SecretCommand::Set { name } => {
            check_name(name)?;
            let value = read_value(name)?;
            check_value(name, &value)?;
            SecretAction::Set(vec![(name.clone(), value)])
        }
        SecretCommand::Import { file } => SecretAction::Set(read_values(file)?),
        SecretCommand::List => SecretAction::List,
        SecretCommand::Delete { name } => SecretAction::Delete(name),
    };
    let bundle = input::open_named(&arguments.input, IfModified::Warn, report)?;
    let cluster = connect::cluster(&bundle, &arguments.connect)?;
    session::block_on(async {
        let access = match action {
            SecretAction::List => Access::Read,
            SecretAction::Set(_) | SecretAction::Delete(_) => connect::access(&arguments.write),
        };
        let mut session = Session::open(bundle, &cluster, AwsUse::Skip, access, report).await?;
        match action {
            SecretAction::Set(values) => {
                ensure_namespace(&mut session, arguments, report).await?;
                locked(&session, arguments, report, set(&session, arguments, &values, report))
                    .await?;
            }
            SecretAction::List => list(&session, report).await?,
            // Without a namespace there is no secret, and no lock.
            SecretAction::Delete(name) if !session.namespace_exists => {
                delete(&session, name, report).await?;
            }
            SecretAction::Delete(name) => {
                locked(&session, arguments, report, delete(&session, name, report)).await?;
            }
        }
        Ok(Outcome::Succeeded)
    })
}

/// Runs work under the lock of the layer. Records a place that the user accepts.
async fn locked(
    session: &Session,
    arguments: &SecretArgs,
    report: &Report,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let work = async |_| {
        if arguments.write.accept_cluster {
            let mut set = ApplySet::read(&session.client, session.layer()).await?;
            session.record_place(&mut set);
            set.announce(&session.client, &[], false).await?;
        }
        work.await
    };
    lock::hold(session, options::wait_lock(&arguments.write), report, work, async || ()).await
}

fn check_name(name: &str) -> anyhow::Result<()> {
    let valid = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if valid {
        Ok(())
    } else {
        bail!(
            "{} is not a valid name of a secret\n  \
             help: use letters, digits, `-`, `_` and `.`",
            quoted(name)
        )
    }
}

/// Rejects an empty value. It is usually an unset variable or a command without output.
fn check_value(name: &str, value: &SecretString) -> anyhow::Result<()> {
    if value.expose_secret().is_empty() {
        bail!(
            "the value of {name} is empty\n  \
             help: enter a value at the prompt, or pass it on standard input"
        );
    }
    Ok(())
}

/// Reads a value from a prompt, or from standard input if that is not a terminal.
fn read_value(name: &str) -> anyhow::Result<SecretString> {
    if std::io::stdin().is_terminal() {
        let value = rpassword::prompt_password(format!("value of {name} (hidden): "))
            .context("cannot read the value")?;
        return Ok(SecretString::from(value));
    }
    let mut value = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut value)
        .context("cannot read the value from standard input")?;
    // `echo` adds one line break.
    let value = value
        .strip_suffix('\n')
        .map(|value| value.strip_suffix('\r').unwrap_or(value))
        .unwrap_or(&value);
    Ok(SecretString::from(value.to_owned()))
}

/// Reads a file with lines of the form NAME=value.
fn read_values(path: &Path) -> anyhow::Result<Values> {
    let source = file::read_text(path)?;
    let mut values = Vec::new();
    for (index, entry) in dotenvy::from_read_iter(source.text.as_bytes()).enumerate() {
        // The error of dotenvy contains the line, which may contain a secret.
        let Ok((name, value)) = entry else {
            bail!("{}: entry {} does not have the form NAME=value", source.name, index + 1)
        };
        check_name(&name)?;
        values.push((name, SecretString::from(value)));
    }
    if values.is_empty() {
        bail!("{} has no entry of the form NAME=value", source.name);
    }
    Ok(values)
}

async fn ensure_namespace(
    session: &mut Session,
    arguments: &SecretArgs,
    report: &Report,
) -> anyhow::Result<()> {
    let options = DeployOptions {
        force: Force::default(),
        yes: arguments.yes,
        patience: Patience::new(None),
        plan: None,
    };
    deploy::ensure_namespace(session, &options, report).await
}

async fn set(
    session: &Session,
    arguments: &SecretArgs,
    values: &Values,
    report: &Report,
) -> anyhow::Result<()> {
    let secret = manual_secret::set(session, values).await?;
    for (name, _) in values {
        report.step("set", name);
    }
    let users = manual_secret::users(session).await?;
    if users.is_empty() {
        return Ok(());
    }
    if arguments.no_restart {
        report.note(format!(
            "the pods of {} use the old values until they restart",
            plural(users.len(), "service")
        ));
        return Ok(());
    }
    for deployment in users {
        manual_secret::restart(session, &deployment, &secret).await?;
        report.step("restarted", format!("Deployment {deployment}"));
    }
    Ok(())
}

async fn list(session: &Session, report: &Report) -> anyhow::Result<()> {
    let names = manual_secret::names(session).await?;
    report.result(&names.iter().map(|name| format!("{name}\n")).collect::<String>());
    for name in manual_secret::required_names(session).filter(|name| !names.contains(name)) {
        report.step("missing", format!("{name}: run `{}`", hint::optakit("secret set", name)));
    }
    Ok(())
}

async fn delete(session: &Session, name: &str, report: &Report) -> anyhow::Result<()> {
    if !manual_secret::names(session).await?.iter().any(|known| known == name) {
        bail!(
            "there is no secret {}\n  help: list the secrets with `{}`",
            quoted(name),
            hint::optakit("secret list", "")
        );
    }
    manual_secret::delete(session, name).await?;
    // Pods that need the secret could not start again, so none is restarted.
    report.step("deleted", name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_rejected() {
        let check = |value: &str| check_value("TOKEN", &SecretString::from(value.to_owned()));
        assert!(check("x").is_ok());
        let error = check("").expect_err("an empty value").to_string();
        assert!(error.starts_with("the value of TOKEN is empty\n  help: "), "{error}");
    }
}
