//! The texts and choices that the user edits.

use std::collections::BTreeMap;

use leptos::prelude::*;
use optakit_core::api::Choices;

use crate::work::{Export, SERVICE_FILE, VALUES_FILE, Work};

/// The texts and choices that the user edits.
#[derive(Clone, Copy)]
pub(crate) struct Sources {
    /// The service file.
    pub(crate) service: RwSignal<String>,
    /// The environment files by path.
    pub(crate) environment_files: RwSignal<BTreeMap<String, String>>,
    /// The values file.
    pub(crate) values: RwSignal<String>,
    /// The selected environment; none for the first one.
    pub(crate) environment: RwSignal<Option<String>>,
    /// The tag or digest of AUTO images.
    pub(crate) image: RwSignal<String>,
    /// The other rendering choices, such as the profile.
    pub(crate) choices: RwSignal<Choices>,
    /// The last export of these texts.
    pub(crate) export: RwSignal<Option<Export>>,
    /// All of the above, as it is saved.
    pub(crate) work: Memo<Work>,
}

impl Sources {
    pub(super) fn new(work: Work) -> Self {
        let work = work.with_page_texts();
        let service = RwSignal::new(work.service);
        let environment_files = RwSignal::new(work.environment_files);
        let values = RwSignal::new(work.values);
        let environment = RwSignal::new(work.environment);
        let image = RwSignal::new(work.image);
        let choices = RwSignal::new(work.choices);
        let export = RwSignal::new(work.export);
        let work = Memo::new(move |_| Work {
            service: service.get(),
            environment_files: environment_files.get(),
            environment: environment.get(),
            image: image.get(),
            choices: choices.get(),
            values: values.get(),
            export: export.get(),
        });
        Self { service, environment_files, values, environment, image, choices, export, work }
    }

    /// Returns the text of a file.
    pub(crate) fn text_of(self, file: &str) -> String {
        match file {
            SERVICE_FILE => self.service.get(),
            VALUES_FILE => self.values.get(),
            path => {
                self.environment_files.with(|files| files.get(path).cloned().unwrap_or_default())
            }
        }
    }

    /// Replaces the text of a file.
    pub(crate) fn set_text(self, file: &str, text: String) {
        match file {
            SERVICE_FILE => self.service.set(text),
            VALUES_FILE => self.values.set(text),
            path => self.environment_files.update(|files| {
                files.insert(path.to_owned(), text);
            }),
        }
    }
}
