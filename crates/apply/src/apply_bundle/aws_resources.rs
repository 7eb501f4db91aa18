//! The ECR repositories and IAM roles of a bundle.

use anyhow::bail;
use aws_config::SdkConfig;
use optakit_core::bundle::{AwsDocument, Bundle};
use serde_json::Value;

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
    for document in &session.bundle.aws {
        ensure(aws, document, &session.client, report).await?;
    }
    Ok(())
}

/// Creates or updates one AWS resource. Skips an IAM role with missing values.
async fn ensure(
    aws: &SdkConfig,
    document: &AwsDocument,
    client: &kube::Client,
    report: &Report,
) -> anyhow::Result<()> {
    let outcome = match document.kind.as_str() {
        "ecr-repository" => ecr::ensure(aws, &document.resource).await?,
        "iam-role" => {
            let missing = missing_inputs(&document.resource);
            if !missing.is_empty() {
                let name = document.resource["name"].as_str().unwrap_or_default();
                report.step(
                    "skipped",
                    format!(
                        "IAM role {name}: missing values: {}; make the bundle again with \
                         `optakit bundle --values FILE`",
                        missing.join(", ")
                    ),
                );
                return Ok(());
            }
            iam::ensure(aws, &document.resource, &live::cluster_uid(client).await?).await?
        }
        other => bail!("the bundle contains an AWS resource of an unknown kind: {other}"),
    };
    let action = match outcome.changes.as_slice() {
        [] => "keep",
        ["created", ..] => "created",
        _ => "changed",
    };
    let aws::Outcome { what, name, changes, remarks } = &outcome;
    report.event(&Event::Aws { action, what, name, changes, remarks });
    Ok(())
}

/// Returns the inputs whose values are missing in a document.
fn missing_inputs(resource: &Value) -> Vec<String> {
    let text = resource.to_string();
    let mut found: Vec<String> = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let inside = rest.split_once('}').map(|(inside, _)| inside).unwrap_or_default();
        let is_input = ["parent.", "module."].iter().any(|owner| inside.starts_with(owner))
            || inside == "account_id";
        if is_input && !found.iter().any(|known| known == inside) {
            found.push(inside.to_owned());
        }
    }
    found
}

/// Returns the URL of the ECR repository of a module.
pub(super) fn repository_url<'a>(bundle: &'a Bundle, module: &str) -> &'a str {
    bundle
        .aws
        .iter()
        .find(|document| document.kind == "ecr-repository" && document.module == *module)
        .and_then(|document| document.resource["url"].as_str())
        .unwrap_or("its ECR repository")
}
