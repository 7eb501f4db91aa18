//! The number of pods of a Deployment: what a bundle asks for, and how an apply gets there.
//!
//! The functions are pure. With an autoscaler, the manifest does not contain `spec.replicas`. If
//! Optakit still owns the field, the API server would reset it to 1. So an apply first hands the
//! field over to a second field manager.

use optakit_core::kind::Kind;
use serde_json::Value;

use crate::owner::{self, MANAGER};

const POINTER: &str = "/spec/replicas";

/// The number of pods that a bundle asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A fixed number of pods.
    Fixed(i64),
    /// An autoscaler keeps the number between minimum and maximum.
    Automatic { min: i64, max: i64 },
    /// The bundle has neither a number nor an autoscaler.
    Unset,
}

/// What an apply does with the number of pods of a live Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplicaChange {
    pub(crate) scale: Scale,
    /// The live number of pods.
    pub(crate) from: i64,
    /// The number of pods after the apply.
    pub(crate) to: i64,
    /// Whether Optakit starts or stops to own the field.
    pub(crate) moves: bool,
}

/// Returns the scale of a Deployment of a bundle. `objects` are all manifests of the bundle.
pub(crate) fn scale<'a>(
    deployment: &Value,
    name: &str,
    mut objects: impl Iterator<Item = &'a Value>,
) -> Scale {
    if let Some(count) = deployment.pointer(POINTER).and_then(Value::as_i64) {
        return Scale::Fixed(count);
    }
    let number = |object: &Value, key: &str| object["spec"][key].as_i64();
    objects
        .find(|object| scales(object, name))
        .and_then(|autoscaler| {
            let min = number(autoscaler, "minReplicas").unwrap_or(1);
            Some(Scale::Automatic { min, max: number(autoscaler, "maxReplicas")? })
        })
        .unwrap_or(Scale::Unset)
}

/// Whether an object is an autoscaler of the Deployment with this name.
pub(crate) fn scales(object: &Value, deployment: &str) -> bool {
    let target = &object["spec"]["scaleTargetRef"];
    object["kind"] == Kind::HorizontalPodAutoscaler.name()
        && Kind::ALL.iter().any(|kind| kind.is_awaited() && target["kind"] == kind.name())
        && target["name"] == deployment
}

/// Returns what an apply does with the number of pods, if it changes the number or its owner.
pub(crate) fn change(live: &Value, scale: Scale) -> Option<ReplicaChange> {
    let from = count(live)?;
    let is_ours =
        managers(live).any(|(manager, operation)| (manager, operation) == (MANAGER, "Apply"));
    let (to, moves) = match scale {
        Scale::Fixed(wanted) => (wanted, !is_ours),
        // A controller such as Argo Rollouts sets the number. Both would fight about it.
        Scale::Automatic { .. } if controller(live).is_some() => (from, is_ours),
        Scale::Automatic { min, .. } => (from.max(min), is_ours),
        Scale::Unset => (from, is_ours),
    };
    (to != from || moves).then_some(ReplicaChange { scale, from, to, moves })
}

/// Returns the number of pods to which an apply raises a live Deployment, if it has fewer.
pub(crate) fn raised(live: &Value, scale: Scale) -> Option<i64> {
    change(live, scale).filter(|change| change.to > change.from).map(|change| change.to)
}

/// Returns the start of a new autoscaler of a Deployment whose number of pods does not change.
pub(crate) fn start(live: &Value, scale: Scale) -> Option<ReplicaChange> {
    let count = count(live)?;
    Some(ReplicaChange { scale, from: count, to: count, moves: false })
}

/// Returns the number of pods that a Deployment asks for.
pub(crate) fn count(deployment: &Value) -> Option<i64> {
    deployment.pointer(POINTER).and_then(Value::as_i64)
}

/// Whether an autoscaler set the number of pods of a Deployment.
pub(crate) fn is_autoscaled(live: &Value) -> bool {
    managers(live).any(|(manager, _)| manager == owner::AUTOSCALER)
}

/// Returns the controller that sets the number of pods, except the autoscaler of Kubernetes.
pub(crate) fn controller(live: &Value) -> Option<&str> {
    managers(live).map(|(manager, _)| manager).find(|manager| {
        *manager != owner::AUTOSCALER && !owner::is_own(manager) && !owner::is_interactive(manager)
    })
}

/// Returns the field managers of the number of pods, with their operations.
fn managers(live: &Value) -> impl Iterator<Item = (&str, &str)> {
    let fields = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    fields.into_iter().flatten().filter_map(|field| {
        field.pointer("/fieldsV1/f:spec/f:replicas")?;
        Some((field["manager"].as_str()?, field["operation"].as_str()?))
    })
}

impl ReplicaChange {
    /// Whether the field must be handed over before an apply whose manifest does not contain it.
    pub(crate) fn must_hand_over(&self) -> bool {
        match self.scale {
            Scale::Fixed(_) => false,
            Scale::Automatic { .. } | Scale::Unset => self.moves,
        }
    }

    /// Returns the change for people: `replicas 3 → autoscaled 3–6, stays at 3`.
    pub(crate) fn text(&self) -> String {
        let Self { scale, from, to, .. } = self;
        match scale {
            Scale::Fixed(_) if from == to => format!("replicas stay at {to}"),
            Scale::Fixed(_) => format!("replicas {from} → {to}"),
            Scale::Unset => format!("replicas {from} → not set, stays at {to}"),
            Scale::Automatic { min, max } => {
                let effect = match from {
                    0 if to > from => format!("starts at {to}"),
                    _ if to > from => format!("rises to {to}"),
                    _ => format!("stays at {to}"),
                };
                format!("replicas {from} → autoscaled {min}–{max}, {effect}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(replicas: i64, managers: &[(&str, &str)]) -> Value {
        let fields: Vec<Value> = managers
            .iter()
            .map(|(manager, operation)| {
                json!({
                    "manager": manager, "operation": operation,
                    "fieldsV1": {"f:spec": {"f:replicas": {}}},
                })
            })
            .collect();
        json!({
            "kind": "Deployment",
            "metadata": {"managedFields": fields},
            "spec": {"replicas": replicas},
        })
    }

    const AUTOMATIC: Scale = Scale::Automatic { min: 3, max: 6 };

    #[track_caller]
    fn check(live: (i64, &[(&str, &str)]), scale: Scale, expected: Option<&str>) {
        let change = change(&deployment(live.0, live.1), scale);
        assert_eq!(change.map(|change| change.text()).as_deref(), expected);
    }

    #[test]
    fn fixed_count_becomes_the_start_of_the_autoscaler() {
        let ours = [(MANAGER, "Apply")];
        check((4, &ours), AUTOMATIC, Some("replicas 4 → autoscaled 3–6, stays at 4"));
        check((2, &ours), AUTOMATIC, Some("replicas 2 → autoscaled 3–6, rises to 3"));
        check((0, &ours), AUTOMATIC, Some("replicas 0 → autoscaled 3–6, starts at 3"));
        check((9, &ours), AUTOMATIC, Some("replicas 9 → autoscaled 3–6, stays at 9"));
    }

    #[test]
    fn autoscaled_count_changes_only_below_the_minimum() {
        for manager in [owner::AUTOSCALER, owner::BOOTSTRAP_MANAGER, "kubectl"] {
            check((4, &[(manager, "Update")]), AUTOMATIC, None);
            let expected = Some("replicas 2 → autoscaled 3–6, rises to 3");
            check((2, &[(manager, "Update")]), AUTOMATIC, expected);
        }
        check((0, &[("argo-rollouts", "Update")]), AUTOMATIC, None);
    }

    #[test]
    fn fixed_count_replaces_every_other_count() {
        check((4, &[(owner::AUTOSCALER, "Update")]), Scale::Fixed(2), Some("replicas 4 → 2"));
        check((2, &[(owner::AUTOSCALER, "Update")]), Scale::Fixed(2), Some("replicas stay at 2"));
        check((2, &[(MANAGER, "Apply"), ("kubectl", "Update")]), Scale::Fixed(2), None);
        check((4, &[(MANAGER, "Apply")]), Scale::Fixed(0), Some("replicas 4 → 0"));
    }

    #[test]
    fn only_a_field_of_optakit_is_handed_over() {
        let must = |manager: &str, scale: Scale| {
            change(&deployment(1, &[(manager, "Apply")]), scale)
                .is_some_and(|change| change.must_hand_over())
        };
        assert!(must(MANAGER, AUTOMATIC));
        assert!(must(MANAGER, Scale::Unset));
        assert!(!must(MANAGER, Scale::Fixed(3)));
        assert!(!must(owner::BOOTSTRAP_MANAGER, AUTOMATIC));
    }

    #[test]
    fn scale_is_read_from_the_deployment_or_its_autoscaler() {
        let autoscaler = |target: &str| {
            json!({"kind": "HorizontalPodAutoscaler", "spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": target},
                "minReplicas": 3, "maxReplicas": 6,
            }})
        };
        let objects = [autoscaler("other"), autoscaler("api")];
        let automatic = json!({"spec": {}});
        assert_eq!(scale(&automatic, "api", objects.iter()), AUTOMATIC);
        assert_eq!(scale(&automatic, "third", objects.iter()), Scale::Unset);
        assert_eq!(scale(&deployment(2, &[]), "api", objects.iter()), Scale::Fixed(2));
    }
}
