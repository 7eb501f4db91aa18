//! The repositories that Opta made under names with four letters of chance at their end: a service
//! that has one goes on with it.

use aws_config::SdkConfig;
use aws_sdk_ecr::Client;
use optakit_core::bundle::Bundle;
use serde_json::Value;

use super::{AwsError, failed};

const WHAT: &str = "ECR repository";

/// Has a bundle use the repositories that Opta's Terraform made for its services, where there is
/// none of the plain name.
///
/// # Errors
///
/// When AWS refuses a call, with the action that is missing.
pub(crate) async fn adopt(aws: &SdkConfig, bundle: &mut Bundle) -> Result<(), AwsError> {
    let client = Client::new(aws);
    let documents = bundle.aws.iter().filter(|document| document.kind == "ecr-repository");
    let names: Vec<String> = documents
        .filter_map(|document| document.resource["name"].as_str())
        .map(str::to_owned)
        .collect();
    for name in names {
        if let Some(made) = made_by_opta(&client, &name).await? {
            rename(bundle, &name, &made);
        }
    }
    Ok(())
}

/// The one repository that Opta made in place of a name that nobody has taken.
async fn made_by_opta(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    match client.describe_repositories().repository_names(name).send().await {
        Ok(_) => return Ok(None),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_repository_not_found_exception()) => {}
        Err(error) => return Err(failed("ecr:DescribeRepositories", WHAT, name, &error)),
    }
    let mut found = Vec::new();
    let mut pages = client.describe_repositories().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed("ecr:DescribeRepositories", WHAT, name, &error))?;
        let fitting = page.repositories.unwrap_or_default().into_iter();
        found.extend(fitting.filter(|repository| {
            repository.repository_name().is_some_and(|other| is_variant(other, name))
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
        if tags.tags().iter().any(|tag| (tag.key(), tag.value()) == ("terraform", "true")) {
            if let Some(first) = &adopted {
                let reason = format!(
                    "Opta made both {first} and {other}; remove the tag `terraform` from the one that is not used"
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

/// Whether a name is another with a dash and four small letters or digits behind it.
fn is_variant(other: &str, name: &str) -> bool {
    let end = other.strip_prefix(name).and_then(|end| end.strip_prefix('-'));
    end.is_some_and(|end| {
        end.len() == 4 && end.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Has the images of a bundle come from another repository.
fn rename(bundle: &mut Bundle, old: &str, new: &str) {
    let moved = |text: &str| {
        let (host, path) = text.split_once('/')?;
        let rest = path
            .strip_prefix(old)
            .filter(|rest| rest.is_empty() || rest.starts_with(['@', ':']))?;
        Some(format!("{host}/{new}{rest}"))
    };
    for document in bundle.aws.iter_mut().filter(|document| document.resource["name"] == old) {
        document.resource["name"] = new.into();
        if let Some(url) = document.resource["url"].as_str().and_then(moved) {
            document.resource["url"] = url.into();
        }
    }
    let containers = bundle
        .manifests
        .iter_mut()
        .filter_map(|object| object.pointer_mut("/spec/template/spec/containers"));
    for container in containers.filter_map(Value::as_array_mut).flatten() {
        if let Some(image) = container["image"].as_str().and_then(moved) {
            container["image"] = image.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_letters_of_chance_make_a_variant() {
        assert!(is_variant("opta-shop-api-x7k2", "opta-shop-api"));
        for other in [
            "opta-shop-api",
            "opta-shop-api-x7k",
            "opta-shop-api-test2",
            "opta-shop-api-X7K2",
            "opta-shop-x7k2",
        ] {
            assert!(!is_variant(other, "opta-shop-api"), "{other}");
        }
    }
}
