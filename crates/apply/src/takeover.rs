//! From Helm to Optakit: whose fields become ours, and whether a pod would notice. Pure, but for
//! the names of Helm's things.
//!
//! Helm's fields are those of its field manager; Opta ran Helm inside Terraform, where the manager
//! is named after the provider's binary. Renamed in `managedFields`, they are ours as if we had
//! applied them: the next apply drops what our manifest does not name, Helm's marks among it.

use serde_json::{Value, json};
use similar::TextDiff;

use crate::live::MANAGER;

/// A Helm release, by the marks that it leaves on objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release {
    pub(crate) name: String,
    pub(crate) namespace: String,
}

/// The release that a live object belongs to.
pub(crate) fn release_of(live: &Value) -> Option<Release> {
    let mark = |key: &str| {
        live.pointer(&format!("/metadata/annotations/meta.helm.sh~1{key}")).and_then(Value::as_str)
    };
    let name = mark("release-name")?.to_owned();
    Some(Release { name, namespace: mark("release-namespace").unwrap_or("default").to_owned() })
}

/// Whether a field manager is Helm.
fn is_helm(manager: &str) -> bool {
    manager == "helm" || manager == "Helm" || manager.starts_with("terraform-provider-helm")
}

/// The managed fields of an object with Helm's as ours; none when Helm has none there.
///
/// `spec.replicas` of a Deployment is left out: our manifest does not name it beside an autoscaler,
/// and what a manager stops naming is reset.
pub(crate) fn ours(live: &Value) -> Option<Value> {
    let fields = live.pointer("/metadata/managedFields")?.as_array()?;
    let is_spec = |field: &&Value| field["subresource"].as_str().unwrap_or_default().is_empty();
    let (taken, kept): (Vec<&Value>, Vec<&Value>) = fields.iter().partition(|field| {
        let manager = field["manager"].as_str().unwrap_or_default();
        is_spec(field)
            && (is_helm(manager) || (manager == MANAGER && field["operation"] == "Apply"))
    });
    if !taken.iter().any(|field| field["manager"] != MANAGER) {
        return None;
    }
    let mut union = json!({});
    for field in &taken {
        merge(&mut union, &field["fieldsV1"]);
    }
    if live["kind"] == "Deployment"
        && let Some(spec) = union.get_mut("f:spec").and_then(Value::as_object_mut)
    {
        spec.remove("f:replicas");
    }
    let mut all: Vec<Value> = kept.into_iter().cloned().collect();
    all.push(json!({
        "manager": MANAGER,
        "operation": "Apply",
        "apiVersion": live["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": union,
        "time": taken[0]["time"],
    }));
    Some(Value::Array(all))
}

fn merge(into: &mut Value, from: &Value) {
    let (Value::Object(into), Value::Object(from)) = (into, from) else { return };
    for (key, value) in from {
        merge(into.entry(key.clone()).or_insert_with(|| json!({})), value);
    }
}

/// How the pods of a Deployment would differ, as a diff; none when nothing of them does.
///
/// `wanted` is what the API server makes of our manifest in a dry run under another name, with
/// every default filled in.
pub(crate) fn pod_difference(live: &Value, wanted: &Value) -> Option<String> {
    let part = |object: &Value| json!({ "selector": object["spec"]["selector"], "template": without_empty(&object["spec"]["template"]) });
    let (live, wanted) = (part(live), part(wanted));
    if live == wanted {
        return None;
    }
    let text =
        |value: &Value| serde_json::to_string_pretty(&sorted(value)).unwrap_or_default() + "\n";
    Some(
        TextDiff::from_lines(&text(&live), &text(&wanted))
            .unified_diff()
            .context_radius(2)
            .to_string(),
    )
}

/// Without `creationTimestamp: null`, which some clients write and some do not.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, value)| !(*key == "creationTimestamp" && value.is_null()))
            .map(|(key, value)| (key.clone(), without_empty(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_empty).collect(),
        other => other.clone(),
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// What Terraform must forget of a module, since it would delete what it still knows.
pub(crate) fn state_rm(module: &str) -> String {
    const RESOURCES: &[&str] = &[
        "helm_release.k8s-service",
        "aws_ecr_repository.repo",
        "aws_ecr_repository_policy.repo_policy",
        "aws_ecr_lifecycle_policy.repo_policy",
        "aws_iam_policy.k8s_service",
        "aws_iam_role.k8s_service",
        "aws_iam_role_policy_attachment.vanilla_role_attachment",
        "aws_iam_role_policy_attachment.extra_policies_attachment",
    ];
    RESOURCES
        .iter()
        .map(|resource| format!("  terraform state rm 'module.{module}.{resource}'\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helms_fields_become_ours_but_for_the_replicas() {
        let live = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "managedFields": [
                {"manager": "terraform-provider-helm_v2.4", "operation": "Update", "apiVersion": "apps/v1", "time": "t",
                 "fieldsV1": {"f:spec": {"f:replicas": {}, "f:template": {"f:a": {}}}}},
                {"manager": "helm", "operation": "Update", "apiVersion": "apps/v1", "time": "u",
                 "fieldsV1": {"f:metadata": {"f:labels": {}}, "f:spec": {"f:template": {"f:b": {}}}}},
                {"manager": "helm", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "fieldsV1": {}},
            ]},
        });
        let fields = ours(&live).expect("Helm has fields there");
        let list = fields.as_array().expect("a list");
        assert_eq!(list.len(), 3);
        let own = &list[2];
        assert_eq!((&own["manager"], &own["operation"]), (&json!("optakit"), &json!("Apply")));
        assert_eq!(
            own["fieldsV1"],
            json!({"f:metadata": {"f:labels": {}}, "f:spec": {"f:template": {"f:a": {}, "f:b": {}}}})
        );
        let again = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"managedFields": fields}});
        assert_eq!(ours(&again), None, "done already");
    }

    #[test]
    fn only_what_pods_notice_is_a_difference() {
        let deployment = |image: &str, label: &str| {
            json!({"metadata": {"labels": {"x": label}}, "spec": {"selector": {"a": "b"}, "template": {
                "metadata": {"creationTimestamp": null}, "spec": {"image": image}}}})
        };
        assert_eq!(pod_difference(&deployment("a", "1"), &deployment("a", "2")), None);
        let difference =
            pod_difference(&deployment("a", "1"), &deployment("b", "1")).expect("there is one");
        assert!(
            difference.contains("-      \"image\": \"a\"\n+      \"image\": \"b\""),
            "{difference}"
        );
    }

    #[test]
    fn releases_are_known_by_their_marks() {
        let live = json!({"metadata": {"annotations": {"meta.helm.sh/release-name": "shop-api", "meta.helm.sh/release-namespace": "default"}}});
        assert_eq!(
            release_of(&live),
            Some(Release { name: "shop-api".into(), namespace: "default".into() })
        );
        assert_eq!(release_of(&json!({"metadata": {}})), None);
    }
}
