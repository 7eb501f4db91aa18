//! Keeps the manifests of the last version without errors.

use leptos::prelude::*;

use crate::state::{Results, ShownManifests};
use crate::tracking::on_change;

/// How long a text has errors before its manifests are marked as old, in milliseconds. A text has
/// errors in the middle of each word that someone types.
const STALE_DELAY: u32 = 500;

pub(super) fn start(results: Results) {
    let latest = StoredValue::new(0_u32);
    on_change(move || {
        let outcome = results.outcome.read();
        latest.update_value(|turn| *turn += 1);
        match &outcome.manifests {
            Some(manifests) => {
                let manifests = manifests.clone();
                results.manifests.set(ShownManifests { manifests, stale: false });
            }
            None => {
                let turn = latest.get_value();
                leptos::task::spawn_local(async move {
                    gloo_timers::future::TimeoutFuture::new(STALE_DELAY).await;
                    if latest.try_get_value() == Some(turn) {
                        results.manifests.update(|shown| shown.stale = true);
                    }
                });
            }
        }
    });
}
