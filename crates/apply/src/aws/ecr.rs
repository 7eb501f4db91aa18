//! Creates and updates ECR repositories. They are never deleted.

use aws_config::SdkConfig;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{ImageScanningConfiguration, Tag};
use optakit_core::aws::ecr::EcrRepository;
use optakit_core::value::Value;

use super::{AwsError, Outcome, differs, failed, to_text};
use crate::report::AwsChange;

const WHAT: &str = "ECR repository";

/// Creates a repository, or updates it if its settings differ.
///
/// # Errors
///
/// Fails if AWS rejects a call. The error names the missing permission.
pub(crate) async fn ensure(
    aws: &SdkConfig,
    repository: &EcrRepository,
) -> Result<Outcome, AwsError> {
    let client = Client::new(aws);
    let name = repository.name.as_str();
    let mut changes = Vec::new();
    changes.extend(ensure_repository(&client, repository).await?);
    if policy_differs(&client, name, &repository.policy).await? {
        let put = client
            .set_repository_policy()
            .repository_name(name)
            .policy_text(to_text(&repository.policy));
        put.send().await.map_err(|error| failed("ecr:SetRepositoryPolicy", WHAT, name, &error))?;
        changes.push(AwsChange::Policy);
    }
    if lifecycle_differs(&client, name, &repository.lifecycle_policy).await? {
        let put = client
            .put_lifecycle_policy()
            .repository_name(name)
            .lifecycle_policy_text(to_text(&repository.lifecycle_policy));
        put.send().await.map_err(|error| failed("ecr:PutLifecyclePolicy", WHAT, name, &error))?;
        changes.push(AwsChange::Lifecycle);
    }
    Ok(Outcome { what: WHAT, name: name.to_owned(), changes, remarks: Vec::new() })
}

/// Creates the repository, or updates its scanning settings. Returns what changed.
async fn ensure_repository(
    client: &Client,
    repository: &EcrRepository,
) -> Result<Option<AwsChange>, AwsError> {
    let name = repository.name.as_str();
    let scan_on_push = repository.image_scanning_configuration.scan_on_push;
    let scanning = ImageScanningConfiguration::builder().scan_on_push(scan_on_push).build();
    let found = match client.describe_repositories().repository_names(name).send().await {
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
    let Some(found) = found else {
        let is_created = create(client, repository, scanning).await?;
        return Ok(is_created.then_some(AwsChange::Created));
    };
    let current = found.image_scanning_configuration();
    if current.is_some_and(|current| current.scan_on_push() == scan_on_push) {
        return Ok(None);
    }
    let put = client
        .put_image_scanning_configuration()
        .repository_name(name)
        .image_scanning_configuration(scanning);
    put.send()
        .await
        .map_err(|error| failed("ecr:PutImageScanningConfiguration", WHAT, name, &error))?;
    Ok(Some(AwsChange::ScanOnPush))
}

/// Creates the repository. Returns false if another client created it in the meantime.
async fn create(
    client: &Client,
    repository: &EcrRepository,
    scanning: ImageScanningConfiguration,
) -> Result<bool, AwsError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build().ok();
    let request = client
        .create_repository()
        .repository_name(&repository.name)
        .image_scanning_configuration(scanning)
        .set_tags(Some(repository.tags.iter().filter_map(tag).collect()));
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_repository_already_exists_exception()) =>
        {
            Ok(false)
        }
        Err(error) => Err(failed("ecr:CreateRepository", WHAT, &repository.name, &error)),
    }
}

async fn policy_differs(client: &Client, name: &str, wanted: &Value) -> Result<bool, AwsError> {
    match client.get_repository_policy().repository_name(name).send().await {
        Ok(policy) => Ok(differs(policy.policy_text(), wanted)),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_repository_policy_not_found_exception()) =>
        {
            Ok(true)
        }
        Err(error) => Err(failed("ecr:GetRepositoryPolicy", WHAT, name, &error)),
    }
}

async fn lifecycle_differs(client: &Client, name: &str, wanted: &Value) -> Result<bool, AwsError> {
    match client.get_lifecycle_policy().repository_name(name).send().await {
        Ok(policy) => Ok(differs(policy.lifecycle_policy_text(), wanted)),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_lifecycle_policy_not_found_exception()) =>
        {
            Ok(true)
        }
        Err(error) => Err(failed("ecr:GetLifecyclePolicy", WHAT, name, &error)),
    }
}
