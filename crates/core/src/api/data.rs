//! What goes in and what comes out, as plain data: the promise to every front end.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::reading::Reading;

/// A text under its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct SourceText {
    /// Its path or name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// What is to be analysed.
#[derive(Clone, Default)]
pub struct Request {
    /// The service file.
    pub service: SourceText,
    /// The environment files, by the `path` under which the service file names them: the text, or
    /// why it cannot be read.
    pub environment_files: BTreeMap<String, Result<String, String>>,
    /// The values file.
    pub values: Option<SourceText>,
    /// What to render.
    pub choices: Choices,
    /// The certificates of RDS for the region.
    pub rds_certificates: RdsCertificates,
    /// What the service file says, once it was read.
    pub reading: Reading,
    /// What earlier requests have left, for a front end that asks again and again about the same
    /// file.
    pub memory: Option<Memory>,
}

/// Where the certificates of RDS come from; nobody has any by default.
#[derive(Clone, Default)]
pub struct RdsCertificates(Option<Arc<LookUp>>);

type LookUp = dyn Fn(&str) -> Option<Arc<str>> + Send + Sync;

impl RdsCertificates {
    /// These, as PEM, whatever the region.
    #[must_use]
    pub fn always(pem: impl Into<Arc<str>>) -> Self {
        let pem = pem.into();
        Self::by_region(move |_| Some(pem.clone()))
    }

    /// By the name of a region, as PEM; none for a region whose certificates nobody has.
    #[must_use]
    pub fn by_region(look_up: impl Fn(&str) -> Option<Arc<str>> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(look_up)))
    }

    /// Those of a region.
    pub(super) fn of(&self, region: &str) -> Option<Arc<str>> {
        self.0.as_ref().and_then(|look_up| look_up(region))
    }
}

impl std::fmt::Debug for Request {
    /// Without the text of the values file, which holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("service", &self.service)
            .field("environment_files", &self.environment_files)
            .field("values", &self.values.as_ref().map(|values| &values.name))
            .field("choices", &self.choices)
            .finish_non_exhaustive()
    }
}

/// What to render of a service file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Choices {
    /// The environment's name; may be left out when there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The profile's name; `default` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The hardening's name; `baseline` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardening: Option<String>,
    /// The exposure's name; `nginx` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// Namespace and name of the Gateway, parted by a slash, for the exposure `gateway`;
    /// `gateway/gateway` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// The version of Kubernetes, like `1.36`; the newest known one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<String>,
    /// The tag of AUTO images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
    /// The digest of AUTO images, which wins over the tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
}

/// An environment that a service file names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct EnvironmentRef {
    /// Its name.
    pub name: String,
    /// The path of its file, relative to the service file.
    pub path: String,
}

/// All that can be said of a request.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Analysis {
    /// The faults, in source order.
    pub diagnostics: Vec<Finding>,
    /// The environments of the file.
    pub environments: Vec<EnvironmentRef>,
    /// The environment the rest is about.
    pub environment: Option<String>,
    /// Why the choices do not fit the file, when they do not.
    pub refusal: Option<String>,
    /// The manifests; none while there is an error.
    pub manifests: Option<Vec<Manifest>>,
    /// The AWS resources of the services.
    pub aws: Vec<AwsResource>,
    /// The inputs that are used and not known, like `parent.zone_id`.
    pub inputs: Vec<String>,
    /// Those of them that the manifests lack; the others are lacked by AWS resources alone.
    pub manifest_inputs: Vec<String>,
    /// The modules whose pods are left out since their AUTO image has neither tag nor digest.
    pub without_image: Vec<String>,
    /// The secrets that must exist in the namespace.
    pub secrets: Vec<RequiredSecret>,
    /// The region whose certificates of RDS are in the manifests, or would be.
    pub rds_region: Option<String>,
    /// The same region when the request does not know its certificates.
    pub rds_certificates_for: Option<String>,
}

impl Analysis {
    /// Whether any fault is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == "error")
    }

    /// The manifests as one YAML stream.
    #[must_use]
    pub fn yaml(&self) -> Option<String> {
        let manifests = self.manifests.as_ref()?;
        Some(manifests.iter().map(|manifest| &*manifest.yaml).collect::<Vec<_>>().join("---\n"))
    }
}

/// A diagnostic as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Finding {
    /// The name of the text it is in.
    pub file: String,
    /// Its place.
    pub place: Place,
    /// `error`, `warning` or `hint`.
    pub severity: &'static str,
    /// The rule's name.
    pub rule: &'static str,
    /// Where in the document.
    pub path: String,
    /// What was found and expected.
    pub message: String,
    /// The next action.
    pub help: Option<String>,
    /// A second place, with the name of its text and why it matters.
    pub label: Option<Note>,
    /// The repairs.
    pub fixes: Vec<Repair>,
    /// It is in a text that may hold secrets: its place may be shown, the line not.
    pub confidential: bool,
}

/// A place in a text, in every unit that front ends count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Place {
    /// First line, from 1.
    pub line: u32,
    /// First column in characters, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// First UTF-16 code unit.
    pub from: usize,
    /// One past the last UTF-16 code unit.
    pub to: usize,
}

/// A second place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Note {
    /// The name of the text it is in.
    pub file: String,
    /// Its place.
    pub place: Place,
    /// Why it matters.
    pub message: String,
}

/// A repair as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Repair {
    /// What it does.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safe: bool,
    /// The replacements.
    pub edits: Vec<Replacement>,
}

/// A replacement in the text of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Replacement {
    /// What is replaced.
    pub place: Place,
    /// What takes its place.
    pub text: String,
}

/// One Kubernetes object.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Manifest {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// The object as a YAML document.
    #[cfg_attr(feature = "javascript", tsify(type = "string"))]
    pub yaml: Arc<str>,
}

impl Manifest {
    /// The object as data.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        crate::syntax::from_yaml(&self.yaml)
    }
}

/// One AWS resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct AwsResource {
    /// `ecr-repository` or `iam-role`.
    pub kind: &'static str,
    /// The module it belongs to.
    pub module: String,
    /// Its name.
    pub name: String,
}

/// One AWS resource with all there is to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct AwsDocument {
    /// Which one it is.
    #[serde(flatten)]
    pub resource: AwsResource,
    /// All of it, as JSON text.
    pub json: String,
}

/// A Secret with the keys that must be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct RequiredSecret {
    /// The Secret's name.
    pub name: String,
    /// Its keys.
    pub keys: Vec<String>,
}
