//! The part of a run that holds the lock: plan, confirmation, changes, record.

use anyhow::{Context, anyhow};

use super::aws_resources;
use super::options::ApplyBundleOptions;
use super::planned::Planned;
use super::written::Written;
use crate::deploy::{self, DeployOptions, RolloutError};
use crate::history::{self, Revision, Status};
use crate::report::Report;
use crate::session::Session;

/// The result of a run.
#[derive(Debug)]
pub(super) struct Deployed {
    /// The number of changes.
    pub(super) changes: usize,
    /// The modules that have no pods because they have no image.
    pub(super) left_out: Vec<String>,
}

/// Applies the bundle of a session. If that fails, applies the last good revision again, if there
/// is one and the options allow it.
///
/// # Errors
///
/// Fails if the apply fails, also if the rollback succeeds.
pub(super) async fn apply(
    session: &Session,
    options: &ApplyBundleOptions,
    written: &Written,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let planned = confirmed(session, &options.deploy, written, report).await?;
    let error = match execute(session, &options.deploy, planned, report).await {
        Ok(deployed) => return Ok(deployed),
        Err(error) if error.is::<RolloutError>() => error,
        Err(error) => return Err(error),
    };
    history::record(&session.client, &session.bundle, Status::Failed).await?;
    let revisions = history::list(&session.client, session.layer()).await?;
    let good = history::last_good(&revisions).filter(|_| options.roll_back);
    let Some(good) = good else {
        return Err(error.context("the rollout failed and was not rolled back"));
    };
    report.warning(format!("{error}\nrolling back to revision {}", good.number));
    restore_after_failure(session, good, &options.deploy, report)
        .await
        .context("the rollback failed too")?;
    // The warning above already contains the cause.
    Err(anyhow!("the rollout failed and was rolled back to revision {}", good.number))
}

/// Applies a revision again, after the user has confirmed it.
///
/// # Errors
///
/// Fails if the revision cannot be read, or the apply fails.
pub(super) async fn restore(
    session: &Session,
    revision: u32,
    options: &DeployOptions,
    written: &Written,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let bundle = history::read(&session.client, session.layer(), revision).await?;
    let back = session.with(bundle);
    let planned = confirmed(&back, options, written, report).await?;
    execute(&back, options, planned, report).await
}

/// Applies a revision again after an apply has failed. The user has confirmed that apply, so this
/// does not ask again.
async fn restore_after_failure(
    session: &Session,
    revision: &Revision,
    options: &DeployOptions,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let bundle = history::read(&session.client, session.layer(), revision.number).await?;
    let back = session.with(bundle);
    let options = DeployOptions { yes: true, plan: None, ..options.clone() };
    let planned = Planned::find(&back, &options).await?;
    planned.show(report);
    execute(&back, &options, planned, report).await
}

/// Makes the plan, shows it, and asks the user to confirm it.
async fn confirmed(
    session: &Session,
    options: &DeployOptions,
    written: &Written,
    report: &Report,
) -> anyhow::Result<Planned> {
    let planned = Planned::check(session, options, report)
        .await
        .map_err(|error| written.explain(error, session.layer()))?;
    planned.show(report);
    if !planned.confirm(session, options.yes).await? {
        return Err(written.cancelled(session.layer()));
    }
    written.changes();
    Ok(planned)
}

/// Makes the changes of a plan and records the bundle as a revision.
async fn execute(
    session: &Session,
    options: &DeployOptions,
    planned: Planned,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let number = planned.number();
    let Planned { mut changes, aws } = planned;
    aws_resources::grant(session, &aws, report).await?;
    deploy::write(session, options, &mut changes, report).await?;
    deploy::prune(session, &mut changes).await?;
    aws_resources::withdraw(session, &aws, report).await?;
    if !history::record(&session.client, &session.bundle, Status::Deployed).await? {
        report.warning(
            "the bundle is too large for the history, so `optakit rollback` cannot restore it; \
             keep the bundle file",
        );
    }
    Ok(Deployed { changes: number, left_out: changes.left_out })
}
