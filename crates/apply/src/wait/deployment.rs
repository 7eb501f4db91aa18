//! Judges the status of a Deployment by the rules of kstatus
//! (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>).

use k8s_openapi::api::apps::v1::{Deployment, DeploymentStatus};

use super::cause::Cause;
use super::progress::{Progress, Step, Waiting};

/// Whether the status belongs to the current generation of the Deployment.
pub(super) fn is_observed(deployment: &Deployment) -> bool {
    let observed = deployment.status.as_ref().and_then(|status| status.observed_generation);
    observed.unwrap_or(0) >= deployment.metadata.generation.unwrap_or(0)
}

/// Returns the number of new pods that are ready, and the number of pods that are wanted.
pub(super) fn pods(deployment: &Deployment) -> (u64, u64) {
    let count = |count: Option<i32>| count.and_then(|count| u64::try_from(count).ok());
    let wanted = count(deployment.spec.as_ref().and_then(|spec| spec.replicas)).unwrap_or(1);
    let Some(status) = deployment.status.as_ref().filter(|_| is_observed(deployment)) else {
        return (0, wanted);
    };
    let number = |field: Option<i32>| count(field).unwrap_or(0);
    // The number of ready pods includes old pods.
    let old = number(status.replicas).saturating_sub(number(status.updated_replicas));
    let ready =
        number(status.ready_replicas).min(number(status.available_replicas)).saturating_sub(old);
    (ready.min(number(status.updated_replicas)).min(wanted), wanted)
}

/// Returns the progress of a Deployment.
pub(super) fn progress(deployment: &Deployment) -> Progress {
    if deployment.metadata.deletion_timestamp.is_some() {
        return Progress::Failed(Cause::Deleting);
    }
    let status = deployment.status.as_ref().filter(|_| is_observed(deployment));
    let Some(status) = status else {
        return Progress::Waiting(Waiting::new(Step::Unobserved));
    };
    if let Some(cause) = failure(status) {
        return Progress::Failed(cause);
    }
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let count = |count: Option<i32>| count.unwrap_or(0);
    let (total, updated) = (count(status.replicas), count(status.updated_replicas));
    let ready = count(status.available_replicas).min(count(status.ready_replicas));
    let available =
        condition(status, "Available").is_some_and(|condition| condition.status == "True");
    let step = if total < wanted || updated < wanted {
        Step::Creating { updated, wanted }
    } else if total > updated {
        Step::Terminating { old: total - updated }
    } else if ready < wanted {
        Step::Starting { ready, wanted }
    } else if available || wanted == 0 {
        return Progress::Ready;
    } else {
        Step::Unavailable
    };
    Progress::Waiting(Waiting::new(step))
}

/// Returns the failure that the controller reports.
fn failure(status: &DeploymentStatus) -> Option<Cause> {
    let stuck = condition(status, "Progressing")
        .filter(|condition| condition.reason.as_deref() == Some("ProgressDeadlineExceeded"));
    if let Some(stuck) = stuck {
        return Some(Cause::DeadlineExceeded {
            message: stuck.message.clone().unwrap_or_default(),
        });
    }
    condition(status, "ReplicaFailure").filter(|condition| condition.status == "True").map(
        |rejected| Cause::PodsRejected { message: rejected.message.clone().unwrap_or_default() },
    )
}

fn condition<'a>(
    status: &'a DeploymentStatus,
    kind: &str,
) -> Option<&'a k8s_openapi::api::apps::v1::DeploymentCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == kind)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(deployment: Value, expected: Progress) {
        let deployment: Deployment = serde_json::from_value(deployment).expect("a Deployment");
        assert_eq!(progress(&deployment), expected);
    }

    fn deployment(generation: i64, observed: i64, mut status: Value) -> Value {
        status["observedGeneration"] = observed.into();
        json!({
            "metadata": {"name": "x", "generation": generation},
            "spec": {"replicas": 2, "selector": {}, "template": {}},
            "status": status,
        })
    }

    fn counts(total: i32, updated: i32, ready: i32) -> Value {
        json!({
            "replicas": total,
            "updatedReplicas": updated,
            "availableReplicas": ready,
            "readyReplicas": ready,
        })
    }

    fn waiting(step: Step) -> Progress {
        Progress::Waiting(Waiting::new(step))
    }

    #[test]
    fn status_of_an_old_generation_is_ignored() {
        let mut done = counts(2, 2, 2);
        done["conditions"] = json!([{"type": "Available", "status": "True"}]);
        check(deployment(2, 1, done.clone()), waiting(Step::Unobserved));
        check(deployment(2, 2, done), Progress::Ready);
    }

    #[test]
    fn each_step_of_a_rollout_is_reported() {
        let at = |total, updated, ready| deployment(1, 1, counts(total, updated, ready));
        check(at(1, 1, 0), waiting(Step::Creating { updated: 1, wanted: 2 }));
        check(at(3, 2, 3), waiting(Step::Terminating { old: 1 }));
        check(at(2, 2, 1), waiting(Step::Starting { ready: 1, wanted: 2 }));
        check(at(2, 2, 2), waiting(Step::Unavailable));
        assert_eq!(Step::Terminating { old: 1 }.to_string(), "1 old pod terminating");
    }

    #[test]
    fn old_pods_are_not_counted() {
        let counted = |generation, total, updated, ready| {
            let deployment = deployment(generation, 1, counts(total, updated, ready));
            pods(&serde_json::from_value(deployment).expect("a Deployment"))
        };
        assert_eq!(counted(1, 3, 1, 2), (0, 2), "two old pods are ready");
        assert_eq!(counted(1, 3, 2, 2), (1, 2));
        assert_eq!(counted(1, 2, 2, 2), (2, 2));
        assert_eq!(counted(2, 2, 2, 2), (0, 2), "the status belongs to an old generation");
    }

    #[test]
    fn exceeded_deadline_and_rejected_pods_are_failures() {
        let with = |kind: &str, status: &str, reason: &str| {
            let condition =
                json!({"type": kind, "status": status, "reason": reason, "message": "because"});
            deployment(1, 1, json!({ "conditions": [condition] }))
        };
        let message = || "because".to_owned();
        check(
            with("Progressing", "False", "ProgressDeadlineExceeded"),
            Progress::Failed(Cause::DeadlineExceeded { message: message() }),
        );
        check(
            with("ReplicaFailure", "True", "FailedCreate"),
            Progress::Failed(Cause::PodsRejected { message: message() }),
        );
    }
}
