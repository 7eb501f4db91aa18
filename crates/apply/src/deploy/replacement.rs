//! The replacement of a StatefulSet whose claims change. Its pods keep running.
//!
//! A run can end between the deletion and the creation. So a new StatefulSet starts with the pods
//! that an earlier one left behind.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, Preconditions};
use kube::runtime::wait::{await_condition, conditions};
use optakit_core::kind::Kind;

use crate::live::{DesiredObject, LiveError, ObjectChange, explain};
use crate::owner::BOOTSTRAP_MANAGER;
use crate::replicas::{self, Scale};

/// How long the deletion of a StatefulSet may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Makes the claims larger, deletes the StatefulSet without its pods, and creates it again with
/// its number of pods. The write of the manifest follows.
///
/// # Errors
///
/// Fails if the API server rejects a change, or if the StatefulSet still exists after a minute.
pub(super) async fn before(client: &kube::Client, change: &ObjectChange) -> Result<(), LiveError> {
    let target = &change.target;
    let Some(live) = &change.live else {
        return match left_behind(client, change).await? {
            Some(count) => create(client, target, count).await,
            None => Ok(()),
        };
    };
    let Some(volumes) = &change.volumes else { return Ok(()) };
    let failed = |error| explain(error, "replacing", &target.label());
    volumes.grow(client, target, false).await?;
    let api = target.api(client);
    let uid = live["metadata"]["uid"].as_str().unwrap_or_default();
    let preconditions = Preconditions { uid: Some(uid.to_owned()), resource_version: None };
    let params = DeleteParams::orphan().preconditions(preconditions);
    api.delete(&target.name, &params).await.map_err(failed)?;
    let gone = await_condition(api.clone(), &target.name, conditions::is_deleted(uid));
    match tokio::time::timeout(LIMIT, gone).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            let (object, reason) = (target.label(), error.to_string());
            return Err(LiveError::Failed { action: "replacing", object, reason });
        }
        Err(_) => {
            let reason = "it still exists after 60 s".to_owned();
            let object = target.label();
            return Err(LiveError::Failed { action: "replacing", object, reason });
        }
    }
    let Some(count) = replicas::count(live) else { return Ok(()) };
    create(client, target, count).await
}

/// Creates a StatefulSet with a number of pods. Without the number, it would delete all pods except
/// for the first one.
async fn create(
    client: &kube::Client,
    target: &DesiredObject,
    count: i64,
) -> Result<(), LiveError> {
    let mut object = target.object.clone();
    object["spec"]["replicas"] = count.into();
    let params = PatchParams::apply(BOOTSTRAP_MANAGER).force();
    let created = target.api(client).patch(&target.name, &params, &Patch::Apply(&object)).await;
    created.map(|_| ()).map_err(|error| explain(error, "replacing", &target.label()))
}

/// Returns the number of pods that a deleted StatefulSet left behind, if the bundle has no fixed
/// number.
async fn left_behind(
    client: &kube::Client,
    change: &ObjectChange,
) -> Result<Option<i64>, LiveError> {
    let target = &change.target;
    if target.kind != Kind::StatefulSet || matches!(change.scale, None | Some(Scale::Fixed(_))) {
        return Ok(None);
    }
    let namespace = target.namespace.as_deref().unwrap_or_default();
    let pods = Api::<Pod>::namespaced(client.clone(), namespace).list(&ListParams::default()).await;
    let pods = pods.map_err(|error| explain(error, "listing", "the pods"))?;
    let names = pods.items.iter().filter(|pod| is_alone(pod)).filter_map(|pod| {
        let number =
            pod.metadata.name.as_deref()?.strip_prefix(&*target.name)?.strip_prefix('-')?;
        number.parse::<u32>().ok()
    });
    Ok(names.max().map(|last| i64::from(last) + 1))
}

/// Whether no controller owns a pod, and nobody deletes it.
fn is_alone(pod: &Pod) -> bool {
    let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
    pod.metadata.deletion_timestamp.is_none()
        && !owners.iter().any(|owner| owner.controller == Some(true))
}
