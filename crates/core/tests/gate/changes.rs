//! Changes every value and every field of every document, one at a time.

use std::collections::BTreeSet;

use optakit_core::api::{RdsCertificates, verify_bundle};
use optakit_core::bundle::Bundle;
use optakit_core::model::rendered::path_of_pointer;
use serde_json::{Value, json};

use crate::bundles::{filled, full, json as to_json, minimal};
use crate::passes;

/// The values of manifests and AWS resources that `--allow-modified` may change.
const FREE: &[&str] = &[
    "metadata.labels.app.kubernetes.io/version",
    "data.rds_ca.pem",
    "spec.ports[].targetPort",
    "spec.progressDeadlineSeconds",
    "spec.revisionHistoryLimit",
    "spec.template.spec.containers[].image",
    "spec.template.spec.containers[].imagePullPolicy",
    "spec.template.spec.containers[].ports[].containerPort",
    "spec.template.spec.containers[].env[].name",
    "spec.template.spec.containers[].env[].value",
    "spec.template.spec.containers[].env[].valueFrom.secretKeyRef.key",
    "spec.template.spec.containers[].resources.requests.cpu",
    "spec.template.spec.containers[].resources.requests.memory",
    "spec.template.spec.containers[].resources.limits.cpu",
    "spec.template.spec.containers[].resources.limits.memory",
    "spec.template.spec.containers[].livenessProbe.httpGet.path",
    "spec.template.spec.containers[].livenessProbe.initialDelaySeconds",
    "spec.template.spec.containers[].readinessProbe.httpGet.path",
    "spec.template.spec.containers[].readinessProbe.initialDelaySeconds",
    "spec.template.spec.containers[].readinessProbe.periodSeconds",
    "spec.template.spec.containers[].lifecycle.preStop.sleep.seconds",
    "spec.template.spec.topologySpreadConstraints[].maxSkew",
    "spec.minReplicas",
    "spec.maxReplicas",
    "spec.metrics[].resource.target.averageUtilization",
    "spec.maxUnavailable",
    "spec.rules[].host",
    "spec.rules[].http.paths[].path",
    "spec.rules[].http.paths[].pathType",
    "spec.rules[].http.paths[].backend.service.port.number",
    "spec.rules[].backendRefs[].port",
    "spec.ports[].name",
    "spec.ports[].port",
    "spec.template.spec.containers[].ports[].name",
    "spec.template.spec.containers[].livenessProbe.httpGet.port",
    "spec.template.spec.containers[].readinessProbe.httpGet.port",
    "spec.rules[].matches[].path.value",
    "spec.hostnames[]",
    "lifecyclePolicy.rules[].rulePriority",
    "lifecyclePolicy.rules[].description",
    "lifecyclePolicy.rules[].selection.countNumber",
    "lifecyclePolicy.rules[].selection.tagPrefixList[]",
    "policy.Version",
];

/// The fields that may be missing.
const OPTIONAL: &[&str] = &[
    "metadata.annotations",
    "spec.template.spec.volumes",
    "spec.template.spec.topologySpreadConstraints",
    "spec.template.spec.enableServiceLinks",
    "spec.template.spec.containers[].env",
    "spec.template.spec.containers[].ports",
    "spec.template.spec.containers[].livenessProbe",
    "spec.template.spec.containers[].readinessProbe",
    "spec.template.spec.containers[].livenessProbe.httpGet",
    "spec.template.spec.containers[].readinessProbe.httpGet",
    "spec.template.spec.containers[].readinessProbe.periodSeconds",
    "spec.template.spec.containers[].volumeMounts",
    "spec.rules[].host",
    "spec.rules[].filters",
    "spec.hostnames",
    "lifecyclePolicy.rules[].selection.tagPrefixList",
];

/// Calls a function with the pointer of every value below `at`.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Returns the pointers to all documents of a bundle.
fn documents(bundle: &Value) -> Vec<String> {
    let count = |list: &str| bundle[list].as_array().map_or(0, Vec::len);
    let manifests = (0..count("manifests")).map(|index| format!("/manifests/{index}"));
    let aws = (0..count("aws")).map(|index| format!("/aws/{index}/resource"));
    manifests.chain(aws).collect()
}

/// Returns bundles of one document each, with every exposure and hardening.
fn small_bundles() -> Vec<Value> {
    let choices = [
        ("nginx", "baseline"),
        ("gateway", "baseline"),
        ("alb", "baseline"),
        ("nginx", "restricted"),
    ];
    let (mut small, mut seen) = (Vec::new(), BTreeSet::new());
    for (exposure, hardening) in choices {
        let mut bundle = filled(full(exposure, hardening));
        bundle["sourceMap"] = json!([]);
        let (manifests, aws) = (bundle["manifests"].take(), bundle["aws"].take());
        for (list, documents) in [("manifests", manifests), ("aws", aws)] {
            let documents = documents.as_array().expect("a list").iter();
            for document in documents.filter(|document| seen.insert(document.to_string())) {
                let mut only = bundle.clone();
                (only["manifests"], only["aws"]) = (json!([]), json!([]));
                only[list] = json!([document]);
                small.push(only);
            }
        }
    }
    small
}

/// Returns the path of a value in its document, in the notation of [`FREE`].
fn path_in(document: &str, pointer: &str) -> String {
    path_of_pointer(pointer.strip_prefix(document).expect("it is in the document"))
}

/// Whether the path is an annotation of an Ingress. A service file can set any of them.
fn is_ingress_annotation(path: &str) -> bool {
    let prefixes =
        ["nginx.ingress.kubernetes.io/", "alb.ingress.kubernetes.io/", "cert-manager.io/"];
    path.strip_prefix("metadata.annotations.")
        .is_some_and(|key| prefixes.iter().any(|prefix| key.starts_with(prefix)))
}

#[test]
fn no_other_value_can_change() {
    let mut free = BTreeSet::new();
    for bundle in small_bundles() {
        assert!(passes(&bundle));
        for document in documents(&bundle) {
            let mut found = Vec::new();
            pointers(bundle.pointer(&document).expect("a document"), &document, &mut found);
            for pointer in found {
                let old = bundle.pointer(&pointer).expect("a value");
                let changes = match old {
                    Value::String(text) => vec![
                        json!(format!("{text}x")),
                        json!("kube-system"),
                        json!("victim"),
                        json!("/victim"),
                        json!("victim.example.com"),
                        json!("*"),
                        json!("Always"),
                        json!("arn:aws:iam::123456789012:role/victim"),
                    ],
                    Value::Number(_) => vec![json!(7)],
                    Value::Bool(value) => vec![json!(!value)],
                    _ => continue,
                };
                for new in changes.into_iter().filter(|new| new != old) {
                    let mut changed = bundle.clone();
                    *changed.pointer_mut(&pointer).expect("a value") = new;
                    if passes(&changed) {
                        free.insert(path_in(&document, &pointer));
                    }
                }
            }
        }
    }
    let known: BTreeSet<String> = FREE.iter().map(|path| (*path).to_owned()).collect();
    let unexpected: Vec<&String> = free
        .difference(&known)
        // Several values are possible: the ARNs of policies and of linked resources.
        .filter(|path| {
            !["attachedPolicies[]", "policy.document.Statement[].Resource[]"]
                .contains(&path.as_str())
                && !is_ingress_annotation(path)
        })
        .collect();
    assert_eq!(unexpected, [""; 0], "these values can change");
    let missing: Vec<&String> = known.difference(&free).collect();
    assert_eq!(missing, [""; 0], "these values cannot change");
}

fn is_ingress(bundle: &Value, document: &str) -> bool {
    bundle.pointer(&format!("{document}/kind")) == Some(&json!("Ingress"))
}

#[test]
fn no_field_can_be_added() {
    for bundle in small_bundles() {
        for document in documents(&bundle) {
            let mut found = Vec::new();
            pointers(bundle.pointer(&document).expect("a document"), &document, &mut found);
            for pointer in found {
                let mut changed = bundle.clone();
                match changed.pointer_mut(&pointer).expect("a value") {
                    Value::Object(map) => drop(map.insert("extra".to_owned(), json!("x"))),
                    Value::Array(items) => {
                        let first = items.first().cloned().unwrap_or_default();
                        items.push(first);
                    }
                    _ => continue,
                }
                let path = path_in(&document, &pointer);
                let is_list_of_the_user = path.ends_with(".env")
                    || path.ends_with(".Resource")
                    || path == "attachedPolicies"
                    || path.ends_with(".rules") && path.starts_with("lifecyclePolicy")
                    || path.ends_with("tagPrefixList")
                    || ["spec.ports", "spec.template.spec.containers[].ports"]
                        .contains(&path.as_str())
                    || ["spec.metrics", "spec.template.spec.topologySpreadConstraints"]
                        .contains(&path.as_str())
                    || path == "policy.document.Statement"
                    || path == "spec.template.metadata.labels"
                    || path == "metadata.annotations" && is_ingress(&bundle, &document);
                if !is_list_of_the_user {
                    assert!(!passes(&changed), "{pointer}");
                }
            }
        }
    }
}

#[test]
fn no_field_can_be_removed() {
    let mut removable = BTreeSet::new();
    for bundle in small_bundles() {
        for document in documents(&bundle) {
            let mut found = Vec::new();
            pointers(bundle.pointer(&document).expect("a document"), &document, &mut found);
            for pointer in found {
                let Some((parent, key)) = pointer.rsplit_once('/') else { continue };
                let mut changed = bundle.clone();
                let Some(Value::Object(map)) = changed.pointer_mut(parent) else { continue };
                map.remove(&key.replace("~1", "/").replace("~0", "~"));
                if passes(&changed) {
                    removable.insert(path_in(&document, &pointer));
                }
            }
        }
    }
    let optional: BTreeSet<String> = OPTIONAL.iter().map(|path| (*path).to_owned()).collect();
    let unexpected: Vec<&String> = removable
        .difference(&optional)
        .filter(|path| !path.starts_with("metadata.annotations."))
        .collect();
    assert_eq!(unexpected, [""; 0], "these fields can be removed");
}

#[test]
fn broken_bundles_never_panic() {
    let mut bundle = to_json(&minimal());
    bundle["sourceMap"].as_array_mut().expect("a list").truncate(2);
    let mut found = Vec::new();
    pointers(&bundle, "", &mut found);
    let new = [json!(null), json!("x"), json!("ä{"), json!(-7), json!([]), json!({ "a": null })];
    let mut read = 0;
    for pointer in &found {
        for new in &new {
            let mut broken = bundle.clone();
            *broken.pointer_mut(pointer).expect("a value") = new.clone();
            let Ok(mut broken) = Bundle::parse(&broken.to_string()) else { continue };
            read += 1;
            drop(broken.check_layer().map_err(|error| error.to_string()));
            drop(verify_bundle(&broken, &RdsCertificates::default()));
            for input in ["image_digest", "account_id", "parent.k8s_openid_provider_url"] {
                broken.fill(input, "größe");
            }
            assert!(!broken.to_text().is_empty());
        }
    }
    assert!(read > 100, "some broken bundles can be read");
}
