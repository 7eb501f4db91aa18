//! Manifests that leave the page: copied, downloaded, or in a kustomize base.

use leptos::prelude::*;
use optakit_core::api::Manifest;

use crate::state::State;
use crate::{example_account, export};

/// Manifests of the current texts, and what is missing in them.
pub(crate) struct ManifestCopy {
    pub(crate) manifests: Vec<Manifest>,
    /// Notes for the user, to read before an apply.
    pub(crate) notes: Vec<String>,
}

/// Returns why the manifests cannot be copied now; none if they can.
pub(crate) fn obstacle(state: State) -> Option<&'static str> {
    match &state.results.outcome.read().manifests {
        None => Some("Fix the errors first: these manifests are from an earlier version."),
        Some(manifests) if manifests.is_empty() => Some("There are no manifests yet."),
        Some(_) => None,
    }
}

impl ManifestCopy {
    /// Takes the manifests of the current texts, or only one of them. Returns none and shows the
    /// reason if the texts have errors.
    pub(crate) fn new(state: State, only: Option<usize>) -> Option<Self> {
        if let Some(reason) = untrack(|| obstacle(state)) {
            state.notify(reason);
            return None;
        }
        let outcome = state.results.outcome.read_untracked();
        let all = outcome.manifests.iter().flat_map(|manifests| manifests.iter());
        let chosen = |(index, _): &(usize, &Manifest)| only.is_none_or(|only| only == *index);
        let manifests: Vec<Manifest> =
            all.enumerate().filter(chosen).map(|(_, manifest)| manifest.clone()).collect();
        let contain = |text: &str| manifests.iter().any(|manifest| manifest.yaml.contains(text));
        let mut notes = Vec::new();
        let inputs = outcome.analysis.manifest_inputs.iter();
        let missing: Vec<&str> =
            inputs.filter(|input| contain(&format!("{{{input}}}"))).map(String::as_str).collect();
        if !missing.is_empty() {
            notes.push(format!("Missing inputs: {}", missing.join(", ")));
        }
        let without_image = &outcome.analysis.without_image;
        if only.is_none() && !without_image.is_empty() {
            let modules = without_image.join(", ");
            notes.push(format!(
                "The Deployment of {modules} is missing: enter an image tag or \
                                digest"
            ));
        }
        notes.extend(example_account::account_note_in(contain));
        Some(Self { manifests, notes })
    }

    /// Returns the notes as YAML comments.
    pub(crate) fn comment(&self) -> String {
        self.notes.iter().map(|note| format!("# {note}\n")).collect()
    }

    /// Returns the manifests as one YAML stream, with the notes as comments.
    pub(crate) fn yaml(&self) -> String {
        let texts: Vec<&str> = self.manifests.iter().map(|manifest| &*manifest.yaml).collect();
        self.comment() + &texts.join("---\n")
    }
}

/// Copies the manifests, or only one of them.
pub(crate) fn copy(state: State, only: Option<usize>) {
    if let Some(copy) = ManifestCopy::new(state, only) {
        export::copy_with_notes(state, copy.yaml(), copy.notes);
    }
}

/// Saves the manifests, or only one of them, as a file.
pub(crate) fn download(state: State, only: Option<usize>) {
    let Some(copy) = ManifestCopy::new(state, only) else { return };
    let name = format!("{}.yaml", state.results.namespace());
    let saved = export::save(&name, "application/yaml", &copy.yaml());
    state.notify(export::result(&name, saved, &copy.notes));
}
