//! The module types of Opta.

/// A module type.
#[derive(Clone, Copy, Debug)]
pub struct ModuleType {
    /// The short name. In a file, it can have the prefix `aws-`.
    pub name: &'static str,
    /// The fields that links read. A module of the type must have them.
    pub required: &'static [RequiredField],
}

/// A required field of a module that Optakit does not render.
#[derive(Clone, Copy, Debug)]
pub struct RequiredField {
    /// The key. The value is text.
    pub name: &'static str,
    /// An example value.
    pub example: &'static str,
}

impl ModuleType {
    /// Returns the type with a short name.
    #[must_use]
    pub fn of(short_type: &str) -> Option<&'static Self> {
        MODULE_TYPES.iter().find(|kind| kind.name == short_type)
    }

    const fn new(name: &'static str) -> Self {
        Self { name, required: &[] }
    }
}

/// The type that Optakit renders.
pub const K8S_SERVICE: &str = "k8s-service";

/// The field of an `s3` module that links read.
pub const BUCKET_NAME: &str = "bucket_name";

/// The module types of Opta for AWS.
pub const MODULE_TYPES: &[ModuleType] = &[
    ModuleType::new(K8S_SERVICE),
    ModuleType::new("base"),
    ModuleType::new("dns"),
    ModuleType::new("k8s-cluster"),
    ModuleType::new("k8s-base"),
    ModuleType::new("postgres"),
    ModuleType::new("mysql"),
    ModuleType::new("redis"),
    ModuleType::new("documentdb"),
    ModuleType::new("mongodb-atlas"),
    ModuleType {
        name: "s3",
        required: &[RequiredField { name: BUCKET_NAME, example: "acme-media" }],
    },
    ModuleType::new("sqs"),
    ModuleType::new("sns"),
    ModuleType::new("dynamodb"),
    ModuleType::new("ses"),
    ModuleType::new("iam-role"),
    ModuleType::new("iam-user"),
    ModuleType::new("nodegroup"),
    ModuleType::new("eks"),
    ModuleType::new("helm-chart"),
    ModuleType::new("datadog"),
    ModuleType::new("cloudfront-distribution"),
    ModuleType::new("custom-terraform"),
    ModuleType::new("lambda-function"),
    ModuleType::new("static-site"),
    ModuleType::new("runx"),
    ModuleType::new("linkerd"),
    ModuleType::new("vpn"),
    ModuleType::new("ecs-service"),
    ModuleType::new("sagemaker-endpoint"),
    ModuleType::new("external-state"),
    ModuleType::new("ssh-key"),
    ModuleType::new("kubernetes-manifest"),
    ModuleType::new("k8s-manifest"),
    ModuleType::new("iam-policy"),
    ModuleType::new("external-ssl-cert"),
    ModuleType::new("global-accelerator"),
];

/// Returns a module type without the prefix `aws-`.
#[must_use]
pub fn short_type(kind: &str) -> &str {
    kind.strip_prefix("aws-").unwrap_or(kind)
}
