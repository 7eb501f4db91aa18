//! The ECR repository of an AUTO image: made when it is missing, brought in line when it differs,
//! never deleted.

use aws_config::SdkConfig;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{ImageScanningConfiguration, Tag};
use serde_json::Value;

use super::{AwsError, Outcome, differs, failed};

const WHAT: &str = "ECR repository";

/// Brings a repository into the described state.
///
/// `resource` is the `ecr-repository` of a bundle.
///
/// # Errors
///
/// When AWS refuses a call, with the action that is missing.
pub(crate) async fn ensure(aws: &SdkConfig, resource: &Value) -> Result<Outcome, AwsError> {
    let client = Client::new(aws);
    let name =
        resource["name"].as_str().ok_or(AwsError::Incomplete { what: WHAT, field: "name" })?;
    let mut changes = Vec::new();
    let scan_on_push =
        resource["imageScanningConfiguration"]["scanOnPush"].as_bool().unwrap_or(false);
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
    let scanning = || ImageScanningConfiguration::builder().scan_on_push(scan_on_push).build();
    match found {
        None => {
            if create(&client, name, resource, scanning()).await? {
                changes.push("created");
            }
        }
        Some(repository) => {
            if repository
                .image_scanning_configuration()
                .is_none_or(|scanning| scanning.scan_on_push() != scan_on_push)
            {
                let put = client
                    .put_image_scanning_configuration()
                    .repository_name(name)
                    .image_scanning_configuration(scanning());
                put.send().await.map_err(|error| {
                    failed("ecr:PutImageScanningConfiguration", WHAT, name, &error)
                })?;
                changes.push("scan on push");
            }
        }
    }
    if policy_differs(&client, name, &resource["policy"]).await? {
        let put = client
            .set_repository_policy()
            .repository_name(name)
            .policy_text(resource["policy"].to_string());
        put.send().await.map_err(|error| failed("ecr:SetRepositoryPolicy", WHAT, name, &error))?;
        changes.push("policy");
    }
    if lifecycle_differs(&client, name, &resource["lifecyclePolicy"]).await? {
        let put = client
            .put_lifecycle_policy()
            .repository_name(name)
            .lifecycle_policy_text(resource["lifecyclePolicy"].to_string());
        put.send().await.map_err(|error| failed("ecr:PutLifecyclePolicy", WHAT, name, &error))?;
        changes.push("lifecycle");
    }
    Ok(Outcome { what: WHAT, name: name.to_owned(), changes, remarks: Vec::new() })
}

/// Makes the repository; false when someone else made it in the meantime.
async fn create(
    client: &Client,
    name: &str,
    resource: &Value,
    scanning: ImageScanningConfiguration,
) -> Result<bool, AwsError> {
    let tags = resource["tags"].as_object().into_iter().flatten();
    let tags =
        tags.filter_map(|(key, value)| Tag::builder().key(key).value(value.as_str()?).build().ok());
    let request = client
        .create_repository()
        .repository_name(name)
        .image_scanning_configuration(scanning)
        .set_tags(Some(tags.collect()));
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_repository_already_exists_exception()) =>
        {
            Ok(false)
        }
        Err(error) => Err(failed("ecr:CreateRepository", WHAT, name, &error)),
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
