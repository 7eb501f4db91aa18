//! The effects of a change to an object, computed from the object before and after it.

use serde_json::Value;

use crate::kind::Kind;

/// The effect of a change on running services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The change does not affect running pods.
    None,
    /// The number of pods changes.
    Scaling,
    /// The number of pods becomes zero.
    Stop,
    /// The routing of requests changes.
    Traffic,
    /// Every pod is replaced, a few at a time.
    RollingRestart,
    /// The object is deleted.
    Deletion,
    /// The object is deleted and created again.
    Recreation,
}

impl Effect {
    /// The text that users see.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "nothing restarts",
            Self::Scaling => "scaling",
            Self::Stop => "stops all pods",
            Self::Traffic => "traffic",
            Self::RollingRestart => "rolling restart",
            Self::Deletion => "deletion",
            Self::Recreation => "recreation",
        }
    }
}

/// Returns the effect of changing an object from `live` to `wanted`.
///
/// `live` is `None` if the object does not exist yet.
#[must_use]
pub fn effect(kind: Kind, live: Option<&Value>, wanted: &Value) -> Effect {
    let changes =
        |pointer: &str| live.is_none_or(|live| live.pointer(pointer) != wanted.pointer(pointer));
    let if_changed = |changed: bool, effect: Effect| if changed { effect } else { Effect::None };
    let has_pods =
        |object: &Value| object.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1) > 0;
    match kind {
        Kind::Deployment | Kind::StatefulSet if !has_pods(wanted) => {
            if_changed(live.is_some_and(has_pods), Effect::Stop)
        }
        Kind::Deployment | Kind::StatefulSet if live.is_some() && changes("/spec/template") => {
            Effect::RollingRestart
        }
        Kind::Deployment | Kind::StatefulSet => {
            if_changed(changes("/spec/replicas"), Effect::Scaling)
        }
        Kind::HorizontalPodAutoscaler => if_changed(changes("/spec"), Effect::Scaling),
        Kind::Ingress => {
            if_changed(changes("/spec") || changes("/metadata/annotations"), Effect::Traffic)
        }
        Kind::Service | Kind::HttpRoute | Kind::GrpcRoute | Kind::TcpRoute => {
            if_changed(changes("/spec"), Effect::Traffic)
        }
        Kind::Namespace
        | Kind::ServiceAccount
        | Kind::ConfigMap
        | Kind::Secret
        | Kind::PodDisruptionBudget
        | Kind::CronJob => Effect::None,
    }
}

/// Whether the change needs a new object.
///
/// The API server rejects changes to the selector of a Deployment. The Deployment must be deleted
/// and created again.
#[must_use]
pub fn recreates(kind: Kind, live: &Value, wanted: &Value) -> bool {
    kind == Kind::Deployment && live.pointer("/spec/selector") != wanted.pointer("/spec/selector")
}

/// Returns an object without the fields that the API server and controllers write.
#[must_use]
pub fn strip_server_fields(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid"]
        {
            metadata.remove(field);
        }
    }
    // The Deployment controller stores the number of the revision in an annotation.
    if let Some(annotations) =
        object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)
    {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(kind: Kind, live: Value, wanted: Value, expected: Effect) {
        assert_eq!(effect(kind, Some(&live), &wanted), expected, "{kind} {wanted}");
    }

    #[test]
    fn deployment_changes_restart_scale_or_do_nothing() {
        let deployment = |image: &str, replicas: u32, label: &str| {
            let spec = json!({"replicas": replicas, "template": {"image": image}});
            json!({"metadata": {"labels": {"x": label}}, "spec": spec})
        };
        let before = || deployment("a", 1, "1");
        check(Kind::Deployment, before(), deployment("b", 2, "1"), Effect::RollingRestart);
        check(Kind::Deployment, before(), deployment("a", 2, "1"), Effect::Scaling);
        check(Kind::Deployment, before(), deployment("b", 0, "1"), Effect::Stop);
        let stopped = || deployment("a", 0, "1");
        check(Kind::Deployment, stopped(), deployment("b", 0, "1"), Effect::None);
        check(Kind::Deployment, stopped(), deployment("b", 1, "1"), Effect::RollingRestart);
        check(Kind::Deployment, before(), deployment("a", 1, "2"), Effect::None);
        assert_eq!(effect(Kind::Deployment, None, &before()), Effect::Scaling);
    }

    #[test]
    fn the_effect_depends_on_the_kind() {
        let port = |port: u32| json!({"spec": {"port": port}});
        check(Kind::Service, port(80), port(81), Effect::Traffic);
        let annotated = json!({"metadata": {"annotations": {"a": "1"}}});
        check(Kind::Ingress, annotated, json!({"metadata": {}}), Effect::Traffic);
        let max_replicas = |max: u32| json!({"spec": {"maxReplicas": max}});
        let (before, after) = (max_replicas(3), max_replicas(4));
        check(Kind::HorizontalPodAutoscaler, before, after, Effect::Scaling);
        let data = |value: &str| json!({"data": {"a": value}});
        check(Kind::ConfigMap, data("1"), data("2"), Effect::None);
    }
}
