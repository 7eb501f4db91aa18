//! What a change of an object causes, from the object as it is and as it would be.

use serde_json::Value;

/// What a change causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing that runs notices.
    None,
    /// More or fewer pods.
    Scaling,
    /// Where requests go.
    Traffic,
    /// Every pod is replaced, a few at a time.
    RollingRestart,
}

impl Effect {
    /// The words for it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "nothing restarts",
            Self::Scaling => "scaling",
            Self::Traffic => "traffic",
            Self::RollingRestart => "rolling restart",
        }
    }
}

/// What it causes that an object of this kind becomes `wanted`; `live` is none while it is not
/// there.
#[must_use]
pub fn effect(kind: &str, live: Option<&Value>, wanted: &Value) -> Effect {
    let changes =
        |pointer: &str| live.is_none_or(|live| live.pointer(pointer) != wanted.pointer(pointer));
    match kind {
        "Deployment" if live.is_some() && changes("/spec/template") => Effect::RollingRestart,
        "Deployment" if changes("/spec/replicas") => Effect::Scaling,
        "HorizontalPodAutoscaler" if changes("/spec") => Effect::Scaling,
        "Service" | "Ingress" | "HTTPRoute" | "GRPCRoute"
            if changes("/spec") || (kind == "Ingress" && changes("/metadata/annotations")) =>
        {
            Effect::Traffic
        }
        _ => Effect::None,
    }
}

/// Whether the selector of a Deployment changes, which the API server refuses: it must be deleted
/// and made anew.
#[must_use]
pub fn recreates(kind: &str, live: &Value, wanted: &Value) -> bool {
    kind == "Deployment" && live.pointer("/spec/selector") != wanted.pointer("/spec/selector")
}

/// An object without what the API server keeps about it.
#[must_use]
pub fn bare(object: &Value) -> Value {
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
    // Its controller counts the revisions in an annotation.
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

    #[test]
    fn each_change_says_what_it_causes() {
        let check = |kind: &str, live: Value, wanted: Value, expected: Effect| {
            assert_eq!(effect(kind, Some(&live), &wanted), expected, "{kind} {wanted}");
        };
        let deployment = |image: &str, replicas: u32, label: &str| json!({"metadata": {"labels": {"x": label}}, "spec": {"replicas": replicas, "template": {"image": image}}});
        check(
            "Deployment",
            deployment("a", 1, "1"),
            deployment("b", 2, "1"),
            Effect::RollingRestart,
        );
        check("Deployment", deployment("a", 1, "1"), deployment("a", 2, "1"), Effect::Scaling);
        check("Deployment", deployment("a", 1, "1"), deployment("a", 1, "2"), Effect::None);
        check(
            "Service",
            json!({"spec": {"port": 80}}),
            json!({"spec": {"port": 81}}),
            Effect::Traffic,
        );
        check(
            "Ingress",
            json!({"metadata": {"annotations": {"a": "1"}}}),
            json!({"metadata": {}}),
            Effect::Traffic,
        );
        let scaler = |most: u32| json!({"spec": {"maxReplicas": most}});
        check("HorizontalPodAutoscaler", scaler(3), scaler(4), Effect::Scaling);
        check("ConfigMap", json!({"data": {"a": "1"}}), json!({"data": {"a": "2"}}), Effect::None);
    }
}
