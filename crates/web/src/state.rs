//! The page's one context: the texts, the choices, and what the core says of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use optakit_core::api::{
    Analysis, BaselineObject, Change, Choices, LineExplanation, Manifest, Memory, RdsCertificates,
    Request, SourceText, TextEdit,
};

use crate::editor::{Coming, Editor};
use crate::later;
use crate::work::Work;

/// The name of the service file, everywhere.
pub(crate) const SERVICE_FILE: &str = "opta.yml";

/// The name of the values file, everywhere.
pub(crate) const VALUES_FILE: &str = "values.yml";

/// Everything the panels share. Copy, since it holds only handles.
#[derive(Clone, Copy)]
pub(crate) struct State {
    /// The service file's text.
    pub(crate) service: RwSignal<String>,
    /// The environment files' texts by path.
    pub(crate) environment_files: RwSignal<BTreeMap<String, String>>,
    /// The text of the values file.
    pub(crate) values: RwSignal<String>,
    /// The chosen environment; none for the only one.
    pub(crate) environment: RwSignal<Option<String>>,
    /// The tag or digest of AUTO images.
    pub(crate) image: RwSignal<String>,
    /// What is rendered, beside environment and image.
    pub(crate) target: RwSignal<Choices>,
    /// The objects of the last export.
    pub(crate) exported: RwSignal<Option<Vec<BaselineObject>>>,
    /// All of the above: what is kept.
    pub(crate) work: Memo<Work>,
    /// The certificates of RDS by region, as far as they were fetched.
    pub(crate) certificates: RwSignal<Vec<(String, Arc<str>)>>,
    /// What the core says.
    pub(crate) analysis: Memo<Outcome>,
    /// The manifests of the last text that had no error, and whether that is this text.
    pub(crate) manifests: RwSignal<Shown>,
    /// What has changed since the last export.
    pub(crate) changes: RwSignal<Vec<Change>>,
    /// The open text: the service file, the path of an environment file, or the values file.
    pub(crate) open: RwSignal<String>,
    /// Whether texts are shown as forms.
    pub(crate) form: RwSignal<bool>,
    /// Where the cursor is: the file, the line from 1 and the UTF-16 offset; none while no text
    /// has the focus.
    pub(crate) cursor: RwSignal<Option<(String, u32, usize)>>,
    /// The manifest line that is looked at: the place of its object among the manifests, and its
    /// own from 0.
    pub(crate) looked_at: RwSignal<Option<(usize, usize)>>,
    /// Why it is there.
    pub(crate) why: RwSignal<Option<LineExplanation>>,
    /// The editors by file.
    pub(crate) editors: RwSignal<Vec<(String, Editor)>, LocalStorage>,
    /// How far they are.
    pub(crate) coming: RwSignal<Coming>,
    /// The open results.
    pub(crate) results: RwSignal<Results>,
    /// The open dialog.
    pub(crate) dialog: RwSignal<Option<Dialog>>,
    /// Where each file was opened from, by its name in the page.
    pub(crate) opened_as: RwSignal<BTreeMap<String, String>>,
    /// The offset of the problem gone to last.
    pub(crate) last_problem: RwSignal<Option<usize>>,
    /// The manifest lines that the cursor's line decides.
    pub(crate) lit: RwSignal<Vec<(usize, usize)>>,
    /// What was done last, for a moment.
    pub(crate) said: RwSignal<String>,
    /// The file that the work is kept in, where the page is served by `optakit edit`.
    pub(crate) on_disk: RwSignal<Option<String>>,
    /// Whether the work is kept in this browser.
    pub(crate) kept: RwSignal<bool>,
}

/// The results of which one is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Results {
    Manifests,
    Aws,
    Bundle,
    Diagram,
    Changes,
}

/// What can stand before the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    Commands,
    Shortcuts,
    History,
    Examples,
    Share,
}

/// An analysis with what was analysed and the time it took.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Without its manifests.
    pub(crate) analysis: Analysis,
    /// The manifests; none when the text has errors.
    pub(crate) manifests: Option<Arc<[Manifest]>>,
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
    pub(crate) manifests: Arc<[Manifest]>,
    /// They are of an earlier text: the present one has errors.
    pub(crate) stale: bool,
}

/// The effects that are worth a word, the worst first.
const WORST: [&str; 5] = ["recreation", "deletion", "rolling restart", "traffic", "scaling"];

/// The worst that changes cause.
pub(crate) fn worst(changes: &[Change]) -> Option<&'static str> {
    WORST.into_iter().find(|effect| changes.iter().any(|change| change.effect == *effect))
}

impl State {
    /// Goes on with this work.
    pub(crate) fn new(work: Work) -> Self {
        let service = RwSignal::new(work.service);
        let environment_files = RwSignal::new(work.environment_files);
        let values = RwSignal::new(work.values);
        let environment = RwSignal::new(work.environment);
        let image = RwSignal::new(work.image);
        let target = RwSignal::new(work.target);
        let exported = RwSignal::new(work.exported);
        let work = Memo::new(move |_| Work {
            service: service.get(),
            environment_files: environment_files.get(),
            environment: environment.get(),
            image: image.get(),
            target: target.get(),
            values: values.get(),
            exported: exported.get(),
        });
        let certificates = RwSignal::new(Vec::<(String, Arc<str>)>::new());
        let memory = Memory::default();
        let analysis = Memo::new(move |_| {
            let started = now();
            let (service, files, values) =
                (service.read(), environment_files.read(), values.read());
            let texts = (&**service, &*files, &**values);
            let mut request =
                request(texts, (environment.get(), target.get()), &image.read(), &memory);
            let known = certificates.get();
            request.rds_certificates = RdsCertificates::by_region(move |region| {
                known.iter().find(|(of, _)| of == region).map(|(_, pem)| pem.clone())
            });
            let mut analysis = memory.analyze(&request);
            let manifests = analysis.manifests.take().map(Arc::from);
            Outcome { analysis, manifests, request, milliseconds: now() - started }
        });
        let manifests = RwSignal::new(Shown::default());
        Effect::new(move || {
            let outcome = analysis.read();
            match &outcome.manifests {
                Some(found) => manifests.set(Shown { manifests: found.clone(), stale: false }),
                None => manifests.update(|shown| shown.stale = true),
            }
        });
        let changes = RwSignal::new(Vec::new());
        let is_exported = Memo::new(move |_| exported.read().is_some());
        Effect::new(move || {
            if !is_exported.get() {
                return changes.set(Vec::new());
            }
            let (others, manifests) =
                (exported.get().unwrap_or_default(), manifests.read().manifests.clone());
            leptos::task::spawn_local(async move {
                let found = later::compare(others, manifests).await;
                let _ = changes.try_set(found);
            });
        });
        Self {
            service,
            environment_files,
            values,
            environment,
            image,
            target,
            exported,
            work,
            certificates,
            analysis,
            manifests,
            changes,
            open: RwSignal::new(SERVICE_FILE.to_owned()),
            form: RwSignal::new(false),
            cursor: RwSignal::new(None),
            looked_at: RwSignal::new(None),
            why: RwSignal::new(None),
            editors: RwSignal::new_local(Vec::new()),
            coming: RwSignal::new(Coming::Code),
            results: RwSignal::new(Results::Manifests),
            dialog: RwSignal::new(None),
            opened_as: RwSignal::new(BTreeMap::new()),
            last_problem: RwSignal::new(None),
            lit: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            on_disk: RwSignal::new(None),
            kept: RwSignal::new(true),
        }
    }

    /// Takes other work in the place of the present one. Texts change by their editors, so that
    /// undo brings them back.
    pub(crate) fn replace(self, work: Work) {
        for (path, text) in work.environment_files {
            self.replace_text(&path, text);
        }
        self.environment.set(work.environment);
        self.image.set(work.image);
        self.target.set(work.target);
        if !work.values.is_empty() {
            self.replace_text(VALUES_FILE, work.values);
        }
        self.replace_text(SERVICE_FILE, work.service);
        self.open.set(SERVICE_FILE.to_owned());
        // On a phone the text may be out of sight.
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Takes another text in the place of a file's, as one step of the history where it has an
    /// editor.
    pub(crate) fn replace_text(self, file: &str, text: String) {
        let editor = self.editor(file);
        match (editor, file) {
            (Some(editor), _) => editor.replace(&text),
            (None, SERVICE_FILE) => self.service.set(text),
            (None, VALUES_FILE) => self.values.set(text),
            (None, path) => self.environment_files.update(|files| {
                files.insert(path.to_owned(), text);
            }),
        }
    }

    /// The editor of a file.
    pub(crate) fn editor(self, file: &str) -> Option<Editor> {
        self.editors.with_untracked(|editors| {
            editors.iter().find(|(name, _)| name == file).map(|(_, editor)| editor.clone())
        })
    }

    /// Makes a change of a file's text, by its editor where it has one, as one step of the history.
    pub(crate) fn edit(self, file: &str, edits: &[TextEdit]) {
        let editor = self.editor(file);
        match editor {
            Some(editor) => editor.apply(edits),
            None => self.say("Nothing was changed: the text editor is not there"),
        }
    }

    /// Puts the cursor into a file's text, when it is shown.
    pub(crate) fn focus(self, file: &str) {
        let editor = self.editor(file);
        if let Some(editor) = editor {
            editor.focus();
        }
    }

    /// The text of a file.
    pub(crate) fn text_of(self, file: &str) -> String {
        match file {
            SERVICE_FILE => self.service.get(),
            VALUES_FILE => self.values.get(),
            path => {
                self.environment_files.with(|files| files.get(path).cloned().unwrap_or_default())
            }
        }
    }

    /// The texts as they are now, for help while typing.
    pub(crate) fn request(self) -> Request {
        let choices = (self.environment.get_untracked(), self.target.get_untracked());
        let files = self.environment_files.read_untracked();
        let texts = (self.service.read_untracked(), self.values.read_untracked());
        let memory = Memory::default();
        request((&texts.0, &files, &texts.1), choices, &self.image.read_untracked(), &memory)
    }

    /// The namespace of the manifests, to name files after.
    pub(crate) fn namespace(self) -> String {
        let namespace = self
            .manifests
            .read_untracked()
            .manifests
            .iter()
            .find_map(|manifest| manifest.namespace.clone());
        namespace.unwrap_or_else(|| "manifests".to_owned())
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
        let editor = self.editor(file);
        self.form.set(false);
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

fn request(
    (service, environment_files, values): (&str, &BTreeMap<String, String>, &str),
    (environment, target): (Option<String>, Choices),
    image: &str,
    memory: &Memory,
) -> Request {
    let service = SourceText { name: SERVICE_FILE.to_owned(), text: service.to_owned() };
    // A file that was not filled in yet is not known, rather than wrong.
    let files = environment_files.iter().filter(|(_, text)| !text.trim().is_empty());
    let mut request = Request { service, ..Request::default() };
    request.values = (!values.trim().is_empty())
        .then(|| SourceText { name: VALUES_FILE.to_owned(), text: values.to_owned() });
    let environments = memory.environments(&request.service);
    let environment =
        environment.filter(|name| environments.iter().any(|known| known.name == *name));
    let environment = environment.or_else(|| environments.first().map(|first| first.name.clone()));
    let image = image.trim();
    let is_digest = image.contains(':');
    request.environment_files.extend(files.map(|(path, text)| (path.clone(), Ok(text.clone()))));
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
