//! Writes the Secret `manual-secrets`, and restarts the pods that use it.

use std::cell::Cell;

use anyhow::Context;

use super::changes::Changes;
use crate::cli::SecretArgs;
use crate::deploy::{self, DeployOptions};
use crate::manual_secret::{self, Change, SecretUser, SecretValues};
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
        waits: true,
        accepts_platform: false,
        replaces_services: false,
        plan: None,
    };
    let kept = "the namespace was not created, and no secret was stored";
    deploy::ensure_namespace(session, &options, kept, report).await
}

/// Sets the values that differ. Restarts the pods that use an older version of these values.
/// `stored` becomes true when the values are in the cluster.
pub(super) async fn set(
    session: &Session,
    arguments: &SecretArgs,
    values: &SecretValues,
    stored: &Cell<bool>,
    report: &Report,
) -> anyhow::Result<Changes> {
    let state = manual_secret::read(session).await?;
    let changes = state.changes(values);
    let is_changed = changes.iter().any(|(_, change)| *change != Change::Same);
    let state = if is_changed { manual_secret::set(session, &state, values).await? } else { state };
    stored.set(true);
    for (name, change) in &changes {
        let verb = match change {
            Change::New | Change::Changed => "set",
            Change::Same => "unchanged",
            Change::Deleted => "deleted",
        };
        report.step(verb, name);
    }
    let secrets = changes.into_iter().map(|(name, change)| (name.to_owned(), change)).collect();
    let mut changes = Changes { secrets, restarted: Vec::new() };
    let users = manual_secret::users(session).await?;
    // Pods that use none of the values stay.
    let uses =
        |user: &SecretUser| values.iter().any(|(name, _)| user.keys.iter().any(|key| key == name));
    let users: Vec<SecretUser> = users.into_iter().filter(uses).collect();
    if arguments.no_restart && is_changed && !users.is_empty() {
        report.note(format!(
            "the pods of {} use the old values until they restart",
            plural(users.len(), "service")
        ));
    }
    if arguments.no_restart {
        return Ok(changes);
    }
    let version = state.version().context("the Secret `manual-secrets` was not written")?;
    for user in users {
        let restarted = manual_secret::restart(session, &user, &version).await;
        if restarted.with_context(|| {
            format!("the secrets were stored, but the pods of {} use the old values", user.name)
        })? {
            report.step("restarted", format!("Deployment {}", user.name));
            changes.restarted.push(user.name);
        }
    }
    Ok(changes)
}

pub(super) async fn delete(session: &Session, name: &str, report: &Report) -> anyhow::Result<()> {
    manual_secret::delete(session, name).await?;
    // Pods that need the secret could not start again, so none is restarted.
    report.step("deleted", name);
    Ok(())
}
