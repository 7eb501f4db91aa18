//! `optakit secret`. Values come from standard input, a prompt, a file or AWS. They are never
//! printed.

mod list;
mod read;
mod write;

use anyhow::bail;
use optakit_core::quote::quoted;

use super::{connect, input, options};
use crate::applyset::ApplySet;
use crate::aws::SecretSource;
use crate::bundle_file::IfModified;
use crate::cli::{ListFormat, ResultFormat, SecretArgs, SecretCommand, SetArgs};
use crate::manual_secret::{self, SecretValues};
use crate::outcome::Outcome;
use crate::report::{Report, confirm};
use crate::session::{self, Access, AwsUse, Session};
use crate::{hint, lock};

/// What the command does with the Secret.
enum Action<'a> {
    Set(SecretValues),
    /// Sets a value from AWS.
    Fetch(&'a SetArgs, SecretSource),
    /// Prints what an import changes.
    Preview(SecretValues, ResultFormat),
    List(ListFormat),
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
    let action = Action::of(&arguments.command)?;
    let bundle = input::open_named(&arguments.input, IfModified::Warn, report)?;
    let cluster = connect::cluster(&bundle, &arguments.connect)?;
    session::block_on(async {
        let access = match action {
            Action::List(_) | Action::Preview(..) => Access::Read,
            Action::Set(_) | Action::Fetch(..) | Action::Delete(_) => {
                connect::access(&arguments.write)
            }
        };
        let session = Session::open(bundle, &cluster, AwsUse::Skip, access, report).await?;
        action.run(session, arguments, report).await?;
        Ok(Outcome::Succeeded)
    })
}

impl<'a> Action<'a> {
    fn of(command: &'a SecretCommand) -> anyhow::Result<Self> {
        Ok(match command {
            SecretCommand::Set(set) => {
                read::check_arguments(set)?;
                match &set.from {
                    Some(from) => Self::Fetch(set, read::source(from, set)?),
                    None => {
                        let value = read::value(&set.name)?;
                        read::check_value(&set.name, &value, set.allow_empty)?;
                        Self::Set(vec![(set.name.clone(), value)])
                    }
                }
            }
            SecretCommand::Import(import) => {
                let values = read::file(import)?;
                if import.dry_run {
                    Self::Preview(values, import.output)
                } else {
                    Self::Set(values)
                }
            }
            SecretCommand::List { output } => Self::List(*output),
            SecretCommand::Delete { name } => Self::Delete(name),
        })
    }

    async fn run(
        self,
        session: Session,
        arguments: &SecretArgs,
        report: &Report,
    ) -> anyhow::Result<()> {
        match self {
            Self::Set(values) => set(session, &values, arguments, report).await,
            Self::Fetch(from, source) => {
                let value = source.value(&session.bundle.target).await?;
                read::check_value(&from.name, &value, from.allow_empty)?;
                set(session, &vec![(from.name.clone(), value)], arguments, report).await
            }
            Self::Preview(values, output) => list::preview(&session, &values, output, report).await,
            Self::List(output) => list::list(&session, output, report).await,
            Self::Delete(name) => {
                confirm_deletion(&session, name, arguments.yes).await?;
                locked(&session, arguments, report, write::delete(&session, name, report)).await
            }
        }
    }
}

async fn set(
    mut session: Session,
    values: &SecretValues,
    arguments: &SecretArgs,
    report: &Report,
) -> anyhow::Result<()> {
    write::ensure_namespace(&mut session, arguments, report).await?;
    let work = write::set(&session, arguments, values, report);
    locked(&session, arguments, report, work).await
}

/// Asks before it deletes a secret that pods need.
async fn confirm_deletion(session: &Session, name: &str, yes: bool) -> anyhow::Result<()> {
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
    let needed_by = match user {
        Some(user) => format!("the pods of Deployment {} need it", user.name),
        None if in_bundle => "the service file requires it".to_owned(),
        None => return Ok(()),
    };
    let question = format!("delete {}? {needed_by}; new pods cannot start", quoted(name));
    confirm(&question, yes).await
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
