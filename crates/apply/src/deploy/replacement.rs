//! The replacement of a StatefulSet whose claims change. Its pods keep running.

use std::time::Duration;

use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::runtime::wait::{await_condition, conditions};

use crate::live::{LiveError, ObjectChange, explain};
use crate::owner::BOOTSTRAP_MANAGER;
use crate::replicas;

/// How long the deletion of a StatefulSet may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Makes the claims larger, deletes the StatefulSet without its pods, and creates it again with
/// its number of pods. The write of the manifest follows.
///
/// # Errors
///
/// Fails if the API server rejects a change, or if the StatefulSet still exists after a minute.
pub(super) async fn before(client: &kube::Client, change: &ObjectChange) -> Result<(), LiveError> {
    let (Some(volumes), Some(live)) = (&change.volumes, &change.live) else { return Ok(()) };
    let target = &change.target;
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
    // Without a number, the new StatefulSet would delete all pods except for the first one.
    let Some(count) = replicas::count(live) else { return Ok(()) };
    let mut object = target.object.clone();
    object["spec"]["replicas"] = count.into();
    let params = PatchParams::apply(BOOTSTRAP_MANAGER).force();
    api.patch(&target.name, &params, &Patch::Apply(&object)).await.map_err(failed)?;
    Ok(())
}
