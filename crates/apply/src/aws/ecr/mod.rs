//! ECR repositories: reads them, plans their changes, and writes them. They are never deleted.

mod plan;
mod write;

use aws_sdk_ecr::Client;
use serde::Serialize;

pub(super) use plan::plan;
pub(super) use write::{RepositoryWrite, write};

use super::owner::Tags;
use super::{AwsError, failed};

pub(super) const WHAT: &str = "ECR repository";

/// A repository in AWS.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FoundRepository {
    pub(super) arn: String,
    pub(super) scan_on_push: bool,
    pub(super) tags: Tags,
    pub(super) policy: Option<String>,
    pub(super) lifecycle: Option<String>,
}

/// Returns the repository, or `None` if it does not exist.
///
/// # Errors
///
/// Fails if AWS rejects a call. The error names the missing permission.
pub(super) async fn find(client: &Client, name: &str) -> Result<Option<FoundRepository>, AwsError> {
    let described = match client.describe_repositories().repository_names(name).send().await {
        Ok(described) => described.repositories().first().cloned(),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_repository_not_found_exception()) =>
        {
            None
        }
        Err(error) => return Err(failed("ecr:DescribeRepositories", WHAT, name, &error)),
    };
    let Some(described) = described else { return Ok(None) };
    let arn = described.repository_arn().unwrap_or_default().to_owned();
    let (tags, policy, lifecycle) =
        tokio::try_join!(tags(client, name, &arn), policy(client, name), lifecycle(client, name))?;
    let scanning = described.image_scanning_configuration();
    let scan_on_push = scanning.is_some_and(|scanning| scanning.scan_on_push());
    Ok(Some(FoundRepository { arn, scan_on_push, tags, policy, lifecycle }))
}

async fn tags(client: &Client, name: &str, arn: &str) -> Result<Tags, AwsError> {
    let listed = client.list_tags_for_resource().resource_arn(arn).send().await;
    let listed = listed.map_err(|error| failed("ecr:ListTagsForResource", WHAT, name, &error))?;
    let tags = listed.tags().iter();
    Ok(tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
}

async fn policy(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    match client.get_repository_policy().repository_name(name).send().await {
        Ok(policy) => Ok(policy.policy_text),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_repository_policy_not_found_exception()) =>
        {
            Ok(None)
        }
        Err(error) => Err(failed("ecr:GetRepositoryPolicy", WHAT, name, &error)),
    }
}

async fn lifecycle(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    match client.get_lifecycle_policy().repository_name(name).send().await {
        Ok(policy) => Ok(policy.lifecycle_policy_text),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_lifecycle_policy_not_found_exception()) =>
        {
            Ok(None)
        }
        Err(error) => Err(failed("ecr:GetLifecyclePolicy", WHAT, name, &error)),
    }
}
