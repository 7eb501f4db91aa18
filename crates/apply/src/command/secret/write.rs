//! Writes the Secret `manual-secrets`, and restarts the pods that use it.

use anyhow::Context;

use crate::cli::SecretArgs;
use crate::deploy::{self, DeployOptions};
use crate::manual_secret::{self, Change, SecretValues};
use crate::owner::Force;
use crate::plural::plural;
use crate::report::Report;
use crate::session::Session;
use crate::wait::Patience;

pub(super) async fn ensure_namespace(
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

/// Sets the values that differ. Restarts the pods that do not use the newest values yet.
pub(super) async fn set(
    session: &Session,
    arguments: &SecretArgs,
    values: &SecretValues,
    report: &Report,
) -> anyhow::Result<()> {
    let state = manual_secret::read(session).await?;
    let changes = state.changes(values);
    let is_changed = changes.iter().any(|(_, change)| *change != Change::Same);
    let state = if is_changed { manual_secret::set(session, &state, values).await? } else { state };
    for (name, change) in changes {
        let verb = match change {
            Change::New | Change::Changed => "set",
            Change::Same => "unchanged",
        };
        report.step(verb, name);
    }
    let users = manual_secret::users(session).await?;
    if arguments.no_restart && is_changed && !users.is_empty() {
        report.note(format!(
            "the pods of {} use the old values until they restart",
            plural(users.len(), "service")
        ));
    }
    if arguments.no_restart {
        return Ok(());
    }
    let version = state.version().context("the Secret `manual-secrets` was not written")?;
    for user in users {
        if manual_secret::restart(session, &user, &version).await? {
            report.step("restarted", format!("Deployment {}", user.name));
        }
    }
    Ok(())
}

pub(super) async fn delete(session: &Session, name: &str, report: &Report) -> anyhow::Result<()> {
    manual_secret::delete(session, name).await?;
    // Pods that need the secret could not start again, so none is restarted.
    report.step("deleted", name);
    Ok(())
}
