//! The takeover of objects from Helm: which fields change their manager, and whether pods change.
//!
//! The fields of Helm have its field manager. Opta ran Helm inside Terraform, where the manager has
//! the name of the provider's binary. This module renames the manager in `managedFields` to
//! Optakit. The next apply then removes the fields that the manifest does not contain, for example
//! the annotations of Helm.

use optakit_core::kind::Kind;
use serde_json::{Value, json};
use similar::TextDiff;

use super::records::Release;
use crate::owner::MANAGER;

/// The number of equal lines around each change of a diff.
const DIFF_CONTEXT: usize = 2;

/// The start of the names of Helm's annotations.
pub(super) const ANNOTATIONS: &str = "meta.helm.sh/";

/// Returns the release that a live object belongs to.
pub(super) fn release_of(live: &Value) -> Option<Release> {
    let annotation = |key: &str| {
        live.pointer(&format!("/metadata/annotations/meta.helm.sh~1{key}")).and_then(Value::as_str)
    };
    let name = annotation("release-name")?.to_owned();
    Some(Release {
        name,
        namespace: annotation("release-namespace").unwrap_or("default").to_owned(),
    })
}

/// Whether a field manager is Helm.
fn is_helm(manager: &str) -> bool {
    manager == "helm" || manager == "Helm" || manager.starts_with("terraform-provider-helm")
}

/// Returns `managedFields` of an object with Optakit instead of Helm as the manager.
///
/// Returns `None` if Helm manages no field. Leaves out `spec.replicas` of a Deployment: with an
/// autoscaler the manifest does not contain it, and the next apply would reset it.
pub(super) fn reassign_fields(live: &Value) -> Option<Value> {
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
    let mut merged = json!({});
    for field in &taken {
        merge(&mut merged, &field["fieldsV1"]);
    }
    if Kind::ALL.iter().any(|kind| kind.is_awaited() && live["kind"] == kind.name())
        && let Some(spec) = merged.get_mut("f:spec").and_then(Value::as_object_mut)
    {
        spec.remove("f:replicas");
    }
    let mut reassigned: Vec<Value> = kept.into_iter().cloned().collect();
    reassigned.push(json!({
        "manager": MANAGER,
        "operation": "Apply",
        "apiVersion": live["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": merged,
        "time": taken[0]["time"],
    }));
    Some(Value::Array(reassigned))
}

/// Adds the fields of `from` to `into`.
fn merge(into: &mut Value, from: &Value) {
    let (Value::Object(into), Value::Object(from)) = (into, from) else { return };
    for (key, value) in from {
        merge(into.entry(key.clone()).or_insert_with(|| json!({})), value);
    }
}

/// Returns a diff of the live pods of a Deployment and the wanted ones, if they differ.
///
/// `wanted` is the result of a dry run of the manifest under another name, with all defaults.
pub(super) fn pod_difference(live: &Value, wanted: &Value) -> Option<String> {
    let part = |object: &Value| {
        let spec = &object["spec"];
        let mut part = json!({
            "selector": spec["selector"],
            "template": without_null_timestamps(&spec["template"]),
        });
        part.sort_all_objects();
        part
    };
    let (live, wanted) = (part(live), part(wanted));
    if live == wanted {
        return None;
    }
    let (live, wanted) = (format!("{live:#}\n"), format!("{wanted:#}\n"));
    let diff = TextDiff::from_lines(&live, &wanted);
    Some(diff.unified_diff().context_radius(DIFF_CONTEXT).to_string())
}

/// Removes `creationTimestamp: null`, which only some clients write.
fn without_null_timestamps(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, value)| !(*key == "creationTimestamp" && value.is_null()))
            .map(|(key, value)| (key.clone(), without_null_timestamps(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_null_timestamps).collect(),
        other => other.clone(),
    }
}

/// Returns the commands that remove a module from the state of Terraform. Terraform would delete
/// the objects otherwise.
/// `has_repository` is whether Opta created an ECR repository for the module.
pub(super) fn state_rm(module: &str, has_repository: bool) -> String {
    const REPOSITORY: &[&str] = &[
        "aws_ecr_repository.repo",
        "aws_ecr_repository_policy.repo_policy",
        "aws_ecr_lifecycle_policy.repo_policy",
    ];
    const OTHERS: &[&str] = &[
        "helm_release.k8s-service",
        "aws_iam_policy.k8s_service",
        "aws_iam_role.k8s_service",
        "aws_iam_role_policy_attachment.vanilla_role_attachment",
        "aws_iam_role_policy_attachment.extra_policies_attachment",
    ];
    let repository = REPOSITORY.iter().filter(|_| has_repository);
    OTHERS
        .iter()
        .chain(repository)
        .map(|resource| format!("  terraform state rm 'module.{module}.{resource}'\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_helm_change_their_manager_except_replicas() {
        let live = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "managedFields": [
                {
                    "manager": "terraform-provider-helm_v2.4", "operation": "Update",
                    "apiVersion": "apps/v1", "time": "t",
                    "fieldsV1": {"f:spec": {"f:replicas": {}, "f:template": {"f:a": {}}}},
                },
                {
                    "manager": "helm", "operation": "Update",
                    "apiVersion": "apps/v1", "time": "u",
                    "fieldsV1": {
                        "f:metadata": {"f:labels": {}},
                        "f:spec": {"f:template": {"f:b": {}}},
                    },
                },
                {
                    "manager": "helm", "operation": "Update", "subresource": "status",
                    "fieldsV1": {"f:status": {}},
                },
                {
                    "manager": "kube-controller-manager", "operation": "Update",
                    "subresource": "status", "fieldsV1": {},
                },
            ]},
        });
        let fields = reassign_fields(&live).expect("Helm manages fields");
        let list = fields.as_array().expect("a list");
        assert_eq!(list.len(), 3);
        let optakit = &list[2];
        assert_eq!(optakit["manager"], "optakit");
        assert_eq!(optakit["operation"], "Apply");
        assert_eq!(
            optakit["fieldsV1"],
            json!({
                "f:metadata": {"f:labels": {}},
                "f:spec": {"f:template": {"f:a": {}, "f:b": {}}},
            })
        );
        let mut taken_over = live;
        taken_over["metadata"]["managedFields"] = fields;
        assert_eq!(reassign_fields(&taken_over), None);
    }

    #[test]
    fn only_changes_of_pods_are_a_difference() {
        let deployment = |image: &str, label: &str| {
            let template = json!({
                "metadata": {"creationTimestamp": null},
                "spec": {"image": image},
            });
            json!({
                "metadata": {"labels": {"x": label}},
                "spec": {"selector": {"a": "b"}, "template": template},
            })
        };
        assert_eq!(pod_difference(&deployment("a", "1"), &deployment("a", "2")), None);
        let difference =
            pod_difference(&deployment("a", "1"), &deployment("b", "1")).expect("a difference");
        assert!(
            difference.contains("-      \"image\": \"a\"\n+      \"image\": \"b\""),
            "{difference}"
        );
    }

    #[test]
    fn release_is_read_from_the_annotations() {
        let live = json!({"metadata": {"annotations": {
            "meta.helm.sh/release-name": "shop-api",
            "meta.helm.sh/release-namespace": "default",
        }}});
        assert_eq!(
            release_of(&live),
            Some(Release { name: "shop-api".into(), namespace: "default".into() })
        );
        assert_eq!(release_of(&json!({"metadata": {}})), None);
    }
}
