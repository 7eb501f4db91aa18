//! The ECR repositories and IAM roles of a bundle.

use optakit_core::aws::AwsResource;
use optakit_core::bundle::{Bundle, List};

use crate::aws::{self, ecr, iam};
use crate::live;
use crate::report::{Event, Report};
use crate::session::Session;

/// Creates or updates all AWS resources of the bundle, unless the session does not change AWS.
///
/// # Errors
///
/// Fails if AWS rejects a call.
pub(super) async fn ensure_all(session: &Session, report: &Report) -> anyhow::Result<()> {
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

fn report_skipped(role: &str, missing: &[&str], report: &Report) {
    report.step(
        "skipped",
        format!(
            "IAM role {role}: missing values: {}; make the bundle again with \
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
