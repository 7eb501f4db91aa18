//! The ECR repository of an AUTO image, with the same settings as in Opta.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::environment::Environment;
use crate::model::name::Names;
use crate::model::partition::{domain, partition};
use crate::order;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, PlacedHole, Value};

/// An ECR repository.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EcrRepository {
    /// The name of the repository.
    pub name: String,
    /// The URL of the repository, which is the image name without tag and digest.
    #[schemars(with = "String")]
    pub url: Text,
    /// The tags of the repository.
    pub tags: BTreeMap<String, String>,
    /// The scanning settings.
    pub image_scanning_configuration: ImageScanning,
    /// The repository policy.
    #[schemars(with = "serde_json::Value")]
    pub policy: Value,
    /// The lifecycle policy.
    #[schemars(with = "serde_json::Value")]
    pub lifecycle_policy: Value,
}

/// The scanning settings of a repository.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageScanning {
    /// Whether ECR scans every pushed image.
    pub scan_on_push: bool,
}

impl EcrRepository {
    /// Returns the holes of the repository.
    pub(super) fn holes(&self) -> Vec<PlacedHole> {
        let url = PlacedHole::in_text("/url", &self.url);
        url.chain(self.policy.holes("/policy")).collect()
    }
}

/// The tags of a repository that Opta created.
pub const TAGS: &[(&str, &str)] = &[("terraform", "true")];

/// Returns the repository policy, which allows the whole account to use the repository
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>).
fn policy(environment: &Environment) -> Map {
    let root = TextBuilder::default()
        .push(&format!("arn:{}:iam::", partition(environment.region.as_deref())))
        .value_or_input(environment.account_id.as_deref(), "account_id")
        .push(":root")
        .build();
    let statement = Map::new()
        .with("Sid", "AllowAllFromAccount")
        .with("Effect", "Allow")
        .with("Principal", Map::new().with("AWS", root))
        .with("Action", "ecr:*");
    Map::new().with("Version", "2012-10-17").with("Statement", vec![Value::from(statement)])
}

/// Returns the lifecycle policy. It keeps 5 untagged, 10 production and 20 development images
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>).
fn lifecycle_policy() -> Map {
    let rule =
        |priority: i64, description: &'static str, count: i64, prefix: Option<&'static str>| {
            let status = if prefix.is_some() { "tagged" } else { "untagged" };
            let selection = Map::new()
                .with("tagStatus", status)
                .maybe("tagPrefixList", prefix.map(|prefix| vec![Value::from(prefix)]))
                .with("countType", "imageCountMoreThan")
                .with("countNumber", count);
            let rule = Map::new()
                .with("rulePriority", priority)
                .with("description", description)
                .with("selection", selection)
                .with("action", Map::new().with("type", "expire"));
            Value::from(rule)
        };
    let rules = vec![
        rule(10, "Keep only 5 untagged image, expire all others", 5, None),
        rule(
            20,
            "Keep only the last 10 tagged production images, expire all others",
            10,
            Some("prod"),
        ),
        rule(
            30,
            "Keep only the last 20 tagged development images, expire all others",
            20,
            Some("dev"),
        ),
    ];
    Map::new().with("rules", rules)
}

/// Returns the repository of a service.
#[must_use]
pub fn repository(names: &Names, environment: &Environment) -> EcrRepository {
    let tags = TAGS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    EcrRepository {
        name: names.repository(),
        url: repository_url(names, environment),
        tags: order::map(tags),
        image_scanning_configuration: ImageScanning { scan_on_push: true },
        policy: policy(environment).into(),
        lifecycle_policy: lifecycle_policy().into(),
    }
}

/// Returns the URL of a service's repository.
#[must_use]
pub fn repository_url(names: &Names, environment: &Environment) -> Text {
    let region = environment.region.as_deref();
    TextBuilder::default()
        .value_or_input(environment.account_id.as_deref(), "account_id")
        .push(".dkr.ecr.")
        .value_or_input(region, "region")
        .push(&format!(".{}/", domain(region)))
        .push(&names.repository())
        .build()
}

/// Whether a repository has the name that Opta of 2022 gave it: `name` with a dash and four
/// lowercase letters or digits.
#[must_use]
pub fn is_variant_of_opta(repository: &str, name: &str) -> bool {
    let suffix = repository.strip_prefix(name).and_then(|suffix| suffix.strip_prefix('-'));
    suffix.is_some_and(|suffix| {
        suffix.len() == 4
            && suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_has_four_random_characters() {
        assert!(is_variant_of_opta("opta-shop-api-x7k2", "opta-shop-api"));
        for other in [
            "opta-shop-api",
            "opta-shop-api-x7k",
            "opta-shop-api-test2",
            "opta-shop-api-X7K2",
            "opta-shop-x7k2",
        ] {
            assert!(!is_variant_of_opta(other, "opta-shop-api"), "{other}");
        }
    }
}
