//! The output of the API, as plain data that a front end can serialize.

use std::sync::Arc;

use serde::Serialize;

use super::diagnostic::Diagnostic;
use crate::bundle::RequiredSecret;
use crate::kind::Kind;
use crate::render::Object;
use crate::rule::Severity;
use crate::syntax::YamlWriter;

/// An environment of a service file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct EnvironmentRef {
    /// The name of the environment.
    pub name: String,
    /// The path of the environment file, relative to the service file.
    pub path: String,
}

/// The result of a request.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Analysis {
    /// The diagnostics, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// The environments of the service file.
    pub environments: Vec<EnvironmentRef>,
    /// The name of the chosen environment.
    pub environment: Option<String>,
    /// Why the choices are invalid or do not fit the file.
    pub refusal: Option<String>,
    /// The manifests; none if there are errors.
    pub manifests: Option<Vec<Manifest>>,
    /// The AWS resources of the services.
    pub aws: Vec<AwsResourceRef>,
    /// The missing inputs, like `parent.zone_id`.
    pub inputs: Vec<String>,
    /// The missing inputs that the manifests use. Only AWS resources use the others.
    pub manifest_inputs: Vec<String>,
    /// The modules without pods, because their `AUTO` image has no tag and no digest.
    pub without_image: Vec<String>,
    /// The Secrets that must exist in the namespace.
    pub secrets: Vec<RequiredSecret>,
    /// The inputs that the Secret of link values needs and that have no value, like
    /// `module.db.db_password`. Empty if the Secret is not rendered.
    #[serde(skip)]
    pub missing_link_values: Vec<String>,
    /// The region whose RDS certificates the manifests need.
    pub rds_region: Option<String>,
    /// The same region, if the request does not have the certificates.
    pub rds_certificates_for: Option<String>,
}

impl Analysis {
    /// Whether a diagnostic is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns the manifests as one YAML stream.
    #[must_use]
    pub fn yaml(&self) -> Option<String> {
        let manifests = self.manifests.as_ref()?;
        Some(manifests.iter().map(|manifest| &*manifest.yaml).collect::<Vec<_>>().join("---\n"))
    }
}

/// A Kubernetes object.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Manifest {
    /// The kind of the object.
    #[cfg_attr(feature = "javascript", tsify(type = "Kind"))]
    pub kind: Kind,
    /// The name of the object.
    pub name: String,
    /// The namespace of the object.
    pub namespace: Option<String>,
    /// The object as a YAML document.
    #[cfg_attr(feature = "javascript", tsify(type = "string"))]
    pub yaml: Arc<str>,
}

impl Manifest {
    /// Writes an object as YAML.
    pub(super) fn write(object: &Object, writer: &mut YamlWriter) -> Self {
        Self {
            kind: object.kind,
            name: object.name.as_str().to_owned(),
            namespace: object.namespace.as_ref().map(|namespace| namespace.as_str().to_owned()),
            yaml: writer.write(&object.value).into(),
        }
    }

    /// Returns the object as data.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        crate::syntax::from_yaml(&self.yaml)
    }
}

/// An AWS resource of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct AwsResourceRef {
    /// `ecr-repository` or `iam-role`.
    #[cfg_attr(feature = "javascript", tsify(type = "'ecr-repository' | 'iam-role'"))]
    pub kind: &'static str,
    /// The name of the module.
    pub module: String,
    /// The name of the resource.
    pub name: String,
}

/// An AWS resource with its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct AwsDocument {
    /// The kind, the module and the name.
    #[serde(flatten)]
    pub resource: AwsResourceRef,
    /// The resource as JSON.
    pub json: String,
}
