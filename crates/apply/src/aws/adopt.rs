//! ECR repositories that Opta created with a random suffix. Services keep using them.

use std::ops::Range;

use aws_config::SdkConfig;
use aws_sdk_ecr::Client;
use optakit_core::aws::AwsResource;
use optakit_core::aws::ecr::is_variant_of_opta;
use optakit_core::bundle::{Bundle, List};
use serde_json::Value;

use super::ecr::{self, WHAT};
use super::owner::TERRAFORM;
use super::{AwsError, failed};

/// The JSON pointer to the containers of a Deployment.
const CONTAINERS: &str = "/spec/template/spec/containers";

/// Renames the repositories of a bundle to those that Opta created for its services.
///
/// A repository without the suffix is preferred.
///
/// # Errors
///
/// Fails if AWS rejects a call. The error names the missing permission.
pub(crate) async fn adopt(aws: &SdkConfig, bundle: &mut Bundle) -> Result<(), AwsError> {
    let client = Client::new(aws);
    let names: Vec<String> =
        bundle.repositories().map(|(_, repository)| repository.name.clone()).collect();
    for name in names {
        if let Some(existing) = created_by_opta(&client, &name).await? {
            rename(bundle, &name, &existing);
        }
    }
    Ok(())
}

/// Returns the repository that Opta created, unless a repository with the plain name exists.
async fn created_by_opta(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    if ecr::describe(client, name).await?.is_some() {
        return Ok(None);
    }
    let mut found = Vec::new();
    let mut pages = client.describe_repositories().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed("ecr:DescribeRepositories", WHAT, name, &error))?;
        let repositories = page.repositories.unwrap_or_default().into_iter();
        found.extend(repositories.filter(|repository| {
            repository.repository_name().is_some_and(|other| is_variant_of_opta(other, name))
        }));
    }
    let mut adopted = None;
    for repository in found {
        let (Some(other), Some(arn)) = (repository.repository_name(), repository.repository_arn())
        else {
            continue;
        };
        let tags = client.list_tags_for_resource().resource_arn(arn).send().await;
        let tags = tags.map_err(|error| failed("ecr:ListTagsForResource", WHAT, other, &error))?;
        if tags.tags().iter().any(|tag| (tag.key(), tag.value()) == TERRAFORM) {
            if let Some(first) = &adopted {
                let reason = format!(
                    "Opta created {first} and {other}\n  \
                     help: remove the tag `terraform` from the unused one"
                );
                return Err(AwsError::Failed {
                    action: "choosing",
                    what: WHAT,
                    name: name.to_owned(),
                    reason,
                });
            }
            adopted = Some(other.to_owned());
        }
    }
    Ok(adopted)
}

/// Renames a repository in the bundle, and in the images of its containers.
fn rename(bundle: &mut Bundle, old: &str, new: &str) {
    let mut found = Vec::new();
    for (index, aws) in bundle.aws.iter_mut().enumerate() {
        if let AwsResource::EcrRepository { resource, .. } = aws
            && resource.name == old
        {
            new.clone_into(&mut resource.name);
            let range = name_in_image(resource.url.as_str(), old);
            found.extend(range.map(|range| (List::Aws, index, "/url".to_owned(), range)));
        }
    }
    for (index, object) in bundle.manifests.iter().enumerate() {
        let containers = object.json().pointer(CONTAINERS).and_then(Value::as_array);
        for (container, json) in containers.into_iter().flatten().enumerate() {
            let range = json["image"].as_str().and_then(|image| name_in_image(image, old));
            let pointer = format!("{CONTAINERS}/{container}/image");
            found.extend(range.map(|range| (List::Manifests, index, pointer, range)));
        }
    }
    for (list, index, pointer, range) in found {
        bundle.replace_text((list, index, &pointer), range, new);
    }
}

/// Returns the bytes of the repository's name in an image, if the image is in the repository.
fn name_in_image(image: &str, name: &str) -> Option<Range<usize>> {
    let start = image.find('/')? + 1;
    let rest = image[start..].strip_prefix(name)?;
    (rest.is_empty() || rest.starts_with(['@', ':'])).then_some(start..start + name.len())
}
