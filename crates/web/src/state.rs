//! The page's one context: the texts, the choices, and what the core says of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use optakit_core::api::{self, Analysis, Choices, Manifest, RdsCertificates, Request, SourceText};

use crate::editor::Editor;
use crate::store::Saved;
use crate::{example, store};

/// The name of the service file, everywhere.
pub(crate) const SERVICE_FILE: &str = "opta.yml";

/// Everything the panels share. Copy, since it holds only handles.
#[derive(Clone, Copy)]
pub(crate) struct State {
    /// The service file's text.
    pub(crate) service: RwSignal<String>,
    /// The environment files' texts by path.
    pub(crate) environment_files: RwSignal<BTreeMap<String, String>>,
    /// The chosen environment; none for the only one.
    pub(crate) environment: RwSignal<Option<String>>,
    /// The tag or digest of AUTO images.
    pub(crate) image: RwSignal<String>,
    /// What is rendered, beside environment and image.
    pub(crate) target: RwSignal<Choices>,
    /// The certificates of RDS by region, as far as they were fetched.
    pub(crate) certificates: RwSignal<BTreeMap<String, Arc<str>>>,
    /// What the core says.
    pub(crate) analysis: Memo<Outcome>,
    /// The manifests of the last text that had no error, and whether that is this text.
    pub(crate) manifests: RwSignal<Shown>,
    /// The open text: the service file, or the path of an environment file.
    pub(crate) open: RwSignal<String>,
    /// The editors by file.
    pub(crate) editors: RwSignal<BTreeMap<String, Editor>, LocalStorage>,
    /// What was done last, for a moment.
    pub(crate) said: RwSignal<String>,
    /// Whether the work is kept in this browser.
    pub(crate) kept: RwSignal<bool>,
}

/// An analysis with what was analysed and the time it took.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) analysis: Analysis,
    /// With the certificates it needs, as far as they are there.
    pub(crate) request: Request,
    pub(crate) milliseconds: f64,
}

impl PartialEq for Outcome {
    /// Never equal: each keystroke is told of, even where it changes nothing.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// Manifests on the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) manifests: Vec<Manifest>,
    /// They are of an earlier text: the present one has errors.
    pub(crate) stale: bool,
}

impl State {
    /// The work of last time, or the example.
    pub(crate) fn new() -> Self {
        let saved = store::load().unwrap_or_else(first);
        let service = RwSignal::new(saved.service);
        let environment_files = RwSignal::new(saved.environment_files);
        let environment = RwSignal::new(saved.environment);
        let image = RwSignal::new(saved.image);
        let target = RwSignal::new(saved.target);
        let certificates = RwSignal::new(BTreeMap::<String, Arc<str>>::new());
        let analysis = Memo::new(move |_| {
            let started = now();
            let mut request =
                request(&service.read(), &environment_files.read(), (environment.get(), target.get()), &image.read());
            let known = certificates.get();
            request.rds_certificates = RdsCertificates::by_region(move |region| known.get(region).cloned());
            let analysis = api::analyze(&request, false);
            Outcome { analysis, request, milliseconds: now() - started }
        });
        let manifests = RwSignal::new(Shown::default());
        Effect::new(move || {
            let outcome = analysis.read();
            match &outcome.analysis.manifests {
                Some(found) => manifests.set(Shown { manifests: found.clone(), stale: false }),
                None => manifests.update(|shown| shown.stale = true),
            }
        });
        let kept = RwSignal::new(true);
        Effect::new(move || {
            kept.set(store::save(&Saved {
                service: service.get(),
                environment_files: environment_files.get(),
                environment: environment.get(),
                image: image.get(),
                target: target.get(),
            }));
        });
        Self {
            service,
            environment_files,
            environment,
            image,
            target,
            certificates,
            analysis,
            manifests,
            open: RwSignal::new(SERVICE_FILE.to_owned()),
            editors: RwSignal::new_local(BTreeMap::new()),
            said: RwSignal::new(String::new()),
            kept,
        }
    }

    /// The texts as they are now, for help while typing.
    pub(crate) fn request(self) -> Request {
        let choices = (self.environment.get_untracked(), self.target.get_untracked());
        request(&self.service.read_untracked(), &self.environment_files.read_untracked(), choices, &self.image.read_untracked())
    }

    /// The paths of the environment files that the service file names.
    pub(crate) fn environment_paths(self) -> Vec<String> {
        let outcome = self.analysis.read();
        let mut paths: Vec<String> = Vec::new();
        for environment in &outcome.analysis.environments {
            if !paths.contains(&environment.path) {
                paths.push(environment.path.clone());
            }
        }
        paths
    }

    /// Opens a place of a file in its editor.
    pub(crate) fn reveal(self, file: &str, from: usize, to: usize) {
        let editor = self.editors.with_untracked(|editors| editors.get(file).cloned());
        if *self.open.read_untracked() == file {
            if let Some(editor) = editor {
                editor.reveal(from, to);
            }
            return;
        }
        self.open.set(file.to_owned());
        if let Some(editor) = editor {
            // It stays hidden until the page has been drawn anew.
            leptos::task::spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(0).await;
                editor.reveal(from, to);
            });
        }
    }

    /// Says something for a moment.
    pub(crate) fn say(self, text: impl Into<String>) {
        let text = text.into();
        self.said.set(text.clone());
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(2500).await;
            if self.said.get_untracked() == text {
                self.said.set(String::new());
            }
        });
    }
}

fn first() -> Saved {
    Saved {
        service: example::SERVICE.to_owned(),
        environment_files: [(example::ENVIRONMENT_PATH.to_owned(), example::ENVIRONMENT.to_owned())].into(),
        environment: None,
        image: String::new(),
        target: Choices::default(),
    }
}

fn request(
    service: &str,
    environment_files: &BTreeMap<String, String>,
    (environment, target): (Option<String>, Choices),
    image: &str,
) -> Request {
    let service = SourceText { name: SERVICE_FILE.to_owned(), text: service.to_owned() };
    // A file that was not filled in yet is not known, rather than wrong.
    let files = environment_files.iter().filter(|(_, text)| !text.trim().is_empty());
    let mut request = Request { service, ..Request::default() };
    let environments = api::environments(&request);
    let environment = environment.filter(|name| environments.iter().any(|known| known.name == *name));
    let environment = environment.or_else(|| environments.first().map(|first| first.name.clone()));
    let image = image.trim();
    let is_digest = image.contains(':');
    request.environment_files = files.map(|(path, text)| (path.clone(), Ok(text.clone()))).collect();
    request.choices = Choices {
        environment,
        image_tag: (!image.is_empty() && !is_digest).then(|| image.to_owned()),
        image_digest: (!image.is_empty() && is_digest).then(|| image.to_owned()),
        ..target
    };
    request
}

fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
