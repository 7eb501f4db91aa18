//! The results that the core computes from the texts and choices.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use optakit_core::api::{
    Analysis, Change, Choices, EnvironmentRef, Manifest, Memory, RdsCertificates, Request,
    ServiceFile, SourceText,
};

use super::sources::Sources;
use crate::work::{SERVICE_FILE, VALUES_FILE};

/// The results that the core computes from the texts and choices.
#[derive(Clone, Copy)]
pub(crate) struct Results {
    /// The latest analysis.
    pub(crate) outcome: Memo<Outcome>,
    /// The manifests of the last version without errors.
    pub(crate) manifests: RwSignal<ShownManifests>,
    /// The changes since the last export.
    pub(crate) changes: RwSignal<Vec<Change>>,
    /// The fetched RDS certificates by region.
    pub(crate) certificates: RwSignal<Vec<(String, Arc<str>)>>,
    /// The core's memory of the last texts, which makes the next analysis faster.
    memory: StoredValue<Memory>,
}

/// An analysis, its request, and the time it took.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The analysis without its manifests.
    pub(crate) analysis: Analysis,
    /// The manifests; none if the texts have errors.
    pub(crate) manifests: Option<Arc<[Manifest]>>,
    /// The analyzed request, with the RDS certificates fetched so far.
    pub(crate) request: Request,
    pub(crate) milliseconds: f64,
}

impl PartialEq for Outcome {
    /// Returns false, so that every analysis notifies its subscribers.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// The manifests on the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShownManifests {
    pub(crate) manifests: Arc<[Manifest]>,
    /// Whether they belong to an earlier version, because the current one has errors.
    pub(crate) stale: bool,
}

impl Results {
    pub(super) fn new(sources: Sources) -> Self {
        let certificates = RwSignal::new(Vec::<(String, Arc<str>)>::new());
        let memory = StoredValue::new(Memory::default());
        let outcome = Memo::new(move |_| {
            let started = now();
            let service =
                memory.with_value(|memory| memory.parse(SERVICE_FILE, &sources.service.read()));
            let mut request =
                request(service, &sources.environment_files.read(), &sources.values.read());
            let environment = select(&request.service.environments(), sources.environment.get());
            request.choices = choices(sources.choices.get(), environment, &sources.image.read());
            let known = certificates.get();
            request.rds_certificates = RdsCertificates::by_region(move |region| {
                known.iter().find(|(of, _)| of == region).map(|(_, pem)| pem.clone())
            });
            let mut analysis = memory.with_value(|memory| memory.analyze(&request));
            let manifests = analysis.manifests.take().map(Arc::from);
            Outcome { analysis, manifests, request, milliseconds: now() - started }
        });
        Self {
            outcome,
            manifests: RwSignal::new(ShownManifests::default()),
            changes: RwSignal::new(Vec::new()),
            certificates,
            memory,
        }
    }

    /// Returns a request for the current texts, for help while typing.
    pub(crate) fn request(self, sources: Sources) -> Request {
        let service = self
            .memory
            .with_value(|memory| memory.parse(SERVICE_FILE, &sources.service.read_untracked()));
        let mut request = request(
            service,
            &sources.environment_files.read_untracked(),
            &sources.values.read_untracked(),
        );
        let environment =
            select(&request.service.environments(), sources.environment.get_untracked());
        let chosen = sources.choices.get_untracked();
        request.choices = choices(chosen, environment, &sources.image.read_untracked());
        request
    }

    /// Returns why the image tag or digest is not valid; none if it is.
    pub(crate) fn image_error(self) -> Option<String> {
        self.outcome.read().request.choices.check_image().err()
    }

    /// Returns the problems of the choices: of the image, and of the others.
    pub(crate) fn choice_problems(self) -> (Option<String>, Option<String>) {
        let image = self.image_error();
        let refusal = self.outcome.read().analysis.refusal.clone();
        let others = refusal.filter(|refusal| Some(refusal) != image.as_ref());
        (image, others)
    }

    /// Whether the texts have errors.
    pub(crate) fn has_errors(self) -> bool {
        self.outcome.read().analysis.has_errors()
    }

    /// Returns the namespace of the manifests, used in file names.
    pub(crate) fn namespace(self) -> String {
        let namespace = self
            .manifests
            .read_untracked()
            .manifests
            .iter()
            .find_map(|manifest| manifest.namespace.clone());
        namespace.unwrap_or_else(|| "manifests".to_owned())
    }

    /// Returns the paths of the environment files that the service file refers to.
    pub(crate) fn environment_paths(self) -> Vec<String> {
        let outcome = self.outcome.read();
        let mut paths: Vec<String> = Vec::new();
        for environment in &outcome.analysis.environments {
            if !paths.contains(&environment.path) {
                paths.push(environment.path.clone());
            }
        }
        paths
    }
}

/// Builds a request from the texts.
fn request(
    service: ServiceFile,
    environment_files: &BTreeMap<String, String>,
    values: &str,
) -> Request {
    let source =
        |name: &str, text: &str| SourceText { name: name.to_owned(), text: text.to_owned() };
    let mut request = Request {
        service,
        values: (!values.trim().is_empty()).then(|| source(VALUES_FILE, values)),
        ..Request::default()
    };
    // An empty file counts as missing, so that it has no errors.
    let files = environment_files.iter().filter(|(_, text)| !text.trim().is_empty());
    // `collect` would add another sort function to the first load.
    request.environment_files.extend(files.map(|(path, text)| (path.clone(), Ok(text.clone()))));
    request
}

/// Returns the chosen environment, or the first one if it does not exist.
fn select(environments: &[EnvironmentRef], chosen: Option<String>) -> Option<String> {
    let exists = |name: &String| environments.iter().any(|known| known.name == *name);
    chosen.filter(exists).or_else(|| environments.first().map(|first| first.name.clone()))
}

/// Adds the environment and the image to the other choices.
fn choices(chosen: Choices, environment: Option<String>, image: &str) -> Choices {
    let image = Some(image.trim().to_owned()).filter(|image| !image.is_empty());
    let (image_digest, image_tag) = match image {
        Some(image) if image.contains(':') => (Some(image), None),
        image => (None, image),
    };
    Choices { environment, image_tag, image_digest, ..chosen }
}

fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
