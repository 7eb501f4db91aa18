//! Reads and creates the repository of an image that is pushed before an apply.

use aws_config::SdkConfig;
use aws_sdk_ecr::types::ImageTagMutability;
use optakit_core::aws::ecr::EcrRepository;

use super::AwsError;
use super::change::{Resource, Scope};
use super::granted::create;
use super::owner::ServiceModule;
use super::planned::{Clients, PlannedResource};
use crate::report::Report;

/// Creates the repository if it is missing. The settings of an existing one are not changed.
///
/// # Errors
///
/// Fails if AWS rejects a call. The error names the missing permission.
pub(crate) async fn ensure_repository(
    aws: &SdkConfig,
    repository: &EcrRepository,
    service: ServiceModule,
    report: &Report,
) -> Result<(), AwsError> {
    let clients = Clients::new(aws);
    if super::ecr::find(&clients.ecr, &repository.name).await?.is_some() {
        return Ok(());
    }
    let resource = Resource::Repository(repository.clone());
    // Only roles record the cluster.
    let scope = Scope { service, cluster: String::new(), adopt: false };
    let planned = PlannedResource::find(&clients, resource, scope).await?;
    create(&planned, &clients, report).await
}

/// Whether a repository rejects every tag that exists. Without the permission to read it, the
/// registry decides when the tag is pushed.
pub(crate) async fn has_immutable_tags(aws: &SdkConfig, account: Option<&str>, name: &str) -> bool {
    let request = aws_sdk_ecr::Client::new(aws)
        .describe_repositories()
        .set_registry_id(account.map(str::to_owned))
        .repository_names(name);
    let found = request.send().await.ok();
    found.is_some_and(|found| {
        let repository = found.repositories().first();
        repository.and_then(|repository| repository.image_tag_mutability())
            == Some(&ImageTagMutability::Immutable)
    })
}
