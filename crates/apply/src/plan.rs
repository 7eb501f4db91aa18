//! What an apply would change and what that causes: pure, from the objects as they are and as a dry run says they would be.

use serde_json::Value;
use similar::TextDiff;

use crate::live::Pair;

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is not there yet.
    Create,
    /// Some of it changes.
    Change,
    /// It stays as it is.
    Keep,
}

impl Action {
    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Keep => "keep",
        }
    }
}

/// What a change causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
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
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::None => "nothing restarts",
            Self::Scaling => "scaling",
            Self::Traffic => "traffic",
            Self::RollingRestart => "rolling restart",
        }
    }
}

/// What happens to the object of a pair.
pub(crate) fn action(pair: &Pair) -> Action {
    match &pair.live {
        None => Action::Create,
        Some(live) if bare(live) == bare(&pair.wanted) && manages(live) => Action::Keep,
        Some(_) => Action::Change,
    }
}

/// What the change of a pair causes.
pub(crate) fn effect(pair: &Pair) -> Effect {
    let (kind, wanted) = (pair.target.kind.as_str(), &pair.wanted);
    let changes = |pointer: &str| pair.live.as_ref().is_none_or(|live| live.pointer(pointer) != wanted.pointer(pointer));
    match kind {
        "Deployment" if pair.live.is_some() && changes("/spec/template") => Effect::RollingRestart,
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

/// The lines that change, with a few around them; values of Secrets are not shown, that they change is.
pub(crate) fn diff(pair: &Pair) -> String {
    let text = |object: &Value| serde_json::to_string_pretty(&masked(bare(object))).unwrap_or_default() + "\n";
    let live = pair.live.as_ref().map(text).unwrap_or_default();
    let mut wanted = text(&pair.wanted);
    let hidden = pair.target.kind == "Secret" && live == wanted && action(pair) == Action::Change;
    if hidden {
        wanted.push_str("(values change)\n");
    }
    let diff = TextDiff::from_lines(&live, &wanted);
    diff.unified_diff().context_radius(2).to_string()
}

fn masked(mut object: Value) -> Value {
    if object["kind"] == "Secret" {
        for field in ["data", "stringData"] {
            for value in object.get_mut(field).and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut()) {
                *value = "(hidden)".into();
            }
        }
    }
    object
}

/// An object without what the API server keeps about it.
pub(crate) fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid"] {
            metadata.remove(field);
        }
    }
    // Its controller counts the revisions in an annotation.
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    object
}

/// Whether we have applied it before; without that the fields are not ours though they may be equal.
fn manages(object: &Value) -> bool {
    let fields = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    fields.is_some_and(|fields| {
        fields.iter().any(|field| field["manager"] == crate::live::MANAGER && field["operation"] == "Apply")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::live::Target;

    fn pair(kind: &str, live: Option<Value>, wanted: Value) -> Pair {
        let target =
            Target::new(0, json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "api"}})).expect("a known kind");
        Pair { target, live, wanted, taken: Vec::new() }
    }

    #[test]
    fn only_what_the_user_decides_is_a_change() {
        let check = |live: Option<Value>, wanted: Value, expected: Action| {
            assert_eq!(action(&pair("Service", live, wanted)), expected);
        };
        let ours = json!([{"manager": "optakit", "operation": "Apply"}]);
        let object = |port: u16, version: &str, fields: &Value| {
            json!({"kind": "Service", "metadata": {"name": "api", "resourceVersion": version, "managedFields": fields},
                   "spec": {"port": port}, "status": {"version": version}})
        };
        check(None, object(80, "1", &ours), Action::Create);
        check(Some(object(80, "1", &ours)), object(80, "2", &ours), Action::Keep);
        check(Some(object(80, "1", &ours)), object(81, "1", &ours), Action::Change);
        check(Some(object(80, "1", &json!([]))), object(80, "1", &ours), Action::Change);
    }

    #[test]
    fn each_change_says_what_it_causes() {
        let check = |kind: &str, live: Value, wanted: Value, expected: Effect| {
            assert_eq!(effect(&pair(kind, Some(live), wanted.clone())), expected, "{kind} {wanted}");
        };
        let deployment = |image: &str, replicas: u32, label: &str| json!({"metadata": {"labels": {"x": label}}, "spec": {"replicas": replicas, "template": {"image": image}}});
        check("Deployment", deployment("a", 1, "1"), deployment("b", 2, "1"), Effect::RollingRestart);
        check("Deployment", deployment("a", 1, "1"), deployment("a", 2, "1"), Effect::Scaling);
        check("Deployment", deployment("a", 1, "1"), deployment("a", 1, "2"), Effect::None);
        check("Service", json!({"spec": {"port": 80}}), json!({"spec": {"port": 81}}), Effect::Traffic);
        check("Ingress", json!({"metadata": {"annotations": {"a": "1"}}}), json!({"metadata": {}}), Effect::Traffic);
        check(
            "HorizontalPodAutoscaler",
            json!({"spec": {"maxReplicas": 3}}),
            json!({"spec": {"maxReplicas": 4}}),
            Effect::Scaling,
        );
        check("ConfigMap", json!({"data": {"a": "1"}}), json!({"data": {"a": "2"}}), Effect::None);
    }

    #[test]
    fn a_diff_shows_lines_and_no_value_of_a_secret() {
        let changed = pair(
            "Service",
            Some(json!({"kind": "Service", "spec": {"port": 80}})),
            json!({"kind": "Service", "spec": {"port": 81}}),
        );
        assert!(diff(&changed).contains("-    \"port\": 80\n+    \"port\": 81"), "{}", diff(&changed));
        let secret = |value: &str| json!({"kind": "Secret", "data": {"password": value}});
        let changed = pair("Secret", Some(secret("aHVudGVyMg==")), secret("b3RoZXI="));
        let shown = diff(&changed);
        assert!(shown.contains("(values change)") && !shown.contains("aHVudGVyMg") && !shown.contains("b3RoZXI"), "{shown}");
    }
}
