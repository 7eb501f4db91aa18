//! Creates the repository of an image that is pushed before an apply.

use aws_config::SdkConfig;
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
