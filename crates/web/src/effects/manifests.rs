//! Keeps the manifests of the last version without errors.

use leptos::prelude::*;

use crate::state::{Results, ShownManifests};

pub(super) fn start(results: Results) {
    Effect::new(move || {
        let outcome = results.outcome.read();
        match &outcome.manifests {
            Some(manifests) => {
                let manifests = manifests.clone();
                results.manifests.set(ShownManifests { manifests, stale: false });
            }
            None => results.manifests.update(|shown| shown.stale = true),
        }
    });
}
