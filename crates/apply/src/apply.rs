//! Writes objects to the cluster with server-side apply.

use std::collections::BTreeMap;

use futures::future::join_all;
use kube::api::{Patch, PatchParams};
use optakit_core::kind::Stage;

use crate::live::{DesiredObject, LiveError, WriteOptions, explain};

/// Groups objects by the stage that writes them, in order.
pub(crate) fn stages(targets: Vec<DesiredObject>) -> Vec<Vec<DesiredObject>> {
    let mut stages: BTreeMap<Stage, Vec<DesiredObject>> = BTreeMap::new();
    for target in targets {
        stages.entry(target.kind.stage()).or_default().push(target);
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
    targets: &[DesiredObject],
    force: bool,
) -> Result<(), LiveError> {
    let write = |target: &DesiredObject| {
        let target = target.clone();
        async move {
            let label = target.label();
            target
                .apply(client, WriteOptions { dry_run: false, force })
                .await
                .map_err(|error| explain(error, "applying", &label))
        }
    };
    for result in join_all(targets.iter().map(write)).await {
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
    target: &DesiredObject,
    replicas: i64,
) -> Result<(), LiveError> {
    let patch = serde_json::json!({
        "apiVersion": target.object["apiVersion"],
        "kind": target.kind.name(),
        "metadata": { "name": target.name },
        "spec": { "replicas": replicas },
    });
    let params = PatchParams::apply("optakit-bootstrap").force();
    let label = target.label();
    target
        .api(client)
        .patch(&target.name, &params, &Patch::Apply(&patch))
        .await
        .map_err(|error| explain(error, "scaling", &label))?;
    Ok(())
}
