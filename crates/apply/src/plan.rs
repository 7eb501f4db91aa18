//! Computes the changes of an apply and their effects. All functions are pure.

use optakit_core::effect::{Effect, strip_server_fields};
use optakit_core::kind::Kind;
use serde_json::Value;
use similar::TextDiff;

use crate::live::ObjectChange;

/// The change to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The object does not exist yet.
    Create,
    /// Some fields change.
    Change,
    /// No field changes.
    Keep,
}

impl Action {
    /// The text that users see.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Keep => "keep",
        }
    }
}

/// Returns the change to an object.
pub(crate) fn action(change: &ObjectChange) -> Action {
    match &change.live {
        None => Action::Create,
        Some(live)
            if strip_server_fields(live) == strip_server_fields(&change.wanted)
                && manages(live)
                && change.replicas.is_none() =>
        {
            Action::Keep
        }
        Some(_) => Action::Change,
    }
}

/// Returns the effect of a change.
pub(crate) fn effect(change: &ObjectChange) -> Effect {
    optakit_core::effect::effect(change.target.kind, change.live.as_ref(), &change.wanted)
}

/// Returns the changed lines with some context. Values of Secrets are hidden.
pub(crate) fn diff(change: &ObjectChange) -> String {
    let text = |object: &Value| {
        serde_json::to_string_pretty(&masked(strip_server_fields(object))).unwrap_or_default()
            + "\n"
    };
    let live = change.live.as_ref().map(text).unwrap_or_default();
    let mut wanted = text(&change.wanted);
    let hidden =
        change.target.kind == Kind::Secret && live == wanted && action(change) == Action::Change;
    if hidden {
        wanted.push_str("(values change)\n");
    }
    let diff = TextDiff::from_lines(&live, &wanted);
    diff.unified_diff().context_radius(2).to_string()
}

/// Returns the lines of a new object. Values of Secrets are hidden.
pub(crate) fn creation_diff(object: &Value) -> String {
    let text = serde_json::to_string_pretty(&masked(object.clone())).unwrap_or_default() + "\n";
    TextDiff::from_lines("", &text).unified_diff().to_string()
}

fn masked(mut object: Value) -> Value {
    if object["kind"] == "Secret" {
        for field in ["data", "stringData"] {
            for value in object
                .get_mut(field)
                .and_then(Value::as_object_mut)
                .into_iter()
                .flat_map(|map| map.values_mut())
            {
                *value = "(hidden)".into();
            }
        }
    }
    object
}

/// Whether Optakit applied the object before. Otherwise it does not own the fields.
pub(crate) fn manages(object: &Value) -> bool {
    let fields = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    fields.is_some_and(|fields| {
        fields
            .iter()
            .any(|field| field["manager"] == crate::owner::MANAGER && field["operation"] == "Apply")
    })
}

#[cfg(test)]
mod tests {
    use optakit_core::bundle::BundleObject;
    use serde_json::json;

    use super::*;
    use crate::live::DesiredObject;

    fn change(kind: &str, live: Option<Value>, wanted: Value) -> ObjectChange {
        let json = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "api"}});
        let target = DesiredObject::new(0, &BundleObject::new(json).expect("a known kind"));
        ObjectChange {
            target,
            live,
            wanted,
            taken: Vec::new(),
            scale: None,
            replicas: None,
            volumes: None,
        }
    }

    #[test]
    fn fields_of_the_server_are_not_changes() {
        let check = |live: Option<Value>, wanted: Value, expected: Action| {
            assert_eq!(action(&change("Service", live, wanted)), expected);
        };
        let ours = json!([{"manager": "optakit", "operation": "Apply"}]);
        let object = |port: u16, version: &str, fields: &Value| {
            let metadata =
                json!({"name": "api", "resourceVersion": version, "managedFields": fields});
            json!({
                "kind": "Service",
                "metadata": metadata,
                "spec": {"port": port},
                "status": {"version": version},
            })
        };
        check(None, object(80, "1", &ours), Action::Create);
        check(Some(object(80, "1", &ours)), object(80, "2", &ours), Action::Keep);
        check(Some(object(80, "1", &ours)), object(81, "1", &ours), Action::Change);
        check(Some(object(80, "1", &json!([]))), object(80, "1", &ours), Action::Change);
    }

    #[test]
    fn a_diff_hides_the_values_of_secrets() {
        let changed = change(
            "Service",
            Some(json!({"kind": "Service", "spec": {"port": 80}})),
            json!({"kind": "Service", "spec": {"port": 81}}),
        );
        assert!(
            diff(&changed).contains("-    \"port\": 80\n+    \"port\": 81"),
            "{}",
            diff(&changed)
        );
        let secret = |value: &str| json!({"kind": "Secret", "data": {"password": value}});
        let changed = change("Secret", Some(secret("aHVudGVyMg==")), secret("b3RoZXI="));
        let shown = diff(&changed);
        assert!(
            shown.contains("(values change)")
                && !shown.contains("aHVudGVyMg")
                && !shown.contains("b3RoZXI"),
            "{shown}"
        );
    }
}
