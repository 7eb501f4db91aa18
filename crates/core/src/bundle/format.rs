//! The content of a bundle.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hole::{List, Location, MissingInput};
use super::object::BundleObject;
use crate::aws::AwsResource;
use crate::aws::ecr::EcrRepository;
use crate::aws::iam::IamRole;
use crate::choices::Choices;
use crate::source::SourceText;
use crate::syntax;

/// The format that this version writes.
pub const API_VERSION: &str = "optakit.dev/v1";
/// The kind of the file.
pub const KIND: &str = "Bundle";
/// The maximum size of a bundle in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A bundle.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    /// The version of the format.
    pub api_version: String,
    /// `Bundle`.
    pub kind: String,
    /// The service file and environment of the bundle.
    pub metadata: Metadata,
    /// The version of Optakit that rendered the bundle.
    pub renderer: String,
    /// The files that the bundle was rendered from.
    pub sources: Sources,
    /// The choices that the bundle was rendered with.
    pub choices: Choices,
    /// The values from the values file that were used.
    pub inputs: BTreeMap<String, String>,
    /// The cluster that the bundle is for.
    pub target: ClusterTarget,
    /// The Kubernetes objects, in the order in which they are applied.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub manifests: Vec<BundleObject>,
    /// The AWS resources.
    pub aws: Vec<AwsResource>,
    /// The Secrets that must exist, with their keys.
    pub secrets: Vec<RequiredSecret>,
    /// The inputs without a value, and their positions.
    pub holes: Vec<MissingInput>,
    /// The line of a source for each value of a manifest.
    pub source_map: Vec<SourceLine>,
    /// `sha256:` and the hash of the canonical form of all other fields. Not written if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// The service file and environment of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The name of the service file, which is also the namespace.
    pub layer: String,
    /// The name of the environment.
    pub environment: String,
}

/// The files that a bundle was rendered from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// The service file.
    pub service: SourceText,
    /// The environment file, if the service file names one.
    pub environment: Option<SourceText>,
}

/// The cluster that a bundle is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterTarget {
    /// The name of the EKS cluster.
    pub cluster: String,
    /// The AWS region.
    pub region: Option<String>,
    /// The ID of the AWS account.
    pub account_id: Option<String>,
    /// The provider of an environment that is not on AWS, such as `google`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// A Secret that must exist in the namespace, with its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct RequiredSecret {
    /// The name of the Secret.
    pub name: String,
    /// The keys of the Secret.
    pub keys: Vec<String>,
}

/// The source line of a value in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceLine {
    /// The index of the manifest.
    pub manifest: usize,
    /// The JSON pointer to the value.
    pub pointer: String,
    /// The name of the file.
    pub file: String,
    /// The number of the line, from 1.
    pub line: u32,
}

impl Bundle {
    /// Returns the JSON Schema of the format (draft 2020-12).
    #[must_use]
    pub fn schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Self).to_value();
        schema["properties"]["apiVersion"] = serde_json::json!({ "const": API_VERSION });
        schema["properties"]["kind"] = serde_json::json!({ "const": KIND });
        schema["properties"]["digest"]["pattern"] = serde_json::json!("^sha256:[0-9a-f]{64}$");
        schema
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.bundle.json", self.metadata.layer, self.metadata.environment)
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = syntax::to_json(self);
        text.push('\n');
        text
    }

    /// Computes the digest of the content. It differs from `digest` if the bundle was modified.
    #[must_use]
    pub fn actual_digest(&self) -> String {
        // A bundle that is being built has no digest yet, so it need not be copied.
        let content = match self.digest.is_empty() {
            true => Cow::Borrowed(self),
            false => Cow::Owned(Self { digest: String::new(), ..self.clone() }),
        };
        let canonical = serde_json_canonicalizer::to_vec(&*content)
            .expect("a bundle is valid JSON: all keys are text and all numbers are finite");
        format!("sha256:{}", hex::encode(Sha256::digest(&canonical)))
    }

    /// Returns the ECR repositories with their modules.
    pub fn repositories(&self) -> impl Iterator<Item = (&str, &EcrRepository)> {
        self.aws.iter().filter_map(|aws| Some((aws.module(), aws.as_repository()?)))
    }

    /// Returns the IAM roles with their modules.
    pub fn roles(&self) -> impl Iterator<Item = (&str, &IamRole)> {
        self.aws.iter().filter_map(|aws| Some((aws.module(), aws.as_role()?)))
    }

    /// Returns the inputs that a document needs and that have no value.
    #[must_use]
    pub fn missing_inputs(&self, list: List, index: usize) -> Vec<&str> {
        let is_in_document = |location: &Location| (location.list, location.index) == (list, index);
        let missing = self.holes.iter().filter(|missing| missing.at.iter().any(is_in_document));
        missing.map(|missing| missing.input.as_str()).collect()
    }

    /// Returns the source line of a value in a manifest, or of the closest value that contains it.
    #[must_use]
    pub fn line_of(&self, manifest: usize, pointer: &str) -> Option<&SourceLine> {
        let contains = |line: &&SourceLine| {
            line.manifest == manifest
                && pointer
                    .strip_prefix(&*line.pointer)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.source_map.iter().filter(contains).max_by_key(|line| line.pointer.len())
    }
}
