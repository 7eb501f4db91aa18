//! Fetches the RDS certificates of the region that the manifests need.

use gloo_net::http::Request;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::lazy::{BoxFuture, Loaded};
use crate::state::State;
use crate::tracking::on_change;

#[wasm_split(files, fallible)]
fn load_certificates(region: String) -> Loaded<BoxFuture<Option<String>>> {
    Ok(Box::pin(fetch(region)))
}

/// Fetches the certificates of a region; none if the region or the network is missing.
async fn fetch(region: String) -> Option<String> {
    for file in [region.as_str(), "default"] {
        let response = Request::get(&format!("rds-ca/{file}.pem")).send().await.ok()?;
        if response.ok() {
            return response.text().await.ok();
        }
    }
    None
}

pub(super) fn start(state: State) {
    let results = state.results;
    let needed = Memo::new(move |_| results.outcome.read().analysis.rds_certificates_for.clone());
    on_change(move || {
        let Some(region) = needed.get() else { return };
        leptos::task::spawn_local(async move {
            let pem = match load_certificates(region.clone()).await {
                Ok(pem) => pem.await,
                Err(_) => None,
            };
            match pem {
                Some(pem) => results.certificates.update(|known| known.push((region, pem.into()))),
                None => state.notify("The RDS certificates could not be loaded"),
            }
        });
    });
}
