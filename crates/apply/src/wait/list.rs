//! The workloads of a layer that exist.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kube::api::{Api, ListParams};

use super::workload::Workload;
use crate::live::{Lenient, LiveError, explain};

/// Returns the Deployments and StatefulSets of a layer, in this order.
///
/// Without the permission to list StatefulSets, they are left out: only a layer that has some needs
/// the permission.
///
/// # Errors
///
/// Fails if the API server rejects a request.
pub(crate) async fn workloads(
    client: &kube::Client,
    layer: &str,
) -> Result<Vec<Workload>, LiveError> {
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=optakit");
    let deployments: Api<Lenient<Deployment>> = Api::namespaced(client.clone(), layer);
    let sets: Api<Lenient<StatefulSet>> = Api::namespaced(client.clone(), layer);
    let (deployments, sets) = tokio::join!(deployments.list(&ours), sets.list(&ours));
    let deployments =
        deployments.map_err(|error| explain(error, "listing", "the Deployments"))?.items;
    let sets = match sets {
        Ok(list) => list.items,
        Err(kube::Error::Api(status)) if status.code == 403 => Vec::new(),
        Err(error) => return Err(explain(error, "listing", "the StatefulSets")),
    };
    let deployments = deployments.into_iter().map(|found| Workload::Deployment(Arc::new(found.0)));
    let sets = sets.into_iter().map(|found| Workload::StatefulSet(Arc::new(found.0)));
    Ok(deployments.chain(sets).collect())
}
