//! `optakit secret`. Values come from standard input, a prompt, a file or AWS. They are never
//! printed.

mod changes;
mod list;
mod read;
mod write;

use std::cell::Cell;

use anyhow::bail;
use optakit_core::quote::quoted;
use optakit_core::render::MANUAL_SECRETS;
use optakit_core::suggest::Suggestion;
use secrecy::ExposeSecret;

use super::{connect, input, options};
use crate::applyset::ApplySet;
use crate::aws::SecretSource;
use crate::bundle_file::IfModified;
use crate::cli::{ListFormat, SecretArgs, SecretCommand, SecretResultArgs, SetArgs};
use crate::manual_secret::{self, Change, SecretValues};
use crate::outcome::Outcome;
use crate::report::{Report, confirm};
use crate::session::{self, Access, AwsUse, Session};
use crate::stop::Interrupted;
use crate::{hint, lock, url_secrets};
use changes::Changes;

/// The action of the command on the Secret.
enum Action<'a> {
    Set(SecretValues, &'a SecretResultArgs),
    /// Sets a value from AWS.
    Fetch(&'a SetArgs, SecretSource),
    List(ListFormat),
    Delete(&'a str, &'a SecretResultArgs),
}

/// Sets, imports, lists or deletes secrets.
///
/// # Errors
///
/// Fails if a value cannot be read, the cluster cannot be reached, or the API server rejects the
/// change.
pub(crate) fn run(arguments: &SecretArgs, report: &Report) -> anyhow::Result<Outcome> {
    // Reads the values before it connects, because a prompt may take long.
    let action = Action::of(&arguments.command, report)?;
    let bundle = input::open_named(&arguments.input, IfModified::Warn, report)?;
    let cluster = connect::cluster(&bundle, &arguments.at)?;
    session::block_on(async {
        let access = if action.writes() { connect::access(&arguments.write) } else { Access::Read };
        let session = Session::open(bundle, &cluster, AwsUse::Skip, access, report).await?;
        action.run(session, arguments, report).await?;
        Ok(Outcome::Succeeded)
    })
}

impl<'a> Action<'a> {
    fn of(command: &'a SecretCommand, report: &Report) -> anyhow::Result<Self> {
        Ok(match command {
            SecretCommand::Set(set) => {
                read::check_arguments(set)?;
                match &set.from {
                    Some(from) => Self::Fetch(set, read::source(from, set)?),
                    None => {
                        let value = read::value(&set.name)?;
                        read::check_value(&set.name, &value, set.allow_empty)?;
                        Self::Set(vec![(set.name.clone(), value)], &set.result)
                    }
                }
            }
            SecretCommand::Import(import) => Self::Set(read::file(import, report)?, &import.result),
            SecretCommand::List { output } => Self::List(*output),
            SecretCommand::Delete(delete) => {
                read::check_name(&delete.name, false)?;
                Self::Delete(&delete.name, &delete.result)
            }
        })
    }

    /// Whether the command changes the Secret.
    const fn writes(&self) -> bool {
        match self {
            Self::Set(_, result) | Self::Delete(_, result) => !result.dry_run,
            Self::Fetch(set, _) => !set.result.dry_run,
            Self::List(_) => false,
        }
    }

    async fn run(
        self,
        session: Session,
        arguments: &SecretArgs,
        report: &Report,
    ) -> anyhow::Result<()> {
        match self {
            Self::Set(values, result) => set(session, &values, result, arguments, report).await,
            Self::Fetch(from, source) => {
                let value = source.value(&session.bundle.target).await?;
                read::check_value(&from.name, &value, from.allow_empty)?;
                let values = vec![(from.name.clone(), value)];
                set(session, &values, &from.result, arguments, report).await
            }
            Self::List(output) => list::list(&session, output, report).await,
            Self::Delete(name, result) => {
                let needed_by = needed_by(&session, name).await?;
                let changes = Changes {
                    secrets: vec![(name.to_owned(), Change::Deleted)],
                    ..Changes::default()
                };
                if result.dry_run {
                    if let Some(needed_by) = needed_by {
                        report.warning(format!("{needed_by}; new pods could not start"));
                    }
                    changes::print_dry_run(&changes.secrets, result.output, report);
                    return Ok(());
                }
                if let Some(needed_by) = needed_by {
                    let question =
                        format!("delete {}? {needed_by}; new pods cannot start", quoted(name));
                    let kept = format!("the secret {} was not deleted", quoted(name));
                    confirm(&question, arguments.yes, &kept).await?;
                }
                locked(&session, arguments, report, write::delete(&session, name, report)).await?;
                changes.print(result.output, report);
                Ok(())
            }
        }
    }
}

async fn set(
    mut session: Session,
    values: &SecretValues,
    result: &SecretResultArgs,
    arguments: &SecretArgs,
    report: &Report,
) -> anyhow::Result<()> {
    warn_unlisted(&session, values, report);
    warn_in_urls(&session, values, report);
    if result.dry_run {
        return changes::preview(&session, values, result, report).await;
    }
    let had_namespace = session.namespace_exists;
    // The size is checked before the namespace is created, too.
    manual_secret::read(&session).await?.check_size(values)?;
    write::ensure_namespace(&mut session, arguments, report).await?;
    let stored = Cell::new(false);
    let work = write::set(&session, arguments, values, &stored, report);
    let changes = locked(&session, arguments, report, work).await.map_err(|error| {
        let created = if had_namespace { None } else { Some(session.layer()) };
        if stored.get() { error } else { nothing_stored(error, created) }
    })?;
    changes.print(result.output, report);
    Ok(())
}

/// Warns about names that the service file does not list, because no pod gets their values.
fn warn_unlisted(session: &Session, values: &SecretValues, report: &Report) {
    let listed: Vec<&str> = manual_secret::required_names(session).map(String::as_str).collect();
    for (name, _) in values.iter().filter(|(name, _)| !listed.contains(&name.as_str())) {
        let other_help = || "add it to `secrets` in opta.yml".to_owned();
        let help = Suggestion::new(name, listed.iter().copied(), other_help).help;
        report.warning(format!(
            "the service file does not list {} in `secrets`, so no pod gets it\n  help: {help}",
            quoted(name)
        ));
    }
}

/// Warns about values that the service uses in a URL, and that a URL must escape.
fn warn_in_urls(session: &Session, values: &SecretValues, report: &Report) {
    let used = url_secrets::of(&session.bundle);
    for used in used.iter().filter(|used| used.secret == MANUAL_SECRETS) {
        let value = values.iter().find(|(name, _)| *name == used.key);
        if let Some(warning) = value.and_then(|(_, value)| used.warning(value.expose_secret())) {
            report.warning(warning);
        }
    }
}

/// Adds to an error that no secret was stored, and which namespace was created before.
fn nothing_stored(error: anyhow::Error, created: Option<&str>) -> anyhow::Error {
    let text = match created {
        Some(layer) => format!("the Namespace `{layer}` was created, but no secret was stored"),
        None => "no secret was stored".to_owned(),
    };
    match error.downcast::<Interrupted>() {
        Ok(interrupted) => Interrupted { outcome: text, ..interrupted }.into(),
        Err(error) => error.context(text),
    }
}

/// Returns what needs a secret.
///
/// # Errors
///
/// Fails if the secret does not exist, or cannot be read.
async fn needed_by(session: &Session, name: &str) -> anyhow::Result<Option<String>> {
    let state = manual_secret::read(session).await?;
    if !state.has(name) {
        bail!(
            "there is no secret {}\n  help: list the secrets with `{}`",
            quoted(name),
            hint::optakit("secret list", "")
        );
    }
    let in_bundle = manual_secret::required_names(session).any(|required| required == name);
    let users = manual_secret::users(session).await?;
    let user = users.iter().find(|user| user.keys.iter().any(|key| key == name));
    Ok(match user {
        Some(user) => Some(format!("the pods of Deployment {} need it", user.name)),
        None if in_bundle => Some("the service file requires it".to_owned()),
        None => None,
    })
}

/// Runs work under the lock of the layer. Records a place that the user accepts.
async fn locked<T>(
    session: &Session,
    arguments: &SecretArgs,
    report: &Report,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
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
