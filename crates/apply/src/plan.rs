//! What an apply would change: pure, from the objects as they are and as a dry run says they would be.

use serde_json::Value;

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

/// What happens to the object of a pair.
pub(crate) fn action(pair: &Pair) -> Action {
    match &pair.live {
        None => Action::Create,
        Some(live) if bare(live) == bare(&pair.wanted) && manages(live) => Action::Keep,
        Some(_) => Action::Change,
    }
}

/// An object without what the API server keeps about it.
fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid"] {
            metadata.remove(field);
        }
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

    fn check(live: Option<Value>, wanted: Value, expected: Action) {
        let target =
            Target::new(0, json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}})).expect("a known kind");
        assert_eq!(action(&Pair { target, live, wanted }), expected);
    }

    #[test]
    fn only_what_the_user_decides_is_a_change() {
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
}
