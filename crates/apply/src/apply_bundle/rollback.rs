//! Rollbacks: after a failed run, and by `optakit rollback`.

use anyhow::{anyhow, bail};

use super::run::{Deployed, Failure, Run, first_line};
use super::written::Written;
use crate::applyset::ApplySet;
use crate::deploy::{DeployOptions, RolloutError};
use crate::hint;
use crate::history::{self, Base, Current, Revision, Status};
use crate::report::{Report, ask};
use crate::session::Session;
use crate::wait::FailedPods;

/// Restores what ran before a failed run. Returns the error of the whole run.
///
/// The user has confirmed that run, so this does not ask again.
pub(super) async fn after_failure(run: Run<'_>, failure: Failure) -> anyhow::Error {
    let Failure { error, base } = failure;
    let Some(base) = base else { return error };
    let (revision, back) = match restorable(run.session, base).await {
        Ok(Some(restorable)) => restorable,
        Ok(None) => return error.context("the rollout failed and was not rolled back"),
        Err(reason) => {
            return error.context(format!(
                "the rollout failed and was not rolled back, and nothing was deleted: {}",
                first_line(&reason)
            ));
        }
    };
    let number = revision.number;
    let cause = first_line(&error);
    let details = match error.downcast_ref::<RolloutError>() {
        Some(rollout) => rollout.details(FailedPods::RolledBack),
        None => format!("{error:#}"),
    };
    run.report.warning(details);
    run.report.note(format!("rolling back to {}", name(&revision)));
    let options = DeployOptions { yes: true, plan: None, ..run.options.clone() };
    let restores = Some(&revision);
    back.retries.set_limit(options.patience(&back.bundle).timeout);
    let rollback = Run { session: &back, options: &options, restores, image: None, ..run };
    match rollback.execute().await {
        Ok(_) => {
            anyhow!("the rollout failed and was rolled back to {}: {cause}", name(&revision))
        }
        // The last line contains the cause.
        Err(failure) => anyhow!(
            "the rollout failed, and the rollback to revision {number} failed too\n  \
             help: check the state with `{}`, then run `{}`\n  \
             rollback: {}\n  rollout: {cause}",
            hint::optakit("status", ""),
            hint::optakit("rollback", ""),
            first_line(&failure.error)
        ),
    }
}

/// Returns the number of a revision for messages, with the number of the revision that it restored.
pub(super) fn name(revision: &Revision) -> String {
    match revision.restores {
        Some(restored) => format!("revision {} (revision {restored} again)", revision.number),
        None => format!("revision {}", revision.number),
    }
}

/// Returns the revision that a failed run can be rolled back to, and a session with its bundle.
/// Returns `None` if nothing was deployed before.
///
/// # Errors
///
/// Fails with the reason why the base cannot be restored.
async fn restorable(session: &Session, base: Base) -> anyhow::Result<Option<(Revision, Session)>> {
    let base = match base {
        Base::Nothing => return Ok(None),
        Base::Unknown { reason } => bail!(reason),
        Base::Revision(base) => base,
    };
    if base.digest == session.bundle.actual_digest() {
        bail!("revision {}, which ran before, has the same bundle", base.number);
    }
    let back = session_of(session, &base).await?;
    Ok(Some((base, back)))
}

/// Returns a session with the bundle of a revision.
///
/// # Errors
///
/// Fails if the revision cannot be read, or has no image for a module.
async fn session_of(session: &Session, revision: &Revision) -> anyhow::Result<Session> {
    let bundle = history::read(&session.client, session.layer(), revision).await?;
    let mut back = session.with(bundle).await?;
    back.is_rollback = true;
    let holes = back.bundle.image_holes();
    if !holes.is_empty() {
        let modules = holes.into_iter().map(|hole| hole.module).collect();
        return Err(NoImage { number: revision.number, modules }.into());
    }
    Ok(back)
}

/// A revision without an image for some modules. Only early versions of Optakit recorded them.
#[derive(Debug, thiserror::Error)]
#[error(
    "revision {number} has no image for {}\n  \
     help: list the revisions with `{}`, and choose another one with `--to NUMBER`",
    modules.join(", "),
    hint::optakit("history", "")
)]
struct NoImage {
    number: u32,
    modules: Vec<String>,
}

/// Returns what a rollback would apply: a session with the bundle of the revision.
///
/// # Errors
///
/// Fails if there is no such revision, or it cannot be read.
pub(super) async fn preview(
    session: &Session,
    number: Option<u32>,
    report: &Report,
) -> anyhow::Result<Session> {
    let (client, layer) = (&session.client, session.layer());
    let (set, revisions) =
        tokio::join!(ApplySet::read(client, layer), history::list(client, layer));
    let revisions = revisions?;
    if let Some(number) = number {
        return session_of(session, history::find(&revisions, number)?).await;
    }
    let current = Current::find(client, layer, &set?, &revisions).await?;
    Ok(previous(session, &current, &revisions, report).await?.1)
}

/// Applies an earlier revision again. Returns the revision.
///
/// # Errors
///
/// Fails if there is no such revision, the user does not confirm, or the rollback fails.
pub(super) async fn to(
    session: &Session,
    number: Option<u32>,
    options: &DeployOptions,
    written: &Written,
    report: &Report,
) -> anyhow::Result<(Revision, Deployed)> {
    let (client, layer) = (&session.client, session.layer());
    let (set, revisions) =
        tokio::join!(ApplySet::read(client, layer), history::list(client, layer));
    let (set, revisions) = (set?, revisions?);
    let (revision, back) = match number {
        Some(number) => {
            let revision = history::find(&revisions, number)?;
            confirm_status(revision, options.yes, report).await?;
            (revision, session_of(session, revision).await?)
        }
        None => {
            let current = Current::find(client, layer, &set, &revisions).await?;
            previous(session, &current, &revisions, report).await?
        }
    };
    let restores = Some(revision);
    back.retries.set_limit(options.patience(&back.bundle).timeout);
    let run = Run { session: &back, options, restores, image: None, written, report };
    let deployed = run
        .confirm_and_execute()
        .await
        .map_err(|failure| after_failed_rollback(failure, report))?;
    Ok((revision.clone(), deployed))
}

/// Returns the error of a rollback that failed. Reports the way back to what ran before it, so that
/// the last line has the cause.
fn after_failed_rollback(failure: Failure, report: &Report) -> anyhow::Error {
    let Some(Base::Revision(base)) = failure.base else { return failure.error };
    let back = hint::optakit("rollback", &format!("--to {}", base.number));
    report.warning(format!(
        "revision {}, which ran before, does not run now\n  help: return to it with `{back}`",
        base.number
    ));
    failure.error.context("the rollback failed")
}

/// Returns the newest earlier revision that has an image for its pods, and a session with its
/// bundle.
async fn previous<'a>(
    session: &Session,
    current: &Current,
    revisions: &'a [Revision],
    report: &Report,
) -> anyhow::Result<(&'a Revision, Session)> {
    let list = hint::optakit("history", "");
    if let Base::Unknown { reason } = &current.base {
        bail!(
            "nothing was rolled back or deleted: {reason}\n  \
             help: choose a revision with `{}`; `{list}` lists them",
            hint::optakit("rollback", "--to NUMBER")
        );
    }
    for revision in current.earlier(revisions) {
        match session_of(session, revision).await {
            Ok(back) => return Ok((revision, back)),
            Err(error) => match error.downcast_ref::<NoImage>() {
                Some(NoImage { number, modules }) => report.note(format!(
                    "revision {number} has no image for {}; skipped",
                    modules.join(", ")
                )),
                None => return Err(error),
            },
        }
    }
    // After a rollback, the revisions that it left behind are newer.
    let help = match later(current, revisions) {
        Some(later) => format!(
            "revision {} was deployed later; to return to it, run `{}`",
            later.number,
            hint::optakit("rollback", &format!("--to {}", later.number))
        ),
        None => format!("list the revisions with `{list}`"),
    };
    bail!("there is no earlier revision to roll back to\n  help: {help}")
}

/// Returns the newest deployed revision with another bundle than the one that runs now.
fn later<'a>(current: &Current, revisions: &'a [Revision]) -> Option<&'a Revision> {
    let Base::Revision(base) = &current.base else { return None };
    revisions.iter().find(|revision| {
        revision.status == Status::Deployed
            && revision.digest != base.digest
            && revision.number > base.origin()
    })
}

/// Warns about a revision that was not deployed, and asks whether to apply it anyway.
async fn confirm_status(revision: &Revision, yes: bool, report: &Report) -> anyhow::Result<()> {
    let Revision { number, status, .. } = revision;
    if *status == Status::Deployed {
        return Ok(());
    }
    report.warning(format!("revision {number} was not deployed: its status is `{status}`"));
    if !ask(&format!("roll back to revision {number} anyway?"), yes).await? {
        bail!("cancelled; nothing was changed in the cluster or in AWS");
    }
    Ok(())
}
