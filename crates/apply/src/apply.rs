//! Writes objects to the cluster with server-side apply.

use std::collections::BTreeMap;

use futures::future::join_all;
use kube::api::{DynamicObject, Patch, PatchParams};
use optakit_core::kind::Stage;
use serde_json::{Value, json};

use crate::live::{DesiredObject, LiveError, WriteOptions, explain, to_value};
use crate::owner::BOOTSTRAP_MANAGER;

/// How often a number of pods is written if other clients change the Deployment at the same time.
const ATTEMPTS: usize = 20;

/// Groups objects by the stage that writes them, in order.
pub(crate) fn stages(objects: Vec<DesiredObject>) -> Vec<Vec<DesiredObject>> {
    let mut stages: BTreeMap<Stage, Vec<DesiredObject>> = BTreeMap::new();
    for desired in objects {
        stages.entry(desired.kind.stage()).or_default().push(desired);
    }
    stages.into_values().collect()
}

/// Writes objects at the same time. Returns them as the API server stored them.
///
/// # Errors
///
/// Fails if the API server rejects an object. The other objects are still written.
pub(crate) async fn write(
    client: &kube::Client,
    objects: &[DesiredObject],
    force: bool,
) -> Result<Vec<DynamicObject>, LiveError> {
    let write = |desired: &DesiredObject| {
        let desired = desired.clone();
        async move {
            let label = desired.label();
            desired
                .apply(client, WriteOptions { dry_run: false, force })
                .await
                .map_err(|error| explain(error, "applying", &label))
        }
    };
    join_all(objects.iter().map(write)).await.into_iter().collect()
}

/// Ends the ownership of all fields that the separate field manager of the number of pods has.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn release(
    client: &kube::Client,
    desired: &DesiredObject,
) -> Result<(), LiveError> {
    let params = PatchParams::apply(BOOTSTRAP_MANAGER);
    let nothing = json!({
        "apiVersion": desired.object["apiVersion"],
        "kind": desired.kind.name(),
        "metadata": { "name": desired.name },
    });
    let released = desired.api(client).patch(&desired.name, &params, &Patch::Apply(&nothing)).await;
    released.map(|_| ()).map_err(|error| explain(error, "applying", &desired.label()))
}

/// Sets the number of pods of a Deployment.
///
/// `wanted` returns the new number for the live Deployment, or `None` to change nothing. A separate
/// field manager owns the field, so that later applies do not change it. A number that an
/// autoscaler sets at the same time is not overwritten.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn set_replicas(
    client: &kube::Client,
    desired: &DesiredObject,
    wanted: impl Fn(&Value) -> Option<i64>,
) -> Result<(), LiveError> {
    let failed = |error| explain(error, "scaling", &desired.label());
    let (api, params) = (desired.api(client), PatchParams::apply(BOOTSTRAP_MANAGER).force());
    let mut attempts = 1;
    loop {
        let live = to_value(api.get(&desired.name).await.map_err(failed)?);
        let Some(count) = wanted(&live) else { return Ok(()) };
        let patch = json!({
            "apiVersion": desired.object["apiVersion"],
            "kind": desired.kind.name(),
            "metadata": {
                "name": desired.name,
                "resourceVersion": live["metadata"]["resourceVersion"],
            },
            "spec": { "replicas": count },
        });
        match api.patch(&desired.name, &params, &Patch::Apply(&patch)).await {
            Ok(_) => return Ok(()),
            // The Deployment has changed since it was read.
            Err(kube::Error::Api(status)) if status.code == 409 && attempts < ATTEMPTS => {
                attempts += 1;
            }
            Err(error) => return Err(failed(error)),
        }
    }
}
