//! The owners of objects and fields: other tools, and other field managers.
//!
//! The functions are pure. They read annotations, labels and the conflicts of the API server.

use kube::core::Status;
use optakit_core::visible::visible_line;
use serde_json::Value;

use crate::hint;

/// The field manager of Optakit.
pub(crate) const MANAGER: &str = "optakit";
/// The field manager of a number of pods that an autoscaler may change.
pub(crate) const BOOTSTRAP_MANAGER: &str = "optakit-bootstrap";
/// The field manager of the annotation that restarts pods.
pub(crate) const RESTART_MANAGER: &str = "optakit-restart";
/// The field manager of the autoscaler of Kubernetes.
pub(crate) const AUTOSCALER: &str = "kube-controller-manager";
/// The number of pods, as conflicts name it.
const REPLICAS: &str = ".spec.replicas";

/// The annotations and labels of other tools: JSON pointer, tool, whether a takeover is possible.
const MARKS: &[(&str, &str, bool)] = &[
    ("/metadata/annotations/meta.helm.sh~1release-name", "the Helm release", HELM),
    ("/metadata/annotations/argocd.argoproj.io~1tracking-id", "the Argo CD application", OTHER),
    ("/metadata/labels/argocd.argoproj.io~1instance", "the Argo CD application", OTHER),
    ("/metadata/labels/kustomize.toolkit.fluxcd.io~1name", "the Flux Kustomization", OTHER),
    ("/metadata/labels/helm.toolkit.fluxcd.io~1name", "the Flux HelmRelease", OTHER),
    ("/metadata/labels/kapp.k14s.io~1app", "the kapp app", OTHER),
    ("/metadata/labels/kluctl.io~1discriminator", "the kluctl deployment", OTHER),
    ("/metadata/labels/instance.timoni.sh~1name", "the Timoni instance", OTHER),
];

const HELM: bool = true;
const OTHER: bool = false;

/// Returns the tool that manages an object, with help for the user. Optakit itself is not returned.
pub(crate) fn of(live: &Value) -> Option<(String, String)> {
    MARKS.iter().find_map(|(pointer, tool, is_helm)| {
        let name = live.pointer(pointer)?.as_str()?;
        let advice = if *is_helm {
            format!("run `{}`; it does not restart pods", hint::optakit("takeover", ""))
        } else {
            "remove the object from that tool, then apply again".to_owned()
        };
        Some((format!("{tool} `{}`", visible_line(name)), advice))
    })
}

/// Whether a field manager is Optakit itself.
pub(crate) fn is_own(manager: &str) -> bool {
    [MANAGER, BOOTSTRAP_MANAGER, RESTART_MANAGER].contains(&manager)
}

/// Whether a field manager is an interactive tool.
pub(crate) fn is_interactive(manager: &str) -> bool {
    const TOOLS: &[&str] =
        &["kubectl", "k9s", "rancher", "Mozilla", "lens", "Lens", "OpenLens", "headlamp"];
    TOOLS.contains(&manager)
        || manager.starts_with("kubectl-")
        // `kubectl edit` and `kubectl set` use names like `kubectl-edit`.
        || manager.starts_with("kubectl ")
}

/// Returns the field managers and fields of a conflict.
fn conflicts(status: &Status) -> Vec<(String, String)> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let conflict = |cause: &kube::core::response::StatusCause| {
        let (_, rest) = cause.message.split_once('"')?;
        let (manager, _) = rest.split_once('"')?;
        Some((manager.to_owned(), cause.field.clone()))
    };
    causes.filter_map(conflict).collect()
}

/// The fields that may be taken over from other field managers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Force {
    /// Take over all fields.
    pub(crate) all: bool,
    /// Take over these fields, such as `.spec.replicas`.
    pub(crate) fields: Vec<String>,
}

/// Whether a rejection is a conflict about fields that may be taken over: fields of Optakit's other
/// field managers, fields of interactive tools, and fields in `force`.
///
/// With `replaces_autoscaler`, the number of pods may be taken from the autoscaler.
pub(crate) fn may_take_over(status: &Status, force: &Force, replaces_autoscaler: bool) -> bool {
    let conflicts = conflicts(status);
    let may_take = |(manager, field): &(String, String)| {
        is_own(manager)
            || is_interactive(manager)
            || force.fields.contains(field)
            || (replaces_autoscaler && manager == AUTOSCALER && field == REPLICAS)
    };
    status.code == 409
        && status.reason == "Conflict"
        && !conflicts.is_empty()
        && conflicts.iter().all(may_take)
}

/// Returns the fields of a conflict with the managers that lose them, for messages.
pub(crate) fn conflicting_fields(status: &Status) -> Vec<String> {
    conflicts(status)
        .into_iter()
        .filter(|(manager, _)| !is_own(manager))
        .map(|(manager, field)| format!("{field} (was set by {manager})"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_tools_are_found_by_annotations_and_labels() {
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
        check(json!({"labels": {"meta.helm.sh/release-name": "shop-api"}}), None);
        check(json!({}), None);
    }

    #[test]
    fn every_other_tool_is_named_with_what_to_do() {
        for (place, key, tool) in [
            ("annotations", "meta.helm.sh/release-name", "the Helm release"),
            ("annotations", "argocd.argoproj.io/tracking-id", "the Argo CD application"),
            ("labels", "argocd.argoproj.io/instance", "the Argo CD application"),
            ("labels", "kustomize.toolkit.fluxcd.io/name", "the Flux Kustomization"),
            ("labels", "helm.toolkit.fluxcd.io/name", "the Flux HelmRelease"),
            ("labels", "kapp.k14s.io/app", "the kapp app"),
            ("labels", "kluctl.io/discriminator", "the kluctl deployment"),
            ("labels", "instance.timoni.sh/name", "the Timoni instance"),
        ] {
            let object = json!({"metadata": {place: {key: "shop"}}});
            let (owner, advice) = of(&object).unwrap_or_else(|| panic!("{key} has an owner"));
            assert_eq!(owner, format!("{tool} `shop`"));
            assert_eq!(advice.contains("takeover"), tool == "the Helm release", "{advice}");
        }
    }

    #[test]
    fn own_and_interactive_managers_are_known_by_name() {
        for manager in ["optakit", "optakit-bootstrap", "optakit-restart"] {
            assert!(is_own(manager) && !is_interactive(manager), "{manager}");
        }
        for manager in ["kubectl", "kubectl-edit", "kubectl set", "k9s", "Lens"] {
            assert!(is_interactive(manager) && !is_own(manager), "{manager}");
        }
        for manager in ["helm", "kubectlx", "kube-controller-manager", "optakit2", ""] {
            assert!(!is_interactive(manager) && !is_own(manager), "{manager}");
        }
    }

    #[test]
    fn only_conflicts_are_taken_over() {
        let status = |code: u16, reason: &str, field: &str| -> Status {
            serde_json::from_value(json!({
                "status": "Failure", "code": code, "reason": reason, "message": "x",
                "details": {"causes": [{
                    "reason": "FieldManagerConflict",
                    "message": "conflict with \"kubectl\" using apps/v1",
                    "field": field,
                }]},
            }))
            .expect("a status")
        };
        let none = Force::default();
        assert!(may_take_over(&status(409, "Conflict", ".spec.replicas"), &none, false));
        assert!(!may_take_over(&status(409, "AlreadyExists", ".spec.replicas"), &none, false));
        assert!(!may_take_over(&status(422, "Conflict", ".spec.replicas"), &none, false));
        let autoscaler = |field: &str| -> Status {
            let text = serde_json::to_string(&status(409, "Conflict", field)).expect("JSON");
            serde_json::from_str(&text.replace("kubectl", AUTOSCALER)).expect("a status")
        };
        assert!(may_take_over(&autoscaler(".spec.replicas"), &none, true));
        assert!(!may_take_over(&autoscaler(".spec.replicas"), &none, false));
        assert!(!may_take_over(&autoscaler(".spec.template"), &none, true));
    }

    #[test]
    fn only_fields_of_interactive_tools_are_taken_over() {
        let status = |managers: &[&str]| -> Status {
            let cause = |manager: &&str| {
                let message = format!("conflict with \"{manager}\" using apps/v1");
                json!({
                    "reason": "FieldManagerConflict",
                    "message": message,
                    "field": ".spec.replicas",
                })
            };
            let causes: Vec<Value> = managers.iter().map(cause).collect();
            serde_json::from_value(json!({
                "status": "Failure",
                "code": 409,
                "reason": "Conflict",
                "message": "x",
                "details": {"causes": causes},
            }))
            .expect("a status")
        };
        let check = |managers: &[&str], force: &Force, expected: bool| {
            assert_eq!(may_take_over(&status(managers), force, false), expected, "{managers:?}");
        };
        let none = Force::default();
        check(&["kubectl-edit", "kubectl"], &none, true);
        check(&["optakit-bootstrap", "optakit-restart", "k9s"], &none, true);
        check(&["kubectl", "argocd-controller"], &none, false);
        check(&[AUTOSCALER], &none, false);
        check(&[], &none, false);
        let named = |field: &str| Force { all: false, fields: vec![field.to_owned()] };
        check(&["argocd-controller"], &named(".spec.replicas"), true);
        check(&["argocd-controller"], &named(".spec.template"), false);
        assert!(may_take_over(&status(&[AUTOSCALER, BOOTSTRAP_MANAGER]), &none, true));
        assert!(!may_take_over(&status(&["argo-rollouts"]), &none, true));
        let taken = conflicting_fields(&status(&["k9s", BOOTSTRAP_MANAGER]));
        assert_eq!(taken, [".spec.replicas (was set by k9s)"]);
    }
}
