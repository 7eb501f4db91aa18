//! Rollbacks: after a failed run, and by `optakit rollback`.

use anyhow::{anyhow, bail};
use optakit_core::kind::Kind;

use super::run::{Deployed, Failure, Run};
use super::written::Written;
use crate::applyset::ApplySet;
use crate::deploy::DeployOptions;
use crate::history::{self, Base, Current, Revision, Status};
use crate::report::{Report, ask};
use crate::session::Session;

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
    run.report.warning(format!("{error}\nrolling back to revision {number}"));
    let options = DeployOptions { yes: true, plan: None, ..run.options.clone() };
    let restores = Some(&revision);
    let rollback = Run { session: &back, options: &options, restores, image: None, ..run };
    match rollback.execute().await {
        // The warning above already contains the cause.
        Ok(_) => anyhow!("the rollout failed and was rolled back to revision {number}"),
        Err(failure) => anyhow!(
            "the rollout failed, and the rollback to revision {number} failed too\n  \
             rollout: {}\n  rollback: {}\n  \
             help: check the state with `optakit status`, then run `optakit rollback`",
            first_line(&error),
            first_line(&failure.error)
        ),
    }
}

/// Returns the first line of an error with its causes.
fn first_line(error: &anyhow::Error) -> String {
    let lines: Vec<String> = error
        .chain()
        .map(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned())
        .collect();
    lines.join(": ")
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
/// Fails if the revision cannot be read, or has no image for its pods.
async fn session_of(session: &Session, revision: &Revision) -> anyhow::Result<Session> {
    let bundle = history::read(&session.client, session.layer(), revision).await?;
    let back = session.with(bundle).await?;
    check_pods(&back, revision.number)?;
    Ok(back)
}

/// Checks that a rollback to a revision changes pods.
///
/// # Errors
///
/// Fails if the revision has no image for any of its pods.
fn check_pods(back: &Session, number: u32) -> anyhow::Result<()> {
    let (targets, left_out) = back.targets();
    let has_pods = targets.iter().any(|target| target.kind == Kind::Deployment);
    if !left_out.is_empty() && !has_pods {
        bail!(
            "revision {number} has no image for {}, so a rollback to it would not change any \
             pods\n  help: list the revisions with `optakit history`, and choose another one",
            left_out.join(", ")
        );
    }
    Ok(())
}

/// Applies an earlier revision again. Returns its number.
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
) -> anyhow::Result<(u32, Deployed)> {
    let (client, layer) = (&session.client, session.layer());
    let (set, revisions) =
        tokio::join!(ApplySet::read(client, layer), history::list(client, layer));
    let (set, revisions) = (set?, revisions?);
    let revision = match number {
        Some(number) => history::find(&revisions, number)?,
        None => {
            let current = Current::find(client, layer, &set, &revisions).await?;
            previous(&current, &revisions)?
        }
    };
    confirm_status(revision, options.yes, report).await?;
    let back = session_of(session, revision).await?;
    let restores = Some(revision);
    let run = Run { session: &back, options, restores, image: None, written, report };
    let deployed = run.confirm_and_execute().await.map_err(|failure| failure.error)?;
    Ok((revision.number, deployed))
}

/// Returns the revision before the one that runs now.
fn previous<'a>(current: &Current, revisions: &'a [Revision]) -> anyhow::Result<&'a Revision> {
    if let Base::Unknown { reason } = &current.base {
        bail!(
            "nothing was rolled back or deleted: {reason}\n  \
             help: choose a revision with `--to NUMBER`; `optakit history` lists them"
        );
    }
    current.previous(revisions).ok_or_else(|| {
        anyhow!(
            "there is no earlier deployed revision\n  \
             help: list the revisions with `optakit history`"
        )
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
        bail!("cancelled; nothing was changed");
    }
    Ok(())
}
