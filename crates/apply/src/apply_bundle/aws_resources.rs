//! The ECR repositories and IAM roles of a bundle.

use crate::aws::Granted;
use crate::changes::Changes;
use crate::report::Report;
use crate::session::Session;

/// Creates what is missing in AWS and grants what the pods gain. Runs before the first write in
/// the cluster.
///
/// # Errors
///
/// Fails if AWS rejects a call.
pub(super) async fn grant(
    session: &Session,
    changes: &Changes,
    report: &Report,
) -> anyhow::Result<Granted> {
    match &session.aws {
        Some(aws) => Ok(changes.aws.grant(aws, report).await?),
        None => Ok(Granted::default()),
    }
}

/// Withdraws what the pods do not need any more. Runs after the rollout has succeeded and old
/// objects are deleted.
///
/// # Errors
///
/// Fails if AWS rejects a call.
pub(super) async fn withdraw(
    session: &Session,
    granted: Granted,
    report: &Report,
) -> anyhow::Result<()> {
    match &session.aws {
        Some(aws) => Ok(granted.withdraw(aws, report).await?),
        None => Ok(()),
    }
}
