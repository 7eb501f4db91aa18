//! The input of the API: the texts of a service and what to render of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::choices::Choices;
use crate::source::SourceText;

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
