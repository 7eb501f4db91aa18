//! The differences between a live object and the object that a revision asks for.

use serde_json::Value;

use super::managers::Setter;
use super::path::{Path, names};

/// The kind of difference of a field or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Added,
    Changed,
    Missing,
}

impl What {
    /// Returns the word for people and programs.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Missing => "missing",
        }
    }
}

/// A field that differs.
#[derive(Clone, Debug)]
pub(crate) struct FieldDifference {
    pub(crate) what: What,
    pub(crate) path: String,
    pub(crate) live: Option<Value>,
    pub(crate) expected: Option<Value>,
    pub(crate) by: Option<Setter>,
}

/// A field that differs, before its setter is known.
pub(super) struct Found {
    pub(super) what: What,
    pub(super) path: Path,
    pub(super) live: Option<Value>,
    pub(super) expected: Option<Value>,
}

/// Collects the fields in which two objects differ. Lists are compared by the keys of their items.
pub(super) fn compare(live: &Value, expected: &Value, path: &Path, found: &mut Vec<Found>) {
    match (live, expected) {
        (Value::Object(live), Value::Object(expected)) => {
            for (key, value) in live {
                let path = path.field(key);
                match expected.get(key) {
                    Some(expected) => compare(value, expected, &path, found),
                    None => found.push(one_side(What::Added, path, value)),
                }
            }
            for (key, value) in expected.iter().filter(|(key, _)| !live.contains_key(*key)) {
                found.push(one_side(What::Missing, path.field(key), value));
            }
        }
        (Value::Array(live), Value::Array(expected)) => {
            compare_lists(live, expected, path, found);
        }
        (live, expected) if live == expected => {}
        (live, expected) => found.push(changed(live, expected, path)),
    }
}

fn compare_lists(live: &[Value], expected: &[Value], path: &Path, found: &mut Vec<Found>) {
    let Some([live_names, expected_names]) = names([live, expected]) else {
        if live != expected {
            found.push(changed(&live.into(), &expected.into(), path));
        }
        return;
    };
    for (item, name) in live.iter().zip(&live_names) {
        let path = path.item(item, name.clone());
        match expected_names.iter().position(|other| other == name) {
            Some(index) => compare(item, &expected[index], &path, found),
            None => found.push(one_side(What::Added, path, item)),
        }
    }
    for (item, name) in expected.iter().zip(&expected_names) {
        if !live_names.contains(name) {
            found.push(one_side(What::Missing, path.item(item, name.clone()), item));
        }
    }
}

fn changed(live: &Value, expected: &Value, path: &Path) -> Found {
    let (live, expected) = (Some(live.clone()), Some(expected.clone()));
    Found { what: What::Changed, path: path.clone(), live, expected }
}

fn one_side(what: What, path: Path, value: &Value) -> Found {
    let (live, expected) = match what {
        What::Missing => (None, Some(value.clone())),
        What::Added | What::Changed => (Some(value.clone()), None),
    };
    Found { what, path, live, expected }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_and_items_are_compared_by_their_keys() {
        let object = |image: &str, env: Value, hosts: Value| {
            json!({"spec": {
                "containers": [{"name": "api", "image": image, "env": env}], "hosts": hosts,
            }})
        };
        let live = object(
            "b",
            json!([{"name": "X", "value": "1"}, {"name": "MODE", "value": "good"}]),
            json!(["a", "b"]),
        );
        let expected = object(
            "a",
            json!([{"name": "MODE", "value": "good"}, {"name": "GONE", "value": "2"}]),
            json!(["a"]),
        );
        let mut found = Vec::new();
        compare(&live, &expected, &Path::default(), &mut found);
        let mut texts: Vec<String> = found
            .iter()
            .map(|found| format!("{} {}", found.what.word(), found.path.text()))
            .collect();
        texts.sort();
        assert_eq!(
            texts,
            [
                "added spec.containers[api].env[X]",
                "changed spec.containers[api].image",
                "changed spec.hosts",
                "missing spec.containers[api].env[GONE]",
            ]
        );
        found.clear();
        compare(&live, &live, &Path::default(), &mut found);
        assert!(found.is_empty());
    }
}
