//! The bundle: one JSON file that is all `optakit apply` needs, the only stable format of Optakit.
//!
//! It holds the sources and what was rendered of them, never a value of a secret, and a digest over
//! its canonical form (RFC 8785), so that reading it can tell whether anyone changed it on the way.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::choices::Choices;
use crate::source::SourceText;
use crate::syntax;

/// The format this version writes.
pub const API_VERSION: &str = "optakit.dev/v1";
/// The kind of the file.
pub const KIND: &str = "Bundle";
/// The largest bundle that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    /// The format.
    pub api_version: String,
    /// `Bundle`.
    pub kind: String,
    /// What it is of.
    pub metadata: Metadata,
    /// The version of Optakit that rendered it.
    pub renderer: String,
    /// The texts it was rendered from.
    pub sources: Sources,
    /// What was chosen.
    pub choices: Choices,
    /// The values of the environment that were used.
    pub inputs: BTreeMap<String, String>,
    /// Where it belongs.
    pub target: Target,
    /// The Kubernetes objects in the order in which they are applied.
    pub manifests: Vec<serde_json::Value>,
    /// The AWS resources.
    pub aws: Vec<AwsDocument>,
    /// The secrets that must exist, by name and key.
    pub secrets: Vec<RequiredSecret>,
    /// What is still missing, and where it goes.
    pub holes: Vec<Hole>,
    /// Which line decides which value.
    pub source_map: Vec<Mapping>,
    /// `sha256:` and the hash of the canonical form of all the rest.
    pub digest: String,
}

/// What a bundle is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The layer, which is the namespace.
    pub layer: String,
    /// The environment's name, as its file gives it.
    pub environment: String,
}

/// The texts of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// The service file.
    pub service: SourceText,
    /// The environment file, when the service file names one.
    pub environment: Option<SourceText>,
}

/// Where a bundle belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// The EKS cluster.
    pub cluster: String,
    /// The AWS region.
    pub region: Option<String>,
    /// The AWS account.
    pub account_id: Option<String>,
}

/// An AWS resource of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsDocument {
    /// `ecr-repository` or `iam-role`.
    pub kind: String,
    /// The module it belongs to.
    pub module: String,
    /// All of it.
    pub resource: serde_json::Value,
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

/// Something that must be filled in before a bundle can be applied whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// The input: `image_digest`, `account_id`, `parent.<output>`, `module.<module>.<output>`.
    pub input: String,
    /// The texts with `{input}` in them.
    pub at: Vec<Location>,
}

/// A value of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The list it is in.
    pub list: List,
    /// The index in that list.
    pub index: usize,
    /// The JSON pointer in that document.
    pub pointer: String,
}

/// The lists of documents in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum List {
    /// `manifests`.
    Manifests,
    /// `aws`.
    Aws,
}

/// The line that decides a value of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The index of the manifest.
    pub manifest: usize,
    /// The JSON pointer in it.
    pub pointer: String,
    /// The name of the text.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// Why a bundle is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Larger than any honest bundle.
    #[error("the bundle has {found} bytes, more than the {MAX_BYTES} allowed")]
    TooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// Not JSON, or not the JSON of a bundle.
    #[error("the file is no bundle")]
    NotABundle(#[source] serde_json::Error),
    /// A format this version does not know.
    #[error("the bundle has the format `{found}`, this version reads `{API_VERSION}`")]
    UnknownFormat {
        /// What it says of itself.
        found: String,
    },
    /// Changed since it was made.
    #[error("the bundle was changed since it was made")]
    Modified {
        /// The digest it carries.
        stated: String,
        /// The digest of what it holds.
        actual: String,
        /// The manifests that are not what its sources give.
        differences: Vec<Difference>,
    },
}

/// A manifest that is not what the bundle's sources give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Kind and name.
    pub object: String,
    /// What the sources give, as YAML; empty for an object that was added.
    pub expected: String,
    /// What the bundle holds, as YAML; empty for one that was taken away.
    pub found: String,
}

impl Bundle {
    /// The JSON Schema of the format, draft 2020-12.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Self).to_value();
        schema["properties"]["apiVersion"] = serde_json::json!({ "const": API_VERSION });
        schema["properties"]["kind"] = serde_json::json!({ "const": KIND });
        schema["properties"]["digest"]["pattern"] = serde_json::json!("^sha256:[0-9a-f]{64}$");
        schema
    }

    /// The file's name.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.bundle.json", self.metadata.layer, self.metadata.environment)
    }

    /// The file's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = syntax::to_json(self);
        text.push('\n');
        text
    }

    /// The digest of what the bundle holds, whatever it says of itself.
    #[must_use]
    pub fn actual_digest(&self) -> String {
        let mut value =
            serde_json::to_value(self).expect("a bundle is a tree of maps with text keys");
        if let Some(map) = value.as_object_mut() {
            map.remove("digest");
        }
        let canonical = serde_json_canonicalizer::to_vec(&value)
            .expect("a bundle has no number that JSON cannot say");
        let hash = Sha256::digest(&canonical);
        hash.iter().fold("sha256:".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    /// Reads a bundle without asking whether anyone changed it.
    ///
    /// # Errors
    ///
    /// When it is too large, no bundle, or of another format.
    pub fn parse(text: &str) -> Result<Self, BundleError> {
        if text.len() > MAX_BYTES {
            return Err(BundleError::TooLarge { found: text.len() });
        }
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(BundleError::NotABundle)?;
        let format = value.get("apiVersion").and_then(serde_json::Value::as_str);
        if let Some(found) =
            format.filter(|found| *found != API_VERSION && found.starts_with("optakit.dev/"))
        {
            return Err(BundleError::UnknownFormat { found: found.to_owned() });
        }
        serde_json::from_value(value).map_err(BundleError::NotABundle)
    }

    /// Puts a value where a hole is; false when there is no such hole.
    pub fn fill(&mut self, input: &str, value: &str) -> bool {
        let Some(at) = self.holes.iter().position(|hole| hole.input == input) else { return false };
        let hole = self.holes.remove(at);
        let marker = format!("{{{input}}}");
        for location in &hole.at {
            let document = match location.list {
                List::Manifests => self.manifests.get_mut(location.index),
                List::Aws => {
                    self.aws.get_mut(location.index).map(|document| &mut document.resource)
                }
            };
            if let Some(serde_json::Value::String(text)) =
                document.and_then(|document| document.pointer_mut(&location.pointer))
            {
                *text = text.replace(&marker, value);
            }
        }
        // The keys of a trust's condition hold the issuer too, where no pointer leads.
        let touched = hole
            .at
            .iter()
            .filter(|location| location.list == List::Aws)
            .map(|location| location.index);
        for index in touched.collect::<std::collections::BTreeSet<_>>() {
            if let Some(document) = self.aws.get_mut(index) {
                fill_keys(&mut document.resource, &marker, value);
            }
        }
        true
    }

    /// The line of a source that decides a value of a manifest, or one of the values around it.
    #[must_use]
    pub fn line_of(&self, manifest: usize, pointer: &str) -> Option<&Mapping> {
        let covers = |mapping: &&Mapping| {
            mapping.manifest == manifest
                && pointer
                    .strip_prefix(&*mapping.pointer)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.source_map.iter().filter(covers).max_by_key(|mapping| mapping.pointer.len())
    }
}

fn fill_keys(document: &mut serde_json::Value, marker: &str, value: &str) {
    match document {
        serde_json::Value::Object(map) => {
            for (key, mut inner) in std::mem::take(map) {
                fill_keys(&mut inner, marker, value);
                map.insert(key.replace(marker, value), inner);
            }
        }
        serde_json::Value::Array(items) => {
            items.iter_mut().for_each(|item| fill_keys(item, marker, value))
        }
        _ => {}
    }
}
