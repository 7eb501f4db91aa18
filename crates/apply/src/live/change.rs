//! The changes of objects, computed with dry runs.

use futures::future::{join, join_all};
use kube::api::DynamicObject;
use serde_json::Value;

use super::error::{LiveError, explain};
use super::object::{DesiredObject, WriteOptions};
use crate::owner::{self, Force};

/// An object before and after an apply.
#[derive(Clone, Debug)]
pub(crate) struct ObjectChange {
    pub(crate) target: DesiredObject,
    pub(crate) live: Option<Value>,
    pub(crate) wanted: Value,
    /// The fields that are taken over from other field managers, for messages.
    pub(crate) taken: Vec<String>,
}

/// Reads every object, and computes its new state with a dry run. Sends all requests at once.
///
/// # Errors
///
/// Fails if the API server rejects an object. Returns all rejections.
pub(crate) async fn object_changes(
    client: &kube::Client,
    targets: Vec<DesiredObject>,
    force: &Force,
) -> Result<Vec<ObjectChange>, Vec<LiveError>> {
    let (mut changes, mut errors) = (Vec::new(), Vec::new());
    for result in
        join_all(targets.into_iter().map(|target| object_change(client, target, force))).await
    {
        match result {
            Ok(change) => changes.push(change),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

async fn object_change(
    client: &kube::Client,
    mut target: DesiredObject,
    force: &Force,
) -> Result<ObjectChange, LiveError> {
    let api = target.api(client);
    let (live, wanted) = join(
        api.get_opt(&target.name),
        target.apply(client, WriteOptions { dry_run: true, force: force.all }),
    )
    .await;
    let live = live.map_err(|error| explain(error, "reading", &target.label()))?.map(to_value);
    if let Some((owner, advice)) = live.as_ref().and_then(owner::of) {
        return Err(LiveError::OwnedByTool { object: target.label(), owner, advice });
    }
    let (wanted, taken) = match wanted {
        Err(kube::Error::Api(status)) if owner::may_take_over(&status, force) => {
            target.force = true;
            let wanted = target.apply(client, WriteOptions { dry_run: true, force: true }).await;
            (wanted, owner::conflicting_fields(&status))
        }
        wanted => (wanted, Vec::new()),
    };
    let wanted = wanted.map_err(|error| explain(error, "a dry run of", &target.label()))?;
    Ok(ObjectChange { live, wanted: to_value(wanted), taken, target })
}

/// Converts an object of the API server to JSON.
pub(crate) fn to_value(object: DynamicObject) -> Value {
    serde_json::to_value(object).expect("an object of the API server is JSON")
}
