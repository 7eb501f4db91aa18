//! Documented limits of AWS for what the renderer writes.

use optakit_core::api::{AwsDocument, Kind, Manifest};
use serde_json::Value;

/// Returns what AWS would reject.
pub(crate) fn violations(documents: &[AwsDocument], manifests: &[Manifest]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for document in documents {
        let json: Value = serde_json::from_str(&document.json).expect("it is JSON");
        match json.get("trust") {
            Some(_) => role(&json, &mut found),
            None => repository(&json, &mut found),
        }
    }
    for manifest in manifests.iter().filter(|manifest| manifest.kind == Kind::Ingress) {
        let ingress = manifest.to_value();
        if ingress.pointer("/spec/ingressClassName") == Some(&Value::from("alb")) {
            load_balancer(&ingress, &mut found);
        }
    }
    found
}

fn text<'a>(json: &'a Value, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn role(role: &Value, found: &mut Vec<String>) {
    let name = text(role, "/name");
    let is_name = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
        found.push(format!("AWS: the role name `{name}`"));
    }
    let policy = role.pointer("/policy/document").map(Value::to_string).unwrap_or_default();
    if policy.len() > 6144 {
        found.push("AWS: the policy is longer than 6144 characters".to_owned());
    }
    let attached = role.pointer("/attachedPolicies").and_then(Value::as_array);
    for policy in attached.into_iter().flatten().filter_map(Value::as_str) {
        if !policy.starts_with("arn:aws") || policy.ends_with('/') || policy.contains('*') {
            found.push(format!("AWS: the policy `{policy}`"));
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>
fn repository(repository: &Value, found: &mut Vec<String>) {
    let name = text(repository, "/name");
    let pattern = "^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$";
    let pattern = regex_lite::Regex::new(pattern).expect("it is a pattern");
    if !(2..=256).contains(&name.len()) || !pattern.is_match(name) {
        found.push(format!("AWS: the repository name `{name}`"));
    }
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html>
fn load_balancer(ingress: &Value, found: &mut Vec<String>) {
    let group = text(ingress, "/metadata/annotations/alb.ingress.kubernetes.io~1group.name");
    let is_group = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    if group.len() > 63 || !group.chars().all(is_group) {
        found.push(format!("AWS: the group name `{group}`"));
    }
    for rule in ingress.pointer("/spec/rules").and_then(Value::as_array).into_iter().flatten() {
        let host = text(rule, "/host");
        if host.len() > 128 || (!host.is_empty() && !host.contains('.')) {
            found.push(format!("AWS: the host `{host}`"));
        }
        let paths = rule.pointer("/http/paths").and_then(Value::as_array);
        for path in paths.into_iter().flatten().map(|path| text(path, "/path")) {
            let is_path = |c: char| c.is_ascii_alphanumeric() || "_-.$/~\"'@:+&*?".contains(c);
            if path.len() > 128 || !path.chars().all(is_path) {
                found.push(format!("AWS: the path `{path}`"));
            }
        }
    }
}
