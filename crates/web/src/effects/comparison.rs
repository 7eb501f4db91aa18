//! Compares the manifests with those of the last export.

use std::sync::Arc;

use leptos::prelude::*;
use optakit_core::api::{self, Baseline, BaselineObject, Change, Manifest};
use wasm_split_helpers::wasm_split;

use crate::lazy::Loaded;
use crate::state::State;

#[wasm_split(panels, fallible)]
fn load_comparison(others: Vec<BaselineObject>, manifests: Arc<[Manifest]>) -> Loaded<Vec<Change>> {
    Ok(api::compare(&others, &manifests, Baseline::Rendered))
}

pub(super) fn start(state: State) {
    let (exported, results) = (state.sources.exported, state.results);
    let is_exported = Memo::new(move |_| exported.read().is_some());
    Effect::new(move || {
        if !is_exported.get() {
            return results.changes.set(Vec::new());
        }
        let others = exported.get().unwrap_or_default();
        let manifests = results.manifests.read().manifests.clone();
        leptos::task::spawn_local(async move {
            let found = load_comparison(others, manifests).await.unwrap_or_default();
            let _ = results.changes.try_set(found);
        });
    });
}
