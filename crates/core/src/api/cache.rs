//! Keeps the parsed service file and the rendered services for the next request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::analysis::{AwsResource, Manifest};
use super::request::Request;
use super::service_file::ServiceFile;
use crate::choices::Choices;
use crate::model::environment::Environment;
use crate::render::LinkVariable;
use crate::resolve::LayerFile;
use crate::source::Source;
use crate::source::SourceText;

/// The results of the last request. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Cache(Arc<Mutex<Entries>>);

#[derive(Default)]
struct Entries {
    file: Option<Arc<ServiceFile>>,
    key: Option<CacheKey>,
    /// In file order; none for a service with a fault.
    services: Vec<Option<Arc<CachedService>>>,
}

/// All that decides what becomes of a service, beside its own text.
#[derive(PartialEq, Eq)]
pub(super) struct CacheKey {
    /// The service file without its services.
    file: String,
    /// Name and type of every module.
    modules: Vec<(String, String)>,
    environment_files: BTreeMap<String, Result<String, String>>,
    values: Option<SourceText>,
    choices: Choices,
    /// Of the environment's region.
    certificates: Option<Arc<str>>,
}

/// What became of a service without any fault.
pub(super) struct CachedService {
    /// Its text in the service file.
    pub(super) text: String,
    pub(super) manifests: Vec<Manifest>,
    pub(super) resources: Vec<AwsResource>,
    /// The inputs that the manifests lack.
    pub(super) inputs: Vec<String>,
    /// The inputs that the resources lack.
    pub(super) resource_inputs: Vec<String>,
    /// Whether its pods are left out for want of an image.
    pub(super) without_image: bool,
    /// The keys that it reads from the Secret of manual secrets.
    pub(super) secrets: Vec<String>,
    /// What its links give.
    pub(super) variables: Vec<LinkVariable>,
}

impl Cache {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a service file, by the reading of the text before it where an edit leaves most of it
    /// as it was.
    pub(super) fn parse(&self, service: &SourceText) -> Arc<ServiceFile> {
        let mut entries = self.entries();
        let file = match entries.file.take() {
            Some(file) if file.is_parsed_from(service) => file,
            Some(earlier) => Arc::new(earlier.parse_edited(service)),
            None => Arc::new(ServiceFile::parse(service)),
        };
        entries.file = Some(file.clone());
        file
    }

    /// What became of a file's services earlier, each beside its header; nothing where anything
    /// else is not as it was then.
    pub(super) fn known(
        &self,
        key: CacheKey,
        file: &LayerFile,
        source: &Source,
    ) -> Vec<Option<Arc<CachedService>>> {
        let mut entries = self.entries();
        if entries.key.as_ref() != Some(&key) {
            entries.services.clear();
            entries.key = Some(key);
        }
        // Name and number of the services are as they were, since all around them is.
        entries.services.resize(file.services().count(), None);
        for (module, made) in file.services().zip(&mut entries.services) {
            if made.as_ref().is_some_and(|made| made.text != source.slice(module.span)) {
                *made = None;
            }
        }
        entries.services.clone()
    }

    /// Keeps what became of a service, by its place among the services.
    pub(super) fn keep(&self, place: usize, made: CachedService) {
        if let Some(kept) = self.entries().services.get_mut(place) {
            *kept = Some(Arc::new(made));
        }
    }
}

impl CacheKey {
    pub(super) fn of(request: &Request, service: &ServiceFile, environment: &Environment) -> Self {
        let (text, mut at, mut file) = (&service.source.text, 0, String::new());
        for module in service.layer.services() {
            let span = module.span.range();
            file.push_str(text.get(at..span.start).unwrap_or_default());
            at = span.end;
        }
        file.push_str(text.get(at..).unwrap_or_default());
        Self {
            file,
            modules: service
                .layer
                .modules
                .iter()
                .map(|module| (module.name.value.clone(), module.kind.value.clone()))
                .collect(),
            environment_files: request.environment_files.clone(),
            values: request.values.clone(),
            choices: request.choices.clone(),
            certificates: environment
                .region
                .as_deref()
                .and_then(|region| request.rds_certificates.of(region)),
        }
    }
}
