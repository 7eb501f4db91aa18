//! Writes objects to the cluster with server-side apply.

use std::collections::BTreeMap;

use futures::future::join_all;
use kube::api::{Patch, PatchParams};
use optakit_core::kind::Stage;

use crate::live::{DesiredObject, LiveError, WriteOptions, explain};

/// Groups objects by the stage that writes them, in order.
pub(crate) fn stages(objects: Vec<DesiredObject>) -> Vec<Vec<DesiredObject>> {
    let mut stages: BTreeMap<Stage, Vec<DesiredObject>> = BTreeMap::new();
    for desired in objects {
        stages.entry(desired.kind.stage()).or_default().push(desired);
    }
    stages.into_values().collect()
}

/// Writes objects at the same time.
///
/// # Errors
///
/// Fails if the API server rejects an object. The other objects are still written.
pub(crate) async fn write(
    client: &kube::Client,
    objects: &[DesiredObject],
    force: bool,
) -> Result<(), LiveError> {
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
    for result in join_all(objects.iter().map(write)).await {
        result?;
    }
    Ok(())
}

/// Sets the replicas of a new Deployment to the minimum of its autoscaler.
///
/// Otherwise, one replica would handle all requests until the autoscaler starts. A separate field
/// manager owns the field, so that later applies do not change it.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn bootstrap_replicas(
    client: &kube::Client,
    desired: &DesiredObject,
    replicas: i64,
) -> Result<(), LiveError> {
    let patch = serde_json::json!({
        "apiVersion": desired.object["apiVersion"],
        "kind": desired.kind.name(),
        "metadata": { "name": desired.name },
        "spec": { "replicas": replicas },
    });
    let params = PatchParams::apply("optakit-bootstrap").force();
    let label = desired.label();
    desired
        .api(client)
        .patch(&desired.name, &params, &Patch::Apply(&patch))
        .await
        .map_err(|error| explain(error, "scaling", &label))?;
    Ok(())
}
