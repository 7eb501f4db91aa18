//! Judges the status of a Deployment or StatefulSet by the rules of kstatus
//! (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>).

use k8s_openapi::api::apps::v1::DeploymentCondition;

use super::cause::{Cause, Rejection};
use super::paused::Paused;
use super::progress::{Progress, Step, Waiting};
use super::workload::{Numbers, Workload};

/// A workload as it was when it was written, or when the wait began.
///
/// The answer to a write contains the status at the time of the write. A condition that is still
/// equal to that status does not describe the new revision. When an earlier ReplicaSet is used
/// again, the Deployment keeps the condition of the revision that failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    generation: i64,
    conditions: Vec<DeploymentCondition>,
}

impl Baseline {
    /// Returns the baseline of a workload.
    pub(crate) fn of(workload: &Workload) -> Self {
        Self {
            generation: workload.metadata().generation.unwrap_or(0),
            conditions: workload.conditions().to_vec(),
        }
    }

    /// Whether the status belongs to the current generation of the workload.
    pub(super) fn is_observed(&self, workload: &Workload) -> bool {
        let generation = workload.metadata().generation.unwrap_or(0).max(self.generation);
        workload.observed_generation() >= generation
    }

    /// Returns a condition that changed since the baseline.
    fn new_condition<'a>(
        &self,
        workload: &'a Workload,
        kind: &str,
    ) -> Option<&'a DeploymentCondition> {
        condition(workload, kind).filter(|condition| !self.conditions.contains(condition))
    }
}

/// Counts the pods of a workload.
pub(super) fn pods(workload: &Workload, baseline: &Baseline) -> PodCounts {
    let count = |count: i32| u64::try_from(count).unwrap_or(0);
    let wanted = count(workload.wanted());
    let observed = workload.numbers().filter(|_| baseline.is_observed(workload));
    let Some(numbers) = observed else { return PodCounts { ready: 0, wanted, old: 0 } };
    // The number of ready pods includes old pods.
    let old = old_pods(numbers);
    let ready = count(numbers.ready).saturating_sub(old);
    PodCounts { ready: ready.min(count(numbers.updated)).min(wanted), wanted, old }
}

/// The pods of a workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PodCounts {
    /// The number of ready pods of the newest revision.
    pub(crate) ready: u64,
    pub(crate) wanted: u64,
    /// The number of pods of older revisions.
    pub(crate) old: u64,
}

/// Counts the pods of a workload that no run is waiting for.
pub(crate) fn pod_counts(workload: &Workload) -> PodCounts {
    let old = workload.numbers().map_or(0, old_pods);
    PodCounts { old, ..pods(workload, &Baseline::default()) }
}

/// Returns the number of pods of older revisions.
fn old_pods(numbers: Numbers) -> u64 {
    u64::try_from(numbers.total.saturating_sub(numbers.updated)).unwrap_or(0)
}

/// Returns the progress of a workload.
pub(super) fn progress(workload: &Workload, baseline: &Baseline) -> Progress {
    let kind = workload.kind();
    if workload.metadata().deletion_timestamp.is_some() {
        return Progress::Failed(Cause::Deleting { kind });
    }
    let paused = match workload {
        Workload::Deployment(deployment) => Paused::of(deployment),
        Workload::StatefulSet(_) => None,
    };
    let problem = problem(workload, baseline);
    let Some(numbers) = workload.numbers().filter(|_| baseline.is_observed(workload)) else {
        return match paused {
            Some(paused) => Progress::Failed(Cause::Paused(paused)),
            None => Progress::Waiting(Waiting { step: Step::Unobserved { kind }, problem }),
        };
    };
    let Some(step) = step(workload, numbers) else { return Progress::Ready };
    match paused {
        Some(paused) => Progress::Failed(Cause::Paused(paused)),
        None => Progress::Waiting(Waiting { step, problem }),
    }
}

/// Returns the step of an observed rollout. `None` if it is complete.
fn step(workload: &Workload, numbers: Numbers) -> Option<Step> {
    let wanted = workload.wanted();
    let Numbers { total, updated, ready } = numbers;
    let is_available = match workload {
        Workload::Deployment(_) => {
            condition(workload, "Available").is_some_and(|condition| condition.status == "True")
        }
        Workload::StatefulSet(_) => true,
    };
    if total < wanted || updated < wanted {
        Some(Step::Creating { updated, wanted })
    } else if total > updated {
        Some(Step::Terminating { old: total - updated })
    } else if ready < wanted {
        Some(Step::Starting { ready, wanted })
    } else if is_available || wanted == 0 {
        None
    } else {
        Some(Step::Unavailable)
    }
}

/// Returns the problem that the controller reports about the new revision.
fn problem(workload: &Workload, baseline: &Baseline) -> Option<Cause> {
    let Workload::Deployment(deployment) = workload else { return None };
    let condition = baseline
        .new_condition(workload, "Progressing")
        .filter(|condition| condition.status == "False")?;
    let message = condition.message.clone().unwrap_or_default();
    match condition.reason.as_deref() {
        Some("ProgressDeadlineExceeded") if baseline.is_observed(workload) => {
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

fn condition<'a>(workload: &'a Workload, kind: &str) -> Option<&'a DeploymentCondition> {
    workload.conditions().iter().find(|condition| condition.type_ == kind)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use optakit_core::kind::Kind;
    use serde_json::{Value, json};

    use super::*;

    fn check(deployment: Value, expected: Progress) {
        check_since(&Baseline::default(), deployment, expected);
    }

    fn check_since(baseline: &Baseline, deployment: Value, expected: Progress) {
        assert_eq!(progress(&parse(deployment), baseline), expected);
    }

    fn parse(deployment: Value) -> Workload {
        let deployment = serde_json::from_value(deployment).expect("a Deployment");
        Workload::Deployment(Arc::new(deployment))
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
        check(deployment(2, 1, done.clone()), waiting(Step::Unobserved { kind: Kind::Deployment }));
        check(deployment(2, 2, done), Progress::Ready);
    }

    #[test]
    fn each_step_of_a_rollout_is_reported() {
        let at = |total, updated, ready| deployment(1, 1, counts(total, updated, ready));
        check(at(1, 1, 0), waiting(Step::Creating { updated: 1, wanted: 2 }));
        check(at(3, 2, 3), waiting(Step::Terminating { old: 1 }));
        check(at(2, 2, 1), waiting(Step::Starting { ready: 1, wanted: 2 }));
        check(at(2, 2, 2), waiting(Step::Unavailable));
        assert_eq!(Step::Terminating { old: 1 }.to_string(), "1 old pod still exists");
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
        check_since(&since, behind, waiting(Step::Unobserved { kind: Kind::Deployment }));
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
        let failed = Paused::of_live(&paused).expect("the Deployment is paused");
        check(paused.clone(), Progress::Failed(Cause::Paused(failed)));
        let mut done = counts(2, 2, 2);
        done["conditions"] = json!([{"type": "Available", "status": "True"}]);
        done["observedGeneration"] = 1.into();
        paused["status"] = done;
        check(paused, Progress::Ready);
    }

    #[test]
    fn stateful_set_is_ready_when_all_pods_are_of_the_new_revision() {
        let set = |generation: i64, total: i32, updated: i32, ready: i32| {
            let mut set = deployment(generation, 1, counts(total, updated, ready));
            set["spec"]["serviceName"] = "x".into();
            let set = serde_json::from_value(set).expect("a StatefulSet");
            progress(&Workload::StatefulSet(Arc::new(set)), &Baseline::default())
        };
        assert_eq!(set(2, 2, 2, 2), waiting(Step::Unobserved { kind: Kind::StatefulSet }));
        assert_eq!(set(1, 1, 1, 1), waiting(Step::Creating { updated: 1, wanted: 2 }));
        assert_eq!(set(1, 2, 1, 2), waiting(Step::Creating { updated: 1, wanted: 2 }));
        assert_eq!(set(1, 2, 2, 1), waiting(Step::Starting { ready: 1, wanted: 2 }));
        assert_eq!(set(1, 2, 2, 2), Progress::Ready);
    }
}
