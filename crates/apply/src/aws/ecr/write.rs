//! Requests that change an ECR repository.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{ImageScanningConfiguration, Tag};

use super::WHAT;
use crate::aws::owner::Tags;
use crate::aws::{AwsError, Written, failed, unless};

/// A request that changes a repository.
#[derive(Clone, Debug)]
pub(in crate::aws) enum RepositoryWrite {
    Create { scan_on_push: bool, tags: Tags },
    Tag { arn: String, tags: Tags },
    Scanning(bool),
    Policy(String),
    Lifecycle(String),
}

/// Sends a request for the repository `name`.
///
/// # Errors
///
/// Fails if AWS rejects the request. The error names the missing permission.
pub(in crate::aws) async fn write(
    client: &Client,
    name: &str,
    write: &RepositoryWrite,
) -> Result<Written, AwsError> {
    match write {
        RepositoryWrite::Create { scan_on_push, tags } => {
            return create(client, name, *scan_on_push, tags).await;
        }
        RepositoryWrite::Tag { arn, tags } => {
            let request = client.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
            request.send().await.map_err(|error| failed("ecr:TagResource", WHAT, name, &error))?;
        }
        RepositoryWrite::Scanning(scan_on_push) => {
            let request = client
                .put_image_scanning_configuration()
                .repository_name(name)
                .image_scanning_configuration(scanning(*scan_on_push));
            request
                .send()
                .await
                .map_err(|error| failed("ecr:PutImageScanningConfiguration", WHAT, name, &error))?;
        }
        RepositoryWrite::Policy(policy) => {
            let request = client.set_repository_policy().repository_name(name).policy_text(policy);
            request
                .send()
                .await
                .map_err(|error| failed("ecr:SetRepositoryPolicy", WHAT, name, &error))?;
        }
        RepositoryWrite::Lifecycle(policy) => {
            let request =
                client.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(policy);
            request
                .send()
                .await
                .map_err(|error| failed("ecr:PutLifecyclePolicy", WHAT, name, &error))?;
        }
    }
    Ok(Written::Done)
}

async fn create(
    client: &Client,
    name: &str,
    scan_on_push: bool,
    tags: &Tags,
) -> Result<Written, AwsError> {
    let request = client
        .create_repository()
        .repository_name(name)
        .image_scanning_configuration(scanning(scan_on_push))
        .set_tags(Some(sdk_tags(tags)));
    unless(
        request.send().await,
        |error| error.is_repository_already_exists_exception(),
        "ecr:CreateRepository",
        WHAT,
        name,
    )
    .map(Written::of)
}

fn scanning(scan_on_push: bool) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(scan_on_push).build()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter().map(|pair| tag(pair).expect("the tag has a key and a value")).collect()
}
