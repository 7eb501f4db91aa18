//! The input of the API: the texts of a service and what to render of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
