//! Whose an object or a field is: pure, from what other tools leave on objects and from the API
//! server's conflicts.

use kube::core::Status;
use serde_json::Value;

/// The marks of other tools: where they stand, and whose they are.
const MARKS: &[(&str, &str, &str)] = &[
    ("/metadata/annotations/meta.helm.sh~1release-name", "the Helm release", HELM),
    ("/metadata/annotations/argocd.argoproj.io~1tracking-id", "the Argo CD application", OTHER),
    ("/metadata/labels/argocd.argoproj.io~1instance", "the Argo CD application", OTHER),
    ("/metadata/labels/kustomize.toolkit.fluxcd.io~1name", "the Flux Kustomization", OTHER),
    ("/metadata/labels/helm.toolkit.fluxcd.io~1name", "the Flux HelmRelease", OTHER),
    ("/metadata/labels/kapp.k14s.io~1app", "the kapp app", OTHER),
    ("/metadata/labels/kluctl.io~1discriminator", "the kluctl deployment", OTHER),
    ("/metadata/labels/instance.timoni.sh~1name", "the Timoni instance", OTHER),
];

const HELM: &str = "`optakit takeover` brings it over without a pod restarting";
const OTHER: &str = "take the object out of that tool first, then apply again";

/// The tool that an object belongs to, by name, with what to do; none when it is nobody's or ours.
pub(crate) fn of(live: &Value) -> Option<(String, &'static str)> {
    MARKS.iter().find_map(|(pointer, tool, advice)| {
        let name = live.pointer(pointer)?.as_str()?;
        Some((format!("{tool} `{name}`"), *advice))
    })
}

/// Managers that stand for a person at a keyboard.
fn is_person(manager: &str) -> bool {
    matches!(manager, "kubectl" | "k9s" | "rancher" | "Mozilla" | "lens" | "Lens" | "OpenLens" | "headlamp")
        || manager.starts_with("kubectl-")
        // `kubectl edit` and `kubectl set` give themselves names like `kubectl-edit`.
        || manager.starts_with("kubectl ")
}

/// The managers and fields of a conflict.
fn conflicts(status: &Status) -> Vec<(String, String)> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let conflict = |cause: &kube::core::response::StatusCause| {
        let (_, rest) = cause.message.split_once('"')?;
        let (manager, _) = rest.split_once('"')?;
        Some((manager.to_owned(), cause.field.clone()))
    };
    causes.filter_map(conflict).collect()
}

/// Which fields that others hold are taken over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Force {
    /// All of them.
    pub(crate) all: bool,
    /// These, as the API server names them in a conflict: `.spec.replicas`.
    pub(crate) fields: Vec<String>,
}

/// Whether an answer is a conflict only about fields that people hold, or that were named.
pub(crate) fn gives_way(status: &Status, force: &Force) -> bool {
    let conflicts = conflicts(status);
    status.code == 409
        && status.reason == "Conflict"
        && !conflicts.is_empty()
        && conflicts
            .iter()
            .all(|(manager, field)| is_person(manager) || force.fields.contains(field))
}

/// The fields of a conflict with who holds them, for people.
pub(crate) fn held(status: &Status) -> Vec<String> {
    conflicts(status)
        .into_iter()
        .map(|(manager, field)| format!("{field} (was set by {manager})"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_tools_are_known_by_their_marks() {
        let check = |metadata: Value, expected: Option<&str>| {
            assert_eq!(
                of(&json!({ "metadata": metadata })).map(|(owner, _)| owner).as_deref(),
                expected
            );
        };
        check(
            json!({"annotations": {"meta.helm.sh/release-name": "shop-api"}}),
            Some("the Helm release `shop-api`"),
        );
        check(
            json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}),
            Some("the Flux Kustomization `apps`"),
        );
        check(
            json!({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment"}}),
            Some("the Argo CD application `shop:apps/Deployment`"),
        );
        check(json!({"labels": {"app.kubernetes.io/managed-by": "optakit"}}), None);
    }

    #[test]
    fn people_give_way_and_tools_do_not() {
        let status = |managers: &[&str]| -> Status {
            let cause = |manager: &&str| json!({"reason": "FieldManagerConflict", "message": format!("conflict with \"{manager}\" using apps/v1"), "field": ".spec.replicas"});
            let causes: Vec<Value> = managers.iter().map(cause).collect();
            serde_json::from_value(
                json!({"status": "Failure", "code": 409, "reason": "Conflict", "message": "x", "details": {"causes": causes}}),
            )
            .expect("a status")
        };
        let none = Force::default();
        assert!(gives_way(&status(&["kubectl-edit", "kubectl"]), &none));
        assert!(!gives_way(&status(&["kubectl", "argocd-controller"]), &none));
        assert!(!gives_way(&status(&[]), &none));
        let named = |field: &str| Force { all: false, fields: vec![field.to_owned()] };
        assert!(gives_way(&status(&["argocd-controller"]), &named(".spec.replicas")));
        assert!(!gives_way(&status(&["argocd-controller"]), &named(".spec.template")));
        assert_eq!(held(&status(&["k9s"])), [".spec.replicas (was set by k9s)"]);
    }
}
