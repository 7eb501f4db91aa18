//! Exports the bundle and the kustomize base.

use leptos::prelude::*;
use optakit_core::api::{self, NoBundle};
use optakit_core::bundle::Bundle;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::manifest_copy::ManifestCopy;
use crate::state::State;
use crate::work::Export;
use crate::{example_account, export, platform, storage};

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
    let request = state.results.outcome.with_untracked(|outcome| outcome.request.clone());
    match api::bundle(&request) {
        Ok(bundle) => {
            let name = bundle.file_name();
            let text = match bundle.to_file() {
                Ok(text) => text,
                Err(error) => return state.notify(format!("Cannot save {name}: {error}")),
            };
            let saved = export::save(&name, "application/json", &text);
            let objects = api::bundle_objects(&request).unwrap_or_default();
            state.sources.export.set(Some(Export {
                layer: bundle.metadata.layer.clone(),
                environment: bundle.choices.environment.clone(),
                objects,
            }));
            storage::remember(state, "when the bundle was exported");
            state.notify(export::result(&name, saved, &notes(&bundle)));
        }
        Err(NoBundle::TooLarge(error)) => {
            state.notify(format!("Cannot save the bundle: {error}"));
        }
        Err(NoBundle::Invalid(analysis)) if analysis.has_errors() || analysis.refusal.is_some() => {
            state.notify("Fix the errors before exporting");
        }
        Err(NoBundle::Invalid(_)) => {
            state.notify("The RDS certificates are not loaded; check your connection")
        }
    }
}

/// Returns what the user must know about a bundle.
fn notes(bundle: &Bundle) -> Vec<String> {
    bundle
        .target
        .account_id
        .as_deref()
        .and_then(example_account::account_note)
        .into_iter()
        .collect()
}

fn build_kustomize(state: State) {
    let Some(copy) = ManifestCopy::new(state, None) else { return };
    let mut files = api::kustomize(&copy.manifests);
    if let Some(kustomization) = files.last_mut() {
        kustomization.text.insert_str(0, &copy.comment());
    }
    let name = format!("{}-kustomize.zip", state.results.namespace());
    leptos::task::spawn_local(async move {
        match platform::save_zip(&name, &files).await {
            Ok(true) => state.notify(export::result(&name, true, &copy.notes)),
            Ok(false) => lazy::report(state).await,
            Err(reason) => state.notify(format!("Cannot save {name}: {reason}")),
        }
    });
}
