//! Secrets in URLs: `DATABASE_URL: "pg://u:$(PASSWORD)@h"`. Kubernetes cannot escape the characters
//! of a value, so the application would read another user, host or password.

use std::collections::{BTreeMap, BTreeSet};

use optakit_core::bundle::Bundle;
use optakit_core::kind::Kind;
use optakit_core::resolve::needs_url_escape;
use serde_json::Value;

/// The help of each warning.
const HELP: &str = "build the URL in the application from separate variables, or use a password of \
                    letters and digits";

/// A secret in a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UrlSecret {
    /// The name of the Secret.
    pub(crate) secret: String,
    pub(crate) key: String,
    /// The variable with the URL.
    variable: String,
}

impl UrlSecret {
    /// Returns a warning if a value has characters that a URL must escape. The warning does not
    /// contain the value.
    pub(crate) fn warning(&self, value: &str) -> Option<String> {
        let Self { secret, key, variable } = self;
        needs_url_escape(value).then(|| {
            format!(
                "the variable `{variable}` is a URL that contains the key `{key}` of the Secret \
                 `{secret}`, but the value has characters that a URL must escape\n  help: {HELP}"
            )
        })
    }
}

/// Returns the secrets in URLs of a bundle.
pub(crate) fn of(bundle: &Bundle) -> BTreeSet<UrlSecret> {
    let has_pods = |kind: Kind| kind.needs_pods();
    let objects = bundle.manifests.iter().filter(|object| has_pods(object.kind()));
    let mut found = BTreeSet::new();
    for object in objects {
        collect(object.json(), &mut found);
    }
    found
}

/// Collects the secrets in URLs of all lists of variables in a manifest.
fn collect(value: &Value, found: &mut BTreeSet<UrlSecret>) {
    match value {
        Value::Object(fields) => {
            if let Some(variables) = fields.get("env").and_then(Value::as_array) {
                found.extend(of_variables(variables));
            }
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn of_variables(variables: &[Value]) -> Vec<UrlSecret> {
    let reference = |variable: &Value| {
        let key = variable.pointer("/valueFrom/secretKeyRef")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some((text(&variable["name"])?, (text(&key["name"])?, text(&key["key"])?)))
    };
    let secrets: BTreeMap<String, (String, String)> =
        variables.iter().filter_map(reference).collect();
    let mut found = Vec::new();
    for variable in variables {
        let (Some(name), Some(text)) = (variable["name"].as_str(), variable["value"].as_str())
        else {
            continue;
        };
        let Some((_, rest)) = text.split_once("://") else { continue };
        for (referenced, (secret, key)) in &secrets {
            if rest.contains(&format!("$({referenced})")) {
                let (secret, key) = (secret.clone(), key.clone());
                found.push(UrlSecret { secret, key, variable: name.to_owned() });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_in_urls_are_found_in_all_containers() {
        let secret = |name: &str| json!({"secretKeyRef": {"name": "s", "key": name}});
        let pod = json!({"spec": {"template": {"spec": {"containers": [{"env": [
            {"name": "PASSWORD", "valueFrom": secret("PASSWORD")},
            {"name": "OTHER", "valueFrom": secret("OTHER")},
            {"name": "URL", "value": "pg://u:$(PASSWORD)@h"},
            {"name": "TEXT", "value": "p=$(OTHER)"},
        ]}]}}}});
        let mut found = BTreeSet::new();
        collect(&pod, &mut found);
        let found: Vec<UrlSecret> = found.into_iter().collect();
        assert_eq!(found.len(), 1);
        let warning = found[0].warning("p@ss").expect("a warning");
        assert!(warning.contains("`URL`") && !warning.contains("p@ss"), "{warning}");
        assert_eq!(found[0].warning("a-b_c.d~1"), None);
    }
}
