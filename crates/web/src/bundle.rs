//! Exports the bundle and the kustomize base.

use leptos::prelude::*;
use optakit_core::api::{self, BaselineObject};
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::state::State;
use crate::{export, platform, storage};

#[wasm_split(panels, fallible)]
fn load_export(state: State) -> Loaded<()> {
    build_and_save(state);
    Ok(())
}

#[wasm_split(panels, fallible)]
fn load_kustomize(state: State) -> Loaded<()> {
    build_kustomize(state);
    Ok(())
}

/// Builds the bundle and saves it as a file.
pub(crate) fn export(state: State) {
    lazy::run(state, Box::pin(load_export(state)));
}

/// Saves the manifests as a zip archive with a kustomize base.
pub(crate) fn save_kustomize(state: State) {
    lazy::run(state, Box::pin(load_kustomize(state)));
}

fn build_and_save(state: State) {
    let results = state.results;
    match results.outcome.with_untracked(|outcome| api::bundle(&outcome.request)) {
        Ok(bundle) => {
            export::download(state, &bundle.file_name(), "application/json", &bundle.to_text());
            let manifests = results
                .manifests
                .with_untracked(|shown| shown.manifests.iter().map(BaselineObject::from).collect());
            state.sources.exported.set(Some(manifests));
            storage::remember(state, "when the bundle was exported");
        }
        Err(_) => state.notify("Fix the errors before exporting"),
    }
}

fn build_kustomize(state: State) {
    let files = api::kustomize(&state.results.manifests.read_untracked().manifests);
    let name = format!("{}-kustomize.zip", state.results.namespace());
    leptos::task::spawn_local(async move {
        state.notify(match platform::save_zip(&name, &files).await {
            Ok(()) => format!("Saved {name}"),
            Err(reason) => format!("Cannot save {name}: {reason}"),
        });
    });
}
