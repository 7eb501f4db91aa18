//! Autoscalers of other tools that scale a Deployment of a bundle.

use kube::api::{Api, DynamicObject, ListParams};
use optakit_core::kind::Kind;
use serde_json::Value;

use super::change::ObjectChange;
use super::error::{LiveError, explain};
use super::object::{resource_of, to_value};
use crate::replicas::{self, Scale};

/// Finds Deployments that an autoscaler of another tool would still scale after an apply. Two
/// owners would fight about the number of pods.
///
/// `deleted` lists the autoscalers that the apply deletes. Reads the autoscalers only if a
/// Deployment gets its first autoscaler, or gets a fixed number after an autoscaler.
///
/// # Errors
///
/// Fails with each such Deployment, or if the autoscalers cannot be listed.
pub(crate) async fn check_autoscalers(
    client: &kube::Client,
    namespace: &str,
    changes: &[ObjectChange],
    deleted: &[&str],
) -> Result<(), Vec<LiveError>> {
    let scales =
        |object: &Value, change: &ObjectChange| replicas::scales(object, &change.target.name);
    let may_have_other = |change: &&ObjectChange| match (change.scale, &change.live) {
        (Some(Scale::Fixed(_)), Some(live)) => replicas::is_autoscaled(live),
        (Some(Scale::Automatic { .. }), Some(_)) => !changes
            .iter()
            .any(|other| other.live.as_ref().is_some_and(|live| scales(live, change))),
        _ => false,
    };
    let suspects: Vec<&ObjectChange> = changes.iter().filter(may_have_other).collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let kind = Kind::HorizontalPodAutoscaler;
    let api: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), namespace, &resource_of(kind));
    let found = match api.list(&ListParams::default()).await {
        Ok(list) => list.items,
        // Without this permission the check is not possible, but the apply is.
        Err(kube::Error::Api(status)) if status.code == 403 => return Ok(()),
        Err(error) => return Err(vec![explain(error, "listing", kind.name())]),
    };
    let is_foreign = |autoscaler: &DynamicObject| {
        let name = autoscaler.metadata.name.as_deref().unwrap_or_default();
        let is_target =
            |change: &ObjectChange| change.target.kind == kind && change.target.name == name;
        autoscaler.metadata.deletion_timestamp.is_none()
            && !deleted.contains(&name)
            && !changes.iter().any(is_target)
    };
    let foreign: Vec<Value> = found.into_iter().filter(is_foreign).map(typed).collect();
    let errors: Vec<LiveError> = suspects
        .into_iter()
        .filter_map(|change| {
            let autoscaler = foreign.iter().find(|autoscaler| scales(autoscaler, change))?;
            Some(LiveError::ScaledByOther {
                object: change.target.label(),
                autoscaler: label(autoscaler),
            })
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Adds the kind, which the items of a list do not contain.
fn typed(autoscaler: DynamicObject) -> Value {
    let mut autoscaler = to_value(autoscaler);
    autoscaler["kind"] = Kind::HorizontalPodAutoscaler.name().into();
    autoscaler
}

/// Returns the name of an autoscaler and of the object that it belongs to.
fn label(autoscaler: &Value) -> String {
    let name = autoscaler["metadata"]["name"].as_str().unwrap_or_default();
    let owner = &autoscaler["metadata"]["ownerReferences"][0];
    match (owner["kind"].as_str(), owner["name"].as_str()) {
        (Some(kind), Some(owner)) => {
            format!("{} {name} of {kind} {owner}", Kind::HorizontalPodAutoscaler)
        }
        _ => format!("{} {name}", Kind::HorizontalPodAutoscaler),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn autoscaler_is_named_with_its_owner() {
        let keda = json!({"metadata": {
            "name": "keda-hpa-api",
            "ownerReferences": [{"kind": "ScaledObject", "name": "api"}],
        }});
        assert_eq!(label(&keda), "HorizontalPodAutoscaler keda-hpa-api of ScaledObject api");
        assert_eq!(label(&json!({"metadata": {"name": "x"}})), "HorizontalPodAutoscaler x");
    }
}
