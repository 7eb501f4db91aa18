//! The output of the API as plain data that every front end can serialize.

use std::sync::Arc;

use serde::Serialize;

use super::diagnostic::Diagnostic;
use crate::bundle::RequiredSecret;
use crate::kind::Kind;

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
    pub diagnostics: Vec<Diagnostic>,
    /// The environments of the file.
    pub environments: Vec<EnvironmentRef>,
    /// The environment the rest is about.
    pub environment: Option<String>,
    /// Why the choices do not fit the file, when they do not.
    pub refusal: Option<String>,
    /// The manifests; none while there is an error.
    pub manifests: Option<Vec<Manifest>>,
    /// The AWS resources of the services.
    pub aws: Vec<AwsResourceRef>,
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
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == "error")
    }

    /// The manifests as one YAML stream.
    #[must_use]
    pub fn yaml(&self) -> Option<String> {
        let manifests = self.manifests.as_ref()?;
        Some(manifests.iter().map(|manifest| &*manifest.yaml).collect::<Vec<_>>().join("---\n"))
    }
}

/// One Kubernetes object.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Manifest {
    /// Its kind.
    #[cfg_attr(feature = "javascript", tsify(type = "string"))]
    pub kind: Kind,
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
pub struct AwsResourceRef {
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
    pub resource: AwsResourceRef,
    /// All of it, as JSON text.
    pub json: String,
}
