//! The only writer of the cluster: server-side apply in order, under one field manager.

use futures::future::join_all;
use kube::api::{Patch, PatchParams};

use crate::live::{LiveError, Options, Target, explain};

/// Objects that do not wait for each other are written at the same time; a stage begins when the
/// one before is done.
const STAGES: &[&[&str]] = &[
    &["ServiceAccount", "ConfigMap", "Secret"],
    &["Service"],
    &["Deployment"],
    &["HorizontalPodAutoscaler", "PodDisruptionBudget"],
    &["Ingress", "HTTPRoute", "GRPCRoute"],
];

/// The targets of each stage, in order, empty stages left out.
pub(crate) fn stages(targets: Vec<Target>) -> Vec<Vec<Target>> {
    let mut stages: Vec<Vec<Target>> = STAGES.iter().map(|_| Vec::new()).collect();
    for target in targets {
        let stage = STAGES.iter().position(|kinds| kinds.contains(&target.kind.as_str()));
        if let Some(stage) = stage.and_then(|stage| stages.get_mut(stage)) {
            stage.push(target);
        }
    }
    stages.retain(|stage| !stage.is_empty());
    stages
}

/// Writes objects at the same time.
///
/// # Errors
///
/// The first refusal; objects written before it stay written.
pub(crate) async fn write(
    client: &kube::Client,
    targets: &[Target],
    force: bool,
) -> Result<(), LiveError> {
    let write = |target: &Target| {
        let target = target.clone();
        async move {
            let label = target.label();
            target
                .apply(client, Options { dry_run: false, force })
                .await
                .map_err(|error| explain(error, "applying", &label))
        }
    };
    for result in join_all(targets.iter().map(write)).await {
        result?;
    }
    Ok(())
}

/// Starts a new Deployment with the fewest replicas its autoscaler keeps: it is not there yet, and
/// one replica would have to bear the whole load. A manager of its own holds the field, so that no
/// later apply of ours touches it.
///
/// # Errors
///
/// When the API server refuses it.
pub(crate) async fn bootstrap_replicas(
    client: &kube::Client,
    target: &Target,
    replicas: i64,
) -> Result<(), LiveError> {
    let patch = serde_json::json!({
        "apiVersion": target.object["apiVersion"],
        "kind": target.kind,
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
