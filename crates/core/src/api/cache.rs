//! Keeps the parsed service file and the rendered services for the next request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::analysis::{AwsResourceRef, Manifest};
use super::needs::ServiceNeeds;
use super::request::Request;
use super::service_file::{Parsed, ServiceFile};
use crate::choices::Choices;
use crate::model::environment::Environment;
use crate::model::link_variable::LinkVariable;
use crate::model::public_uri::PublicUri;
use crate::source::SourceText;

/// The results of the last request. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Cache(Arc<Mutex<Entries>>);

#[derive(Default)]
struct Entries {
    file: Option<ServiceFile>,
    key: Option<CacheKey>,
    /// The services in file order; none for a service with diagnostics.
    services: Vec<Option<Arc<CachedService>>>,
}

/// The input of the renderer for a service, except the text of the service.
#[derive(PartialEq, Eq)]
pub(super) struct CacheKey {
    /// The service file without its services.
    file: String,
    /// The name and type of each module.
    modules: Vec<(String, String)>,
    environment_files: BTreeMap<String, Result<String, String>>,
    values: Option<SourceText>,
    variables: BTreeMap<String, String>,
    choices: Choices,
    rds_certificates: Option<Arc<str>>,
}

/// A rendered service without diagnostics.
pub(super) struct CachedService {
    /// The text of the module.
    pub(super) text: String,
    /// The offset of the module when it was rendered.
    pub(super) start: u32,
    pub(super) manifests: Vec<Manifest>,
    pub(super) resources: Vec<AwsResourceRef>,
    pub(super) needs: ServiceNeeds,
    pub(super) link_variables: Vec<LinkVariable>,
    pub(super) public_uris: Vec<PublicUri>,
}

impl Cache {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Parses a service file. Parses only the edited module if possible.
    pub(super) fn parse(&self, name: &str, text: &str) -> ServiceFile {
        let mut entries = self.entries();
        let file = match &entries.file {
            Some(earlier) => earlier.parse_edited(name, text),
            None => ServiceFile::parse(name, text),
        };
        entries.file = Some(file.clone());
        file
    }

    /// Returns the services of a file that are rendered already, in file order.
    ///
    /// Forgets all services if the key changed, and each service whose text changed.
    pub(super) fn services(&self, key: CacheKey, file: &Parsed) -> Vec<Option<Arc<CachedService>>> {
        let mut entries = self.entries();
        if entries.key.as_ref() != Some(&key) {
            entries.services.clear();
            entries.key = Some(key);
        }
        // The same key means the same number of services, with the same names.
        entries.services.resize(file.layer.services().count(), None);
        for (module, cached) in file.layer.services().zip(&mut entries.services) {
            let text = file.source.slice(module.span);
            if cached.as_ref().is_some_and(|cached| cached.text != text) {
                *cached = None;
            }
        }
        entries.services.clone()
    }

    /// Stores a service by its index in the file.
    pub(super) fn insert(&self, index: usize, service: Arc<CachedService>) {
        if let Some(entry) = self.entries().services.get_mut(index) {
            *entry = Some(service);
        }
    }
}

impl CacheKey {
    /// Returns the key of a request.
    pub(super) fn new(request: &Request, environment: &Environment) -> Self {
        let file = request.service.parsed();
        let modules = file.layer.modules.iter();
        let region = environment.region.as_deref();
        Self {
            file: without_services(file),
            modules: modules
                .map(|module| (module.name.value.clone(), module.kind.value.clone()))
                .collect(),
            environment_files: request.environment_files.clone(),
            values: request.values.clone(),
            variables: request.variables.clone(),
            choices: request.choices.clone(),
            rds_certificates: region.and_then(|region| request.rds_certificates.of(region)),
        }
    }
}

/// Returns the text of a service file without its services.
fn without_services(file: &Parsed) -> String {
    let (text, mut end, mut rest) = (&file.source.text, 0, String::new());
    for module in file.layer.services() {
        let span = module.span.range();
        rest.push_str(text.get(end..span.start).unwrap_or_default());
        end = span.end;
    }
    rest.push_str(text.get(end..).unwrap_or_default());
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_without_services_keeps_all_other_text() {
        let text = "name: shop\nmodules:\n  - {type: k8s-service, name: a}\n  \
                    - {type: postgres, name: db}\n  - {type: k8s-service, name: b}\n# end\n";
        let file = ServiceFile::parse("opta.yml", text);
        let expected = "name: shop\nmodules:\n  - \n  - {type: postgres, name: db}\n  - \n# end\n";
        assert_eq!(without_services(file.parsed()), expected);
        let none = "name: shop\nmodules: []\n";
        assert_eq!(without_services(ServiceFile::parse("opta.yml", none).parsed()), none);
    }
}
