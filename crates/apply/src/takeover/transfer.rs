//! The changes of a takeover to objects: field managers, and the manifests of the bundle.

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use serde_json::{Value, json};

use super::found::Found;
use super::helm;
use crate::apply;
use crate::live::{DesiredObject, LiveError, explain, to_value};
use crate::owner::MANAGER;
use crate::session::Session;

/// How often a change is tried if other clients change the object at the same time.
const ATTEMPTS: usize = 10;

/// Makes Optakit the field manager of the live objects, then applies all objects.
///
/// # Errors
///
/// Fails if the API server rejects a change.
pub(super) async fn objects(session: &Session, found: &Found) -> Result<(), LiveError> {
    for live in &found.live {
        let api = live.target.api(&session.client);
        patch(&api, &live.target.name, &live.target.label(), reassign).await?;
    }
    let exists =
        |target: &DesiredObject| found.live.iter().any(|live| live.target.index == target.index);
    let (old, new): (Vec<DesiredObject>, Vec<DesiredObject>) =
        found.targets.iter().cloned().partition(exists);
    // A live Ingress may lose a host that a new one gets.
    apply::write(&session.client, &old, true).await?;
    apply::write(&session.client, &new, true).await?;
    Ok(())
}

/// Returns the operations that make Optakit the manager of the fields of Helm.
///
/// The next apply removes the annotations of Helm, unless Helm does not manage them.
fn reassign(object: &Value) -> Option<Vec<Value>> {
    if let Some(fields) = helm::reassign_fields(object) {
        return Some(vec![replace_fields(fields)]);
    }
    let annotations = object["metadata"]["annotations"].as_object()?;
    let helms = annotations.keys().filter(|key| key.starts_with(helm::ANNOTATIONS));
    let remove: Vec<Value> = helms
        .map(|key| {
            let path = format!("/metadata/annotations/{}", key.replace('/', "~1"));
            json!({ "op": "remove", "path": path })
        })
        .collect();
    (!remove.is_empty()).then_some(remove)
}

/// Makes an object of a release a member of the set, so that the next apply deletes it.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(super) async fn adopt(
    session: &Session,
    found: &Found,
    adopted: &DesiredObject,
) -> Result<(), LiveError> {
    let (key, id) = found.set.membership();
    patch(&adopted.api(&session.client), &adopted.name, &adopted.label(), |object| {
        helm::release_of(object)?;
        let mut metadata = object["metadata"].clone();
        metadata["labels"][key] = id.into();
        metadata["labels"]["app.kubernetes.io/managed-by"] = MANAGER.into();
        if let Some(annotations) = metadata["annotations"].as_object_mut() {
            annotations.retain(|key, _| !key.starts_with(helm::ANNOTATIONS));
        }
        let mut operations: Vec<Value> = ["labels", "annotations"]
            .into_iter()
            .filter(|field| metadata[*field].is_object())
            .map(|field| {
                let path = format!("/metadata/{field}");
                json!({ "op": "add", "path": path, "value": metadata[field] })
            })
            .collect();
        operations.extend(helm::reassign_fields(object).map(replace_fields));
        Some(operations)
    })
    .await
}

fn replace_fields(fields: Value) -> Value {
    json!({ "op": "replace", "path": "/metadata/managedFields", "value": fields })
}

/// Changes an object by a JSON patch. `operations` returns `None` if nothing is to change.
async fn patch(
    api: &Api<DynamicObject>,
    name: &str,
    label: &str,
    operations: impl Fn(&Value) -> Option<Vec<Value>>,
) -> Result<(), LiveError> {
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    let mut attempts = 1;
    loop {
        let live = api.get_opt(name).await.map_err(|error| explain(error, "reading", label))?;
        let Some(live) = live.map(to_value) else { return Ok(()) };
        let Some(operations) = operations(&live) else { return Ok(()) };
        let version = &live["metadata"]["resourceVersion"];
        let test = json!({ "op": "test", "path": "/metadata/resourceVersion", "value": version });
        let all: Vec<Value> = std::iter::once(test).chain(operations).collect();
        let patch: json_patch::Patch = serde_json::from_value(all.into()).expect("a JSON patch");
        match api.patch(name, &params, &Patch::Json::<()>(patch)).await {
            Ok(_) => return Ok(()),
            // The object has changed since it was read.
            Err(kube::Error::Api(status))
                if matches!(status.code, 409 | 422) && attempts < ATTEMPTS =>
            {
                attempts += 1;
            }
            Err(error) => return Err(explain(error, "taking over", label)),
        }
    }
}
