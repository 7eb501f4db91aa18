//! The ECR repository of an AUTO image, as Opta's Terraform made it, with scanning on push.

use super::partition;
use crate::model::environment::Environment;
use crate::model::name::Names;
use crate::text::TextBuilder;
use crate::value::{Map, Value};

/// The tags of the repository; an existing one with them is Opta's own.
pub const TAGS: &[(&str, &str)] = &[("terraform", "true")];

/// The repository policy: the whole account may use it
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

/// The lifecycle policy: 5 untagged images, 10 of production and 20 of development are kept
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

/// The repository of a service with all that belongs to it.
#[must_use]
pub fn repository(names: &Names, environment: &Environment) -> Value {
    let tags = TAGS.iter().fold(Map::new(), |map, (key, value)| map.with(*key, *value));
    Map::new()
        .with("name", names.repository())
        .with("url", crate::render::repository_url(names, environment))
        .with("tags", tags)
        .with("imageScanningConfiguration", Map::new().with("scanOnPush", true))
        .with("policy", policy(environment))
        .with("lifecyclePolicy", lifecycle_policy())
        .into()
}
