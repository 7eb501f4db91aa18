//! The input of the API.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::service_file::ServiceFile;
use crate::choices::Choices;
use crate::source::SourceText;

/// The files of a service and the choices for rendering it.
#[derive(Clone, Default)]
pub struct Request {
    /// The service file.
    pub service: ServiceFile,
    /// The environment files by their `path` in the service file: the text, or why the file cannot
    /// be read.
    pub environment_files: BTreeMap<String, Result<String, String>>,
    /// The values file.
    pub values: Option<SourceText>,
    /// Values of input variables. They override those of the values file.
    pub variables: BTreeMap<String, String>,
    /// Whether the values file is only for this service file, so that unknown modules and outputs
    /// in it are errors.
    pub own_values: bool,
    /// How to render the service file.
    pub choices: Choices,
    /// The RDS certificates.
    pub rds_certificates: RdsCertificates,
}

impl fmt::Debug for Request {
    /// Omits the text of the values file, which contains secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("service", &self.service)
            .field("environment_files", &self.environment_files)
            .field("values", &self.values.as_ref().map(|values| &values.name))
            .field("variables", &self.variables.keys())
            .field("choices", &self.choices)
            .finish_non_exhaustive()
    }
}

/// The source of RDS certificates. The default has none.
#[derive(Clone, Default)]
pub struct RdsCertificates(Option<Arc<LookUp>>);

type LookUp = dyn Fn(&str) -> Option<Arc<str>> + Send + Sync;

impl RdsCertificates {
    /// Uses the same PEM text for every region.
    #[must_use]
    pub fn always(pem: impl Into<Arc<str>>) -> Self {
        let pem = pem.into();
        Self::by_region(move |_| Some(pem.clone()))
    }

    /// Looks up the PEM text by the name of the region. The function returns none for an unknown
    /// region.
    #[must_use]
    pub fn by_region(look_up: impl Fn(&str) -> Option<Arc<str>> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(look_up)))
    }

    /// Returns the certificates of a region.
    pub(super) fn of(&self, region: &str) -> Option<Arc<str>> {
        self.0.as_ref().and_then(|look_up| look_up(region))
    }
}
