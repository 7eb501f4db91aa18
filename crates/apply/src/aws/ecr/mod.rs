//! ECR repositories: reads them, plans their changes, and writes them. They are never deleted.

mod plan;
mod write;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::Repository;
use serde::Serialize;

pub(super) use plan::plan;
pub(super) use write::{RepositoryWrite, write};

use super::owner::Tags;
use super::{AwsError, failed, unless};

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
    let Some(described) = describe(client, name).await? else { return Ok(None) };
    let arn = described.repository_arn().unwrap_or_default().to_owned();
    let (tags, policy, lifecycle) =
        tokio::try_join!(tags(client, name, &arn), policy(client, name), lifecycle(client, name))?;
    let scanning = described.image_scanning_configuration();
    let scan_on_push = scanning.is_some_and(|scanning| scanning.scan_on_push());
    Ok(Some(FoundRepository { arn, scan_on_push, tags, policy, lifecycle }))
}

/// Returns the description of a repository, or `None` if it does not exist.
pub(super) async fn describe(client: &Client, name: &str) -> Result<Option<Repository>, AwsError> {
    let found = client.describe_repositories().repository_names(name).send().await;
    let found = unless(
        found,
        |error| error.is_repository_not_found_exception(),
        "ecr:DescribeRepositories",
        WHAT,
        name,
    )?;
    Ok(found.and_then(|found| found.repositories().first().cloned()))
}

async fn tags(client: &Client, name: &str, arn: &str) -> Result<Tags, AwsError> {
    let listed = client.list_tags_for_resource().resource_arn(arn).send().await;
    let listed = listed.map_err(|error| failed("ecr:ListTagsForResource", WHAT, name, &error))?;
    let tags = listed.tags().iter();
    Ok(tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
}

async fn policy(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    let found = client.get_repository_policy().repository_name(name).send().await;
    let found = unless(
        found,
        |error| error.is_repository_policy_not_found_exception(),
        "ecr:GetRepositoryPolicy",
        WHAT,
        name,
    )?;
    Ok(found.and_then(|found| found.policy_text))
}

async fn lifecycle(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    let found = client.get_lifecycle_policy().repository_name(name).send().await;
    let found = unless(
        found,
        |error| error.is_lifecycle_policy_not_found_exception(),
        "ecr:GetLifecyclePolicy",
        WHAT,
        name,
    )?;
    Ok(found.and_then(|found| found.lifecycle_policy_text))
}
