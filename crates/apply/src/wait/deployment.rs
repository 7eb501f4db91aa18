//! Judges the status of a Deployment by the rules of kstatus
//! (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>).

use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, DeploymentStatus};

use super::cause::{Cause, Rejection};
use super::paused::Paused;
use super::progress::{Progress, Step, Waiting};

/// A Deployment as it was when it was written, or when the wait began.
///
/// The answer to a write contains the status at the time of the write. A condition that is still
/// equal to that status says nothing about the new revision. When an earlier ReplicaSet is used
/// again, the Deployment keeps the condition of the revision that failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    generation: i64,
    conditions: Vec<DeploymentCondition>,
}

impl Baseline {
    /// Returns the baseline of a Deployment.
    pub(crate) fn of(deployment: &Deployment) -> Self {
        let conditions = deployment.status.as_ref().and_then(|status| status.conditions.clone());
        Self {
            generation: deployment.metadata.generation.unwrap_or(0),
            conditions: conditions.unwrap_or_default(),
        }
    }

    /// Whether the status belongs to the current generation of the Deployment.
    pub(super) fn is_observed(&self, deployment: &Deployment) -> bool {
        let observed = deployment.status.as_ref().and_then(|status| status.observed_generation);
        let generation = deployment.metadata.generation.unwrap_or(0).max(self.generation);
        observed.unwrap_or(0) >= generation
    }

    /// Returns a condition that changed since the baseline.
    fn new_condition<'a>(
        &self,
        status: &'a DeploymentStatus,
        kind: &str,
    ) -> Option<&'a DeploymentCondition> {
        condition(status, kind).filter(|condition| !self.conditions.contains(condition))
    }
}

/// Counts the pods of a Deployment.
pub(super) fn pods(deployment: &Deployment, baseline: &Baseline) -> PodCounts {
    let count = |count: Option<i32>| count.and_then(|count| u64::try_from(count).ok());
    let wanted = count(deployment.spec.as_ref().and_then(|spec| spec.replicas)).unwrap_or(1);
    let observed = deployment.status.as_ref().filter(|_| baseline.is_observed(deployment));
    let Some(status) = observed else { return PodCounts { ready: 0, wanted, old: 0 } };
    let number = |field: Option<i32>| count(field).unwrap_or(0);
    // The number of ready pods includes old pods.
    let old = old_pods(status);
    let ready =
        number(status.ready_replicas).min(number(status.available_replicas)).saturating_sub(old);
    PodCounts { ready: ready.min(number(status.updated_replicas)).min(wanted), wanted, old }
}

/// The pods of a Deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PodCounts {
    /// The number of ready pods of the newest revision.
    pub(crate) ready: u64,
    pub(crate) wanted: u64,
    /// The number of pods of older revisions.
    pub(crate) old: u64,
}

/// Counts the pods of a Deployment that no run is waiting for.
pub(crate) fn pod_counts(deployment: &Deployment) -> PodCounts {
    let old = deployment.status.as_ref().map_or(0, old_pods);
    PodCounts { old, ..pods(deployment, &Baseline::default()) }
}

/// Returns the number of pods of older revisions.
fn old_pods(status: &DeploymentStatus) -> u64 {
    let number = |field: Option<i32>| u64::try_from(field.unwrap_or(0)).unwrap_or(0);
    number(status.replicas).saturating_sub(number(status.updated_replicas))
}

/// Returns the progress of a Deployment.
pub(super) fn progress(deployment: &Deployment, baseline: &Baseline) -> Progress {
    if deployment.metadata.deletion_timestamp.is_some() {
        return Progress::Failed(Cause::Deleting);
    }
    let status = deployment.status.as_ref();
    let problem = status.and_then(|status| problem(deployment, status, baseline));
    let Some(status) = status.filter(|_| baseline.is_observed(deployment)) else {
        return match Paused::of(deployment) {
            Some(paused) => Progress::Failed(Cause::Paused(paused)),
            None => Progress::Waiting(Waiting { step: Step::Unobserved, problem }),
        };
    };
    let Some(step) = step(deployment, status) else { return Progress::Ready };
    match Paused::of(deployment) {
        Some(paused) => Progress::Failed(Cause::Paused(paused)),
        None => Progress::Waiting(Waiting { step, problem }),
    }
}

/// Returns the step of an observed rollout. `None` if it is complete.
fn step(deployment: &Deployment, status: &DeploymentStatus) -> Option<Step> {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let count = |count: Option<i32>| count.unwrap_or(0);
    let (total, updated) = (count(status.replicas), count(status.updated_replicas));
    let ready = count(status.available_replicas).min(count(status.ready_replicas));
    let available =
        condition(status, "Available").is_some_and(|condition| condition.status == "True");
    if total < wanted || updated < wanted {
        Some(Step::Creating { updated, wanted })
    } else if total > updated {
        Some(Step::Terminating { old: total - updated })
    } else if ready < wanted {
        Some(Step::Starting { ready, wanted })
    } else if available || wanted == 0 {
        None
    } else {
        Some(Step::Unavailable)
    }
}

/// Returns the problem that the controller reports about the new revision.
fn problem(
    deployment: &Deployment,
    status: &DeploymentStatus,
    baseline: &Baseline,
) -> Option<Cause> {
    let condition = baseline
        .new_condition(status, "Progressing")
        .filter(|condition| condition.status == "False")?;
    let message = condition.message.clone().unwrap_or_default();
    match condition.reason.as_deref() {
        Some("ProgressDeadlineExceeded") if baseline.is_observed(deployment) => {
            let seconds = deployment.spec.as_ref().and_then(|spec| spec.progress_deadline_seconds);
            let seconds = seconds.unwrap_or(0);
            Some(Cause::DeadlineExceeded { seconds, message, problem: None })
        }
        // The controller does not update the observed generation before it has a ReplicaSet.
        Some("ReplicaSetCreateError") => {
            Some(Cause::PodsRejected { rejection: Rejection::read(&message), message })
        }
        _ => None,
    }
}

fn condition<'a>(status: &'a DeploymentStatus, kind: &str) -> Option<&'a DeploymentCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == kind)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(deployment: Value, expected: Progress) {
        check_since(&Baseline::default(), deployment, expected);
    }

    fn check_since(baseline: &Baseline, deployment: Value, expected: Progress) {
        assert_eq!(progress(&parse(deployment), baseline), expected);
    }

    fn parse(deployment: Value) -> Deployment {
        serde_json::from_value(deployment).expect("a Deployment")
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
            let PodCounts { ready, wanted, old } = pods(&parse(deployment), &Baseline::default());
            (ready, wanted, old)
        };
        assert_eq!(counted(1, 3, 1, 2), (0, 2, 2), "two old pods are ready");
        assert_eq!(counted(1, 3, 2, 2), (1, 2, 1));
        assert_eq!(counted(1, 2, 2, 2), (2, 2, 0));
        assert_eq!(counted(2, 2, 2, 2), (0, 2, 0), "the status belongs to an old generation");
    }

    fn stuck(generation: i64, reason: &str, time: &str) -> Value {
        let conditions = json!([{
            "type": "Progressing", "status": "False", "reason": reason, "message": "because",
            "lastUpdateTime": time, "lastTransitionTime": time,
        }]);
        let mut stuck = deployment(generation, generation, json!({ "conditions": conditions }));
        stuck["spec"]["progressDeadlineSeconds"] = 240.into();
        stuck
    }

    fn creating(problem: Option<Cause>) -> Progress {
        Progress::Waiting(Waiting { step: Step::Creating { updated: 0, wanted: 2 }, problem })
    }

    #[test]
    fn condition_counts_only_after_it_changed() {
        let reason = "ProgressDeadlineExceeded";
        let old = stuck(3, reason, "2026-01-01T00:00:00Z");
        let new = stuck(3, reason, "2026-01-01T00:05:00Z");
        let since = Baseline::of(&parse(old.clone()));
        let message = "because".to_owned();
        let exceeded = Cause::DeadlineExceeded { seconds: 240, message, problem: None };
        check_since(&since, old.clone(), creating(None));
        check_since(&since, new, creating(Some(exceeded.clone())));
        check(old, creating(Some(exceeded)));
    }

    #[test]
    fn status_of_a_generation_before_the_write_is_ignored() {
        let since = Baseline { generation: 4, ..Baseline::default() };
        let reason = "ProgressDeadlineExceeded";
        let behind = stuck(3, reason, "2026-01-01T00:00:00Z");
        check_since(&since, behind, waiting(Step::Unobserved));
    }

    #[test]
    fn replica_set_that_cannot_be_created_is_a_problem() {
        let message = "because".to_owned();
        check(
            stuck(1, "ReplicaSetCreateError", "2026-01-01T00:00:00Z"),
            creating(Some(Cause::PodsRejected { rejection: Rejection::Temporary, message })),
        );
    }

    #[test]
    fn paused_deployment_fails_unless_it_is_complete() {
        let mut paused = deployment(1, 1, counts(2, 0, 2));
        paused["spec"]["paused"] = true.into();
        let failed = Paused::of(&parse(paused.clone())).expect("the Deployment is paused");
        check(paused.clone(), Progress::Failed(Cause::Paused(failed)));
        let mut done = counts(2, 2, 2);
        done["conditions"] = json!([{"type": "Available", "status": "True"}]);
        done["observedGeneration"] = 1.into();
        paused["status"] = done;
        check(paused, Progress::Ready);
    }
}
