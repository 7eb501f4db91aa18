//! The field manager that set each field of a live object, from `managedFields`.

use serde_json::Value;

use super::path::{Path, Step, scalar};
use crate::owner::{AUTOSCALER, is_own};

/// The fields that a field manager set, and the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setter {
    pub(crate) manager: String,
    pub(crate) time: Option<String>,
}

/// The field managers of an object.
pub(super) struct Managers<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Clone)]
struct Entry<'a> {
    setter: Setter,
    fields: &'a Value,
}

impl<'a> Managers<'a> {
    /// Reads the managers of a live object. Subresources, such as the status, have their own.
    pub(super) fn of(live: &'a Value) -> Self {
        let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
        let entries = entries
            .into_iter()
            .flatten()
            .filter(|entry| entry["subresource"].as_str().unwrap_or_default().is_empty());
        let entries = entries.map(|entry| Entry {
            setter: Setter {
                manager: entry["manager"].as_str().unwrap_or_default().to_owned(),
                time: entry["time"].as_str().map(str::to_owned),
            },
            fields: &entry["fieldsV1"],
        });
        Self { entries: entries.collect() }
    }

    /// Returns who set a field last.
    pub(super) fn setter(&self, path: &Path) -> Option<Setter> {
        let owners = self.entries.iter().filter(|entry| {
            path.0.iter().try_fold(entry.fields, |fields, step| child(fields, step)).is_some()
        });
        let newest = owners.max_by_key(|entry| (!is_own(&entry.setter.manager), time(entry)));
        newest.map(|entry| entry.setter.clone())
    }

    /// Returns who changed the object last, besides Optakit and the controllers. A field that was
    /// removed has no manager, so this is probably who removed it.
    pub(super) fn last_other(&self) -> Option<Setter> {
        let others = self.others();
        others.into_iter().max_by_key(|entry| time(entry)).map(|entry| entry.setter.clone())
    }

    /// Whether Optakit set any field.
    pub(super) fn include_optakit(&self) -> bool {
        self.entries.iter().any(|entry| is_own(&entry.setter.manager))
    }

    fn others(&self) -> Vec<&Entry<'a>> {
        let is_other = |entry: &&Entry<'_>| {
            !is_own(&entry.setter.manager) && entry.setter.manager != AUTOSCALER
        };
        self.entries.iter().filter(is_other).collect()
    }

    /// Returns the fields that only others set, and that the manifest does not contain.
    pub(super) fn additions(&self, live: &Value, manifest: &Value) -> Vec<(Path, Setter)> {
        let own: Vec<&Value> = self
            .entries
            .iter()
            .filter(|entry| is_own(&entry.setter.manager))
            .map(|entry| entry.fields)
            .collect();
        let mut found: Vec<(Path, Setter)> = Vec::new();
        for entry in self.others() {
            let mut paths = Vec::new();
            added(entry.fields, &own, live, Some(manifest), &Path::default(), &mut paths);
            for path in paths {
                if !found.iter().any(|(known, _)| *known == path) {
                    found.push((path, entry.setter.clone()));
                }
            }
        }
        found
    }
}

fn time<'a>(entry: &'a Entry<'_>) -> Option<&'a str> {
    entry.setter.time.as_deref()
}

/// Collects the paths of `fields` that `own` and the manifest do not contain.
fn added(
    fields: &Value,
    own: &[&Value],
    live: &Value,
    manifest: Option<&Value>,
    path: &Path,
    found: &mut Vec<Path>,
) {
    for (key, inner) in fields.as_object().into_iter().flatten() {
        let Some((step, value)) = step(key, live) else { continue };
        let path = match &step {
            Step::Field(name) => path.field(name),
            Step::Item(item, name) => path.item(item, name.clone()),
        };
        let own: Vec<&Value> = own.iter().filter_map(|own| own.get(key)).collect();
        let manifest = manifest.and_then(|manifest| counterpart(manifest, key, &step));
        let is_leaf = inner.as_object().is_none_or(|inner| inner.keys().all(|key| key == "."));
        // Each label and annotation counts for itself.
        let is_map = matches!(key.as_str(), "f:annotations" | "f:labels") && !is_leaf;
        if own.is_empty() && manifest.is_none() && !is_map {
            found.push(path);
        } else if !is_leaf {
            added(inner, &own, value, manifest, &path, found);
        }
    }
}

/// Returns the step of a key of `managedFields`, and the live value there.
fn step<'a>(key: &str, live: &'a Value) -> Option<(Step, &'a Value)> {
    if let Some(name) = key.strip_prefix("f:") {
        return Some((Step::Field(name.to_owned()), live.get(name)?));
    }
    let item = live.as_array()?.iter().find(|item| fits(key, item))?;
    Some((Step::Item(item.clone(), item_name(key)), item))
}

/// Returns the value of the manifest at a key of `managedFields`.
fn counterpart<'a>(manifest: &'a Value, key: &str, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Field(name) => manifest.get(name),
        Step::Item(..) => manifest.as_array()?.iter().find(|item| fits(key, item)),
    }
}

/// Returns the fields of a manager below a step.
fn child<'a>(fields: &'a Value, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Field(name) => fields.get(format!("f:{name}")),
        Step::Item(item, _) => {
            let found = fields.as_object()?.iter().find(|(key, _)| fits(key, item));
            found.map(|(_, fields)| fields)
        }
    }
}

/// Whether a key of `managedFields` names an item of a list. The protocol of a port has a default,
/// which a manifest may leave out.
fn fits(key: &str, item: &Value) -> bool {
    if let Some(keys) = key.strip_prefix("k:") {
        let Ok(Value::Object(keys)) = serde_json::from_str(keys) else { return false };
        return keys.iter().all(|(name, value)| match item.get(name) {
            Some(found) => found == value,
            None => name == "protocol" && value == "TCP",
        });
    }
    let value = key.strip_prefix("v:").and_then(|value| serde_json::from_str::<Value>(value).ok());
    value.as_ref() == Some(item)
}

fn item_name(key: &str) -> String {
    let text = key.get(2..).unwrap_or_default();
    match serde_json::from_str(text) {
        Ok(Value::Object(keys)) => keys.values().map(scalar).collect::<Vec<_>>().join("/"),
        Ok(value) => scalar(&value),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn live() -> Value {
        json!({
            "metadata": {"managedFields": [
                {
                    "manager": "optakit", "operation": "Apply", "time": "2026-01-01T00:00:00Z",
                    "fieldsV1": {"f:spec": {"f:containers": {
                        "k:{\"name\":\"api\"}": {".": {}, "f:name": {}, "f:image": {}},
                    }}},
                },
                {
                    "manager": "kubectl-patch", "time": "2026-01-02T00:00:00Z",
                    "fieldsV1": {"f:spec": {"f:containers": {
                        "k:{\"name\":\"api\"}": {"f:env": {
                            "k:{\"name\":\"DEBUG\"}": {".": {}, "f:name": {}, "f:value": {}},
                        }},
                        "k:{\"name\":\"sidecar\"}": {".": {}, "f:image": {}},
                    }}},
                },
                {
                    "manager": "kubectl-edit", "subresource": "scale",
                    "fieldsV1": {"f:spec": {"f:replicas": {}}},
                },
            ]},
            "spec": {"replicas": 2, "containers": [
                {"name": "api", "image": "a", "env": [{"name": "DEBUG", "value": "1"}]},
                {"name": "sidecar", "image": "b"},
            ]},
        })
    }

    #[test]
    fn added_fields_have_a_path_and_a_setter() {
        let live = live();
        let manifest = json!({"spec": {"containers": [{"name": "api", "image": "a"}]}});
        let added = Managers::of(&live).additions(&live, &manifest);
        let texts: Vec<String> = added.iter().map(|(path, _)| path.text()).collect();
        assert_eq!(texts, ["spec.containers[api].env", "spec.containers[sidecar]"]);
        assert!(added.iter().all(|(_, setter)| setter.manager == "kubectl-patch"));
        let with_env = json!({"spec": {"containers": [
            {"name": "api", "env": [{"name": "MODE"}]}, {"name": "sidecar"},
        ]}});
        let added = Managers::of(&live).additions(&live, &with_env);
        let texts: Vec<String> = added.iter().map(|(path, _)| path.text()).collect();
        assert_eq!(texts, ["spec.containers[api].env[DEBUG]", "spec.containers[sidecar].image"]);
    }

    #[test]
    fn setter_of_a_field_is_found_by_its_path() {
        let live = live();
        let managers = Managers::of(&live);
        let sidecar = Path::default()
            .field("spec")
            .field("containers")
            .item(&live["spec"]["containers"][1], "sidecar".to_owned());
        let setter = managers.setter(&sidecar.field("image")).expect("it has a setter");
        assert_eq!(setter.manager, "kubectl-patch");
        assert_eq!(managers.setter(&sidecar.field("args")), None);
        assert_eq!(managers.last_other().expect("a setter").manager, "kubectl-patch");
    }
}
