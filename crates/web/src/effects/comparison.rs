//! Compares the bundle with the last export.

use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use optakit_core::api::{self, Baseline, BaselineObject, Change, Manifest, Request};
use wasm_split_helpers::wasm_split;

use crate::lazy::Loaded;
use crate::state::State;
use crate::tracking::on_change;

/// How long the texts must not change before they are compared, in milliseconds. Rendering the
/// whole bundle at each key would be slow.
const REST_TIME: u32 = 150;

#[wasm_split(panels, fallible)]
fn load_comparison(
    others: Vec<BaselineObject>,
    request: Request,
    shown: Arc<[Manifest]>,
) -> Loaded<Option<Vec<Change>>> {
    Ok(compare(&others, &request, &shown))
}

/// Returns the changes, with their index among the shown manifests; none if the texts have errors.
fn compare(
    others: &[BaselineObject],
    request: &Request,
    shown: &[Manifest],
) -> Option<Vec<Change>> {
    let bundle = api::bundle_objects(request)?;
    let mut changes = api::compare_bundle(others, request, Baseline::Rendered)?;
    for change in &mut changes {
        let object = change.manifest.and_then(|index| bundle.get(index));
        change.manifest = object.and_then(|object| {
            shown.iter().position(|manifest| {
                manifest.kind.name() == object.kind
                    && manifest.name == object.name
                    && manifest.namespace == object.namespace
            })
        });
    }
    Some(changes)
}

pub(super) fn start(state: State) {
    let (export, results) = (state.sources.export, state.results);
    let latest = StoredValue::new(0_u32);
    on_change(move || {
        latest.update_value(|turn| *turn += 1);
        let turn = latest.get_value();
        // An export of another environment is not a base for this one.
        let base = export
            .get()
            .filter(|export| results.outcome.read().analysis.environment == export.environment);
        let Some(base) = base else {
            return results.changes.set(Vec::new());
        };
        results.manifests.track();
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(REST_TIME).await;
            if latest.try_get_value() != Some(turn) {
                return;
            }
            let request = results.outcome.with_untracked(|outcome| outcome.request.clone());
            let shown = results.manifests.read_untracked().manifests.clone();
            if let Ok(Some(found)) = load_comparison(base.objects, request, shown).await
                && latest.try_get_value() == Some(turn)
            {
                results.changes.set(found);
            }
        });
    });
}
