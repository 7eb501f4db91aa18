//! The rollout of a bundle, and the rollback if its pods do not become ready.

use anyhow::{Context, anyhow};

use super::options::ApplyBundleOptions;
use crate::changes::Changes;
use crate::deploy::{self, DeployOptions, Deployed, RolloutError};
use crate::history::{self, Status};
use crate::report::Report;
use crate::session::Session;

/// Deploys the bundle and records it as a revision. If pods do not become ready, applies the last
/// good revision again, if there is one and the options allow it.
///
/// # Errors
///
/// Fails if the deployment fails, also if the rollback succeeds.
pub(super) async fn deploy_or_roll_back(
    session: &Session,
    options: &ApplyBundleOptions,
    changes: Option<Changes>,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let error = match deploy::deploy(session, &options.deploy, changes, report).await {
        Ok(deployed) => {
            if !history::record(&session.client, &session.bundle, Status::Deployed).await? {
                report.warning(
                    "the bundle is too large for the history, so `optakit rollback` cannot \
                     restore it; keep the bundle file",
                );
            }
            return Ok(deployed);
        }
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
    let bundle = history::read(&session.client, session.layer(), good.number).await?;
    let back = session.with(bundle);
    // The user has already confirmed the apply.
    let confirmed = DeployOptions { yes: true, plan: None, ..options.deploy.clone() };
    deploy::deploy(&back, &confirmed, None, report).await.context("the rollback failed too")?;
    history::record(&session.client, &back.bundle, Status::Deployed).await?;
    // The warning above already contains the cause.
    Err(anyhow!("the rollout failed and was rolled back to revision {}", good.number))
}
