//! The ECR repositories and IAM roles of a bundle.

use optakit_core::aws::AwsResource;
use optakit_core::bundle::{Bundle, List};

use crate::aws::{self, ecr, iam};
use crate::live;
use crate::report::{Event, Report};
use crate::session::Session;

/// The changes of a run in AWS.
pub(super) struct AwsPlan {}

impl AwsPlan {
    /// Returns the number of changes.
    #[expect(clippy::unused_self, reason = "the plan does not contain the changes yet")]
    pub(super) const fn number(&self) -> usize {
        0
    }

    /// Prints the changes.
    #[expect(clippy::unused_self, reason = "the plan does not contain the changes yet")]
    pub(super) const fn show(&self, _report: &Report) {}
}

/// Finds the changes in AWS without making any. The plan is empty if the session does not change
/// AWS.
///
/// # Errors
///
/// Fails if AWS rejects a call.
#[expect(clippy::unused_async, reason = "the plan does not contain the changes yet")]
pub(super) async fn plan(_session: &Session) -> anyhow::Result<AwsPlan> {
    Ok(AwsPlan {})
}

/// Creates what is missing in AWS and grants what the pods gain. Runs before the first write in
/// the cluster.
///
/// # Errors
///
/// Fails if AWS rejects a call.
pub(super) async fn grant(
    session: &Session,
    _plan: &AwsPlan,
    report: &Report,
) -> anyhow::Result<()> {
    let Some(aws) = &session.aws else { return Ok(()) };
    for (index, resource) in session.bundle.aws.iter().enumerate() {
        let outcome = match resource {
            AwsResource::EcrRepository { resource, .. } => ecr::ensure(aws, resource).await?,
            AwsResource::IamRole { resource, .. } => {
                let missing = session.bundle.missing_inputs(List::Aws, index);
                if !missing.is_empty() {
                    report_skipped(&resource.name, &missing, report);
                    continue;
                }
                iam::ensure(aws, resource, &live::cluster_uid(&session.client).await?).await?
            }
        };
        report_outcome(&outcome, report);
    }
    Ok(())
}

/// Withdraws what the pods do not need any more. Runs after the rollout has succeeded and old
/// objects are deleted.
///
/// # Errors
///
/// Fails if AWS rejects a call.
#[expect(clippy::unused_async, reason = "the plan does not contain the changes yet")]
pub(super) async fn withdraw(
    _session: &Session,
    _plan: &AwsPlan,
    _report: &Report,
) -> anyhow::Result<()> {
    Ok(())
}

fn report_skipped(role: &str, missing: &[&str], report: &Report) {
    report.step(
        "skipped",
        format!(
            "IAM role {role}: missing values: {}; write the bundle again with \
             `optakit bundle --values FILE`",
            missing.join(", ")
        ),
    );
}

fn report_outcome(outcome: &aws::Outcome, report: &Report) {
    let action = outcome.action();
    let aws::Outcome { what, name, changes, remarks } = outcome;
    report.event(&Event::Aws { action, what, name, changes, remarks });
}

/// Returns the URL of the ECR repository of a module.
pub(super) fn repository_url<'a>(bundle: &'a Bundle, module: &str) -> &'a str {
    let mut repositories = bundle.repositories();
    let repository = repositories.find(|(owner, _)| *owner == module);
    repository.map_or("its ECR repository", |(_, repository)| repository.url.as_str())
}
