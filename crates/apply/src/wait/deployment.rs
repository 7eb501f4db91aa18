//! When a Deployment is done, by the rules of kstatus
//! (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>).

use k8s_openapi::api::apps::v1::Deployment;

use super::Progress;

/// Whether the controller has seen the Deployment as it is now.
pub(super) fn is_observed(deployment: &Deployment) -> bool {
    let observed = deployment.status.as_ref().and_then(|status| status.observed_generation);
    observed.unwrap_or(0) >= deployment.metadata.generation.unwrap_or(0)
}

/// How many pods are new and ready, and how many there must be.
pub(super) fn pods(deployment: &Deployment) -> (u64, u64) {
    let count = |count: Option<i32>| count.and_then(|count| u64::try_from(count).ok());
    let wanted = count(deployment.spec.as_ref().and_then(|spec| spec.replicas)).unwrap_or(1);
    let Some(status) = deployment.status.as_ref().filter(|_| is_observed(deployment)) else {
        return (0, wanted);
    };
    let number = |field: Option<i32>| count(field).unwrap_or(0);
    // Ready pods are counted over old and new ones.
    let old = number(status.replicas).saturating_sub(number(status.updated_replicas));
    let ready =
        number(status.ready_replicas).min(number(status.available_replicas)).saturating_sub(old);
    (ready.min(number(status.updated_replicas)).min(wanted), wanted)
}

/// How far a Deployment is.
pub(super) fn progress(deployment: &Deployment) -> Progress {
    let waiting = |reason: String| Progress::Waiting(reason);
    if deployment.metadata.deletion_timestamp.is_some() {
        return Progress::Failed("the Deployment is being deleted".to_owned());
    }
    let Some(status) = &deployment.status else {
        return waiting("not seen by the controller yet".to_owned());
    };
    if !is_observed(deployment) {
        return waiting("not seen by the controller yet".to_owned());
    }
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let condition = |kind: &str| conditions.iter().find(|condition| condition.type_ == kind);
    if let Some(stuck) = condition("Progressing")
        .filter(|condition| condition.reason.as_deref() == Some("ProgressDeadlineExceeded"))
    {
        let message = stuck.message.as_deref().unwrap_or("no progress in time");
        return Progress::Failed(format!("no progress within the deadline: {message}"));
    }
    if let Some(failure) =
        condition("ReplicaFailure").filter(|condition| condition.status == "True")
    {
        let message = failure.message.as_deref().unwrap_or("pods cannot be created");
        return Progress::Failed(format!("pods cannot be created: {message}"));
    }
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let count = |count: Option<i32>| count.unwrap_or(0);
    let (total, updated) = (count(status.replicas), count(status.updated_replicas));
    let (available, ready) = (count(status.available_replicas), count(status.ready_replicas));
    if total < wanted || updated < wanted {
        return waiting(format!("{updated} of {wanted} pods are new"));
    }
    if total > updated {
        return waiting(format!("{} old pods are ending", total - updated));
    }
    if available < wanted || ready < wanted {
        return waiting(format!("{} of {wanted} pods are ready", ready.min(available)));
    }
    match condition("Available").map(|condition| condition.status.as_str()) {
        Some("True") => Progress::Ready,
        _ if wanted == 0 => Progress::Ready,
        _ => waiting("not available yet".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: serde_json::Value, expected: Progress) {
        let deployment: Deployment = serde_json::from_value(json).expect("a Deployment");
        assert_eq!(progress(&deployment), expected);
    }

    fn deployment(generation: i64, observed: i64, status: serde_json::Value) -> serde_json::Value {
        let mut status = status;
        status["observedGeneration"] = observed.into();
        serde_json::json!({
            "metadata": {"name": "x", "generation": generation},
            "spec": {"replicas": 2, "selector": {}, "template": {}},
            "status": status,
        })
    }

    #[test]
    fn an_old_status_says_nothing() {
        let done = serde_json::json!({"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2,
            "conditions": [{"type": "Available", "status": "True"}]});
        check(
            deployment(2, 1, done.clone()),
            Progress::Waiting("not seen by the controller yet".to_owned()),
        );
        check(deployment(2, 2, done), Progress::Ready);
    }

    #[test]
    fn each_step_of_a_rollout_is_told() {
        let at = |total: i32, updated: i32, ready: i32| serde_json::json!({"replicas": total, "updatedReplicas": updated, "availableReplicas": ready, "readyReplicas": ready});
        let waiting = |reason: &str| Progress::Waiting(reason.to_owned());
        check(deployment(1, 1, at(1, 1, 0)), waiting("1 of 2 pods are new"));
        check(deployment(1, 1, at(3, 2, 3)), waiting("1 old pods are ending"));
        check(deployment(1, 1, at(2, 2, 1)), waiting("1 of 2 pods are ready"));
        check(deployment(1, 1, at(2, 2, 2)), waiting("not available yet"));
    }

    #[test]
    fn old_pods_are_not_counted() {
        let counted = |generation, total: i32, updated: i32, ready: i32| {
            let status = serde_json::json!({"replicas": total, "updatedReplicas": updated, "availableReplicas": ready, "readyReplicas": ready});
            pods(&serde_json::from_value(deployment(generation, 1, status)).expect("a Deployment"))
        };
        assert_eq!(counted(1, 3, 1, 2), (0, 2), "two old ones are ready");
        assert_eq!(counted(1, 3, 2, 2), (1, 2));
        assert_eq!(counted(1, 2, 2, 2), (2, 2));
        assert_eq!(counted(2, 2, 2, 2), (0, 2), "the status is of an earlier generation");
    }

    #[test]
    fn a_passed_deadline_and_refused_pods_are_failures() {
        let with = |kind: &str, status: &str, reason: &str| serde_json::json!({"conditions": [{"type": kind, "status": status, "reason": reason, "message": "because"}]});
        let deadline = with("Progressing", "False", "ProgressDeadlineExceeded");
        check(
            deployment(1, 1, deadline),
            Progress::Failed("no progress within the deadline: because".to_owned()),
        );
        let refused = with("ReplicaFailure", "True", "FailedCreate");
        check(
            deployment(1, 1, refused),
            Progress::Failed("pods cannot be created: because".to_owned()),
        );
    }
}
