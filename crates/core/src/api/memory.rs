//! What is kept from one request for the next: a front end that asks at each key has read and
//! rendered again only what the key has changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::data::{AwsResource, Choices, Manifest, Request, SourceText};
use super::reading::Read;
use crate::model::environment::Environment;
use crate::render::LinkVariable;
use crate::resolve::LayerFile;
use crate::source::Source;
use crate::syntax::reparse;

/// The memory of a front end, to be handed over with each request about the same file. Copies share
/// it.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Remembered>>);

#[derive(Default)]
struct Remembered {
    read: Option<Arc<Read>>,
    around: Option<Around>,
    /// In file order; none for a service with a fault.
    services: Vec<Option<Arc<Made>>>,
}

/// All that decides what becomes of a service, beside its own text.
#[derive(PartialEq, Eq)]
pub(super) struct Around {
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
pub(super) struct Made {
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

impl Memory {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a service file, by the reading of the text before it where an edit leaves most of it
    /// as it was.
    pub(super) fn read(&self, service: &SourceText) -> Arc<Read> {
        let mut remembered = self.remembered();
        let read = match remembered.read.take() {
            Some(read) if read.is_of(service) => read,
            Some(earlier) => Arc::new(earlier.edited(service)),
            None => Arc::new(Read::new(service)),
        };
        remembered.read = Some(read.clone());
        read
    }

    /// What became of a file's services earlier, each beside its header; nothing where anything
    /// else is not as it was then.
    pub(super) fn known(
        &self,
        around: Around,
        file: &LayerFile,
        source: &Source,
    ) -> Vec<Option<Arc<Made>>> {
        let mut remembered = self.remembered();
        if remembered.around.as_ref() != Some(&around) {
            remembered.services.clear();
            remembered.around = Some(around);
        }
        // Name and number of the services are as they were, since all around them is.
        remembered.services.resize(file.services().count(), None);
        for (module, made) in file.services().zip(&mut remembered.services) {
            if made.as_ref().is_some_and(|made| made.text != source.slice(module.span)) {
                *made = None;
            }
        }
        remembered.services.clone()
    }

    /// Keeps what became of a service, by its place among the services.
    pub(super) fn keep(&self, place: usize, made: Made) {
        if let Some(kept) = self.remembered().services.get_mut(place) {
            *kept = Some(Arc::new(made));
        }
    }
}

impl Around {
    pub(super) fn of(request: &Request, read: &Read, environment: &Environment) -> Self {
        let (text, mut at, mut file) = (&read.source.text, 0, String::new());
        for module in read.file.services() {
            let span = module.span.range();
            file.push_str(text.get(at..span.start).unwrap_or_default());
            at = span.end;
        }
        file.push_str(text.get(at..).unwrap_or_default());
        Self {
            file,
            modules: read
                .file
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

impl Read {
    /// The reading of the text that an edit has made of this one.
    fn edited(&self, service: &SourceText) -> Self {
        let source = Self::source_of(service);
        let document =
            if self.is_whole { reparse(&self.document, &self.source.text, &source) } else { None };
        match document {
            Some(document) => Self::of(source, document, Vec::new()),
            None => Self::new(service),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::{Analysis, RdsCertificates, analyze};

    const FILE: &str = include_str!("../../benches/fixture/opta.yml");
    const ENVIRONMENT: &str = include_str!("../../benches/fixture/env.yml");

    fn request(
        text: &str,
        environment: &str,
        tag: Option<&str>,
        memory: Option<&Memory>,
    ) -> Request {
        Request {
            service: SourceText { name: "opta.yml".to_owned(), text: text.to_owned() },
            environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
            choices: Choices { image_tag: tag.map(str::to_owned), ..Choices::default() },
            rds_certificates: RdsCertificates::always(
                "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n",
            ),
            memory: memory.cloned(),
            ..Request::default()
        }
    }

    fn told(analysis: &Analysis) -> String {
        serde_json::to_string_pretty(analysis).expect("an analysis is data")
    }

    /// The names of the services whose manifests are those of the request before, by their bytes in
    /// memory.
    fn taken_over(before: &Analysis, after: &Analysis) -> Vec<String> {
        let manifests =
            |analysis: &Analysis| analysis.manifests.clone().expect("the text has no errors");
        let (before, after) = (manifests(before), manifests(after));
        let same = |manifest: &&Manifest| {
            before.iter().any(|other| Arc::ptr_eq(&other.yaml, &manifest.yaml))
        };
        let deployments = after.iter().filter(|manifest| manifest.kind == "Deployment");
        deployments.filter(same).map(|manifest| manifest.name.clone()).collect()
    }

    #[test]
    fn a_service_that_no_edit_touches_is_not_rendered_again() {
        let memory = Memory::default();
        let ask = |text: &str, environment: &str| {
            analyze(&request(text, environment, Some("1"), Some(&memory)), false)
        };
        let first = ask(FILE, ENVIRONMENT);
        let deployments = taken_over(&first, &first);
        assert_eq!(deployments.len(), 2);
        let edited = ask(&FILE.replace("LOG_LEVEL: info", "LOG_LEVEL: debug"), ENVIRONMENT);
        assert_eq!(taken_over(&first, &edited), deployments[1..]);
        let elsewhere = ask(FILE, &ENVIRONMENT.replace("us-east-1", "eu-west-1"));
        assert_eq!(taken_over(&edited, &elsewhere), Vec::<String>::new());
    }

    #[test]
    fn an_anchor_may_change_any_service() {
        let memory = Memory::default();
        let text = |level: &str| {
            format!(
                "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n  - type: k8s-service\n    name: a\n    image: a:1\n    port: {{http: 80}}\n    env_vars: &shared\n      LEVEL: {level}\n  - type: k8s-service\n    name: b\n    image: b:1\n    port: {{http: 80}}\n    env_vars: *shared\n"
            )
        };
        for level in ["info", "debug"] {
            let yaml = analyze(&request(&text(level), ENVIRONMENT, None, Some(&memory)), false)
                .yaml()
                .expect("no errors");
            assert_eq!(yaml.matches(&format!("value: {level}")).count(), 2, "{yaml}");
        }
    }

    /// What is typed one after the other: an edit each, of which some break the text, and a later
    /// one may repair it.
    const EDITS: [(&str, &str); 16] = [
        ("LOG_LEVEL: info", "LOG_LEVEL: debug"),
        ("LOG_LEVEL: debug", "LOG_LEVEL: \"debug"),
        ("LOG_LEVEL: \"debug", "LOG_LEVEL: info"),
        ("max_containers: ", "max_containers: 1"),
        ("type: k8s-service", "type:  k8s-service"),
        ("type: postgres", "type: mysql"),
        ("type: mysql", "type: postgres"),
        ("name: ", "name: x"),
        ("{parent.domain}", "{parent.domainn}"),
        ("{parent.domainn}", "{parent.domain}"),
        (
            "modules:\n",
            "modules:\n  - {type: k8s-service, name: new, image: AUTO, port: {http: 80}}\n",
        ),
        ("  - {type: k8s-service, name: new, image: AUTO, port: {http: 80}}\n", ""),
        ("links:", "links: # which"),
        (" # which", ""),
        ("port:", "prot:"),
        ("prot:", "port:"),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn with_a_memory_the_same_is_said(
            edits in prop::collection::vec((0..EDITS.len(), any::<prop::sample::Index>(), 0_u8..12), 1..10)
        ) {
            let memory = Memory::default();
            let (mut text, mut environment, mut tag) = (FILE.to_owned(), ENVIRONMENT.to_owned(), Some("1"));
            for (edit, place, other) in edits {
                let (from, to) = EDITS[edit];
                let found: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
                if !found.is_empty() {
                    let at = found[place.index(found.len())];
                    text.replace_range(at..at + from.len(), to);
                }
                match other {
                    0 => environment = environment.replace("us-east-1", "eu-west-1"),
                    1 => tag = if tag.is_some() { None } else { Some("2") },
                    2 => {
                        let at = place.index(text.len());
                        if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                            text.remove(at);
                        }
                    }
                    _ => {}
                }
                let with = analyze(&request(&text, &environment, tag, Some(&memory)), false);
                let without = analyze(&request(&text, &environment, tag, None), false);
                prop_assert_eq!(told(&with), told(&without), "{}", text);
            }
        }
    }
}
