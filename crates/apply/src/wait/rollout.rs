//! Judges one rollout: its Deployment or StatefulSet, and the pods of the new revision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::{Event, Pod};

use super::cause::{Cause, Rejection};
use super::owners::new_set;
use super::patience::Patience;
use super::pod::{self, PodContext, PodState};
use super::pod_fault::PodFault;
use super::progress::{Progress, Waiting};
use super::replica_set::{RejectedPods, rejected_by_event, rejected_pods};
use super::snapshot::Snapshot;
use super::status::{self, Baseline, PodCounts};
use super::workload::{Awaited, Workload};

/// How long a problem lasts before it is worth a warning.
const WARN_AFTER: Duration = Duration::from_secs(5);
/// How long a pod without a node is usual.
const WARN_UNSCHEDULABLE_AFTER: Duration = Duration::from_secs(15);

/// News about a rollout.
#[derive(Clone, Debug)]
pub(crate) enum Update<'a> {
    /// The state changed.
    State { name: &'a str, text: &'a str, pods: PodCounts },
    /// Only the number of pods changed.
    Pods { name: &'a str, pods: PodCounts },
    /// A problem lasts. It may go away.
    Warning { name: &'a str, problem: &'a Cause },
    /// The rollout is complete.
    Ready { name: &'a str, pods: PodCounts },
    /// The connection to the API server broke. The wait continues.
    Disconnected { reason: &'a str },
}

/// The observed objects.
pub(super) struct World<'a> {
    pub(super) replica_sets: Vec<Arc<ReplicaSet>>,
    pub(super) pods: Vec<Arc<Pod>>,
    pub(super) events: &'a [Arc<Event>],
    pub(super) before: &'a Snapshot,
    pub(super) patience: Patience,
    pub(super) now: Instant,
}

/// A rollout that is being waited for.
pub(super) struct Rollout {
    pub(super) awaited: Awaited,
    /// The workload when it was written, or when it was seen first.
    baseline: Option<Baseline>,
    /// Since when each pod is stuck, by UID. The time is measured here: the clock of the cluster
    /// may differ.
    stuck: BTreeMap<String, Instant>,
    /// The name of the problem, and since when it lasts.
    problem: Option<(&'static str, Instant)>,
    warned: BTreeSet<&'static str>,
}

/// The problem of the pods of a revision.
#[derive(Default)]
struct PodProblem {
    /// A problem that does not go away by waiting.
    failure: Option<Cause>,
    /// The most specific of the other problems.
    problem: Option<Cause>,
}

impl Rollout {
    pub(super) fn new(awaited: Awaited) -> Self {
        let baseline = awaited.written.as_ref().map(Baseline::of);
        Self { awaited, baseline, stuck: BTreeMap::new(), problem: None, warned: BTreeSet::new() }
    }

    /// Whether another object with the name replaced the one that was written.
    pub(super) fn is_replaced_by(&self, workload: &Workload) -> bool {
        let written = self.awaited.written.as_ref();
        written.is_some_and(|written| written.metadata().uid != workload.metadata().uid)
    }

    /// Returns the progress and the numbers of pods.
    pub(super) fn judge(
        &mut self,
        workload: &Workload,
        world: &World<'_>,
    ) -> (Progress, PodCounts) {
        let baseline = self.baseline.get_or_insert_with(|| Baseline::of(workload));
        let pods = status::pods(workload, baseline);
        let progress = status::progress(workload, baseline);
        let Progress::Waiting(mut waiting) = progress else { return (progress, pods) };
        let is_observed = baseline.is_observed(workload);
        let (patience, controller) = (world.patience, waiting.problem.take());
        if let Some(cause) = controller.clone().filter(|cause| ends_wait(cause, patience)) {
            return (Progress::Failed(cause), pods);
        }
        let new_pods = is_observed.then(|| workload.new_pods(&world.replica_sets, &world.pods));
        let new_pods = new_pods.flatten();
        let rejected = new_pods.as_ref().and_then(|_| rejection(workload, world));
        let of_pods = new_pods.map(|pods| self.judge_pods(&pods, world)).unwrap_or_default();
        if let Some(cause) = of_pods.failure {
            return (Progress::Failed(cause), pods);
        }
        if let Some(rejected) = rejected.as_ref().filter(|rejected| rejected.is_permanent) {
            return (Progress::Failed(rejected.cause.clone()), pods);
        }
        if let (Some(Cause::DeadlineExceeded { seconds, message, .. }), Some(problem)) =
            (&controller, of_pods.problem.as_ref().filter(|problem| is_refusal(problem)))
        {
            let (seconds, message) = (*seconds, message.clone());
            let problem = Some(Box::new(problem.clone()));
            let cause = Cause::DeadlineExceeded { seconds, message, problem };
            return (Progress::Failed(cause), pods);
        }
        let rejected = rejected.map(|rejected| rejected.cause);
        let candidates = [of_pods.problem, rejected, controller];
        waiting.problem = candidates.into_iter().flatten().min_by_key(vagueness);
        (Progress::Waiting(waiting), pods)
    }

    /// Returns the problem of the pods of the new revision. Pods of old revisions never fail a
    /// rollout.
    fn judge_pods(&mut self, pods: &[&Arc<Pod>], world: &World<'_>) -> PodProblem {
        let context = PodContext {
            containers: &self.awaited.containers,
            before: world.before,
            events: world.events,
        };
        let (mut found, mut stuck) = (PodProblem::default(), BTreeMap::new());
        for pod in pods {
            let name = pod.metadata.name.clone().unwrap_or_default();
            let fault = match pod::state(pod, context) {
                PodState::Ready => continue,
                PodState::Pending(fault) => fault,
                PodState::Failed(fault) => {
                    found.failure.get_or_insert(Cause::Pod { pod: name, fault });
                    continue;
                }
                PodState::Stuck(fault) => {
                    let uid = pod.metadata.uid.clone().unwrap_or_default();
                    let since = self.stuck.get(&uid).copied().unwrap_or(world.now);
                    stuck.insert(uid, since);
                    if world.now.duration_since(since) >= world.patience.grace {
                        found.failure.get_or_insert(Cause::Pod { pod: name, fault });
                        continue;
                    }
                    fault
                }
            };
            let cause = Cause::Pod { pod: name, fault };
            let known = found.problem.as_ref();
            if known.is_none_or(|known| vagueness(&cause) < vagueness(known)) {
                found.problem = Some(cause);
            }
        }
        self.stuck = stuck;
        found
    }

    /// Returns the problem of a state if it has lasted long enough for a warning, and was not
    /// reported yet.
    pub(super) fn warning<'a>(&mut self, waiting: &'a Waiting, now: Instant) -> Option<&'a Cause> {
        let problem = waiting.problem.as_ref();
        let Some((problem, name)) = problem.and_then(|cause| Some((cause, cause.warning()?)))
        else {
            self.problem = None;
            return None;
        };
        let since = match self.problem {
            Some((known, since)) if known == name => since,
            _ => now,
        };
        self.problem = Some((name, since));
        let usual = match problem {
            Cause::Pod { fault: PodFault::Unschedulable { scale_up: None, .. }, .. } => {
                WARN_UNSCHEDULABLE_AFTER
            }
            _ => WARN_AFTER,
        };
        let is_due = now.duration_since(since) >= usual && self.warned.insert(name);
        is_due.then_some(problem)
    }
}

/// Returns the rejection of the new pods that the cluster reports.
fn rejection(workload: &Workload, world: &World<'_>) -> Option<RejectedPods> {
    match workload {
        Workload::Deployment(deployment) => {
            let set = new_set(deployment, &world.replica_sets)?;
            rejected_pods(set, world.events, world.before)
        }
        Workload::StatefulSet(set) => rejected_by_event(&set.metadata, world.events),
    }
}

/// Whether the problem that a controller reports ends a wait.
fn ends_wait(cause: &Cause, patience: Patience) -> bool {
    match cause {
        // A longer timeout outlives the deadline of the Deployment.
        Cause::DeadlineExceeded { seconds, .. } => {
            u64::try_from(*seconds).is_ok_and(|seconds| patience.timeout.as_secs() <= seconds)
        }
        Cause::PodsRejected { rejection, .. } => *rejection == Rejection::Policy,
        Cause::Deleting { .. } | Cause::Paused(_) | Cause::Pod { .. } => true,
    }
}

/// Whether the container answers its probe, and refuses it. A container that is still starting
/// does not answer, or answers with a server error. So this is final after the deadline.
fn is_refusal(cause: &Cause) -> bool {
    match cause {
        Cause::Pod { fault: PodFault::ProbeFailed { status: Some(status), .. }, .. } => {
            matches!(status, 400..=499) && !matches!(status, 408 | 425 | 429)
        }
        Cause::Pod { .. }
        | Cause::Deleting { .. }
        | Cause::Paused(_)
        | Cause::DeadlineExceeded { .. }
        | Cause::PodsRejected { .. } => false,
    }
}

/// Returns the rank of a problem. The lowest rank explains most, and is reported.
const fn vagueness(cause: &Cause) -> u8 {
    match cause {
        Cause::Deleting { .. } | Cause::Paused(_) => 0,
        Cause::Pod { fault, .. } => match fault {
            PodFault::Starting => 5,
            PodFault::NotReady => 4,
            PodFault::Ended { .. } => 3,
            PodFault::Unschedulable { .. }
            | PodFault::InvalidImageName { .. }
            | PodFault::ImagePull { .. }
            | PodFault::ContainerStart { .. }
            | PodFault::CrashLoop { .. } => 1,
            PodFault::ProbeFailed { .. } | PodFault::ReadinessGate { .. } => 2,
        },
        Cause::PodsRejected { .. } => 1,
        Cause::DeadlineExceeded { .. } => 3,
    }
}

#[cfg(test)]
mod tests {
    use optakit_core::kind::Kind;
    use serde_json::{Value, json};

    use super::super::owners::REVISION;

    use super::*;

    fn parse<T: serde::de::DeserializeOwned>(object: Value) -> T {
        serde_json::from_value(object).expect("the object is valid")
    }

    fn metadata(name: &str, owner: &str) -> Value {
        json!({
            "name": name, "uid": name, "annotations": {REVISION: "1"},
            "ownerReferences": [{"apiVersion": "v1", "kind": "x", "name": owner, "uid": owner}],
        })
    }

    /// Judges an unschedulable pod at the start and after some seconds.
    fn judge_twice(timeout: Option<u64>, events: &[Arc<Event>], seconds: u64) -> Progress {
        let deployment = Workload::Deployment(parse(json!({
            "metadata": metadata("api", ""), "spec": {"selector": {}, "template": {}},
            "status": {"replicas": 1, "updatedReplicas": 1},
        })));
        let conditions =
            json!([{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]);
        let pod = parse(json!({
            "metadata": metadata("api-1-a", "api-1"), "status": {"conditions": conditions},
        }));
        let start = Instant::now();
        let mut world = World {
            replica_sets: vec![parse(json!({"metadata": metadata("api-1", "api")}))],
            pods: vec![Arc::new(pod)],
            events,
            before: &Snapshot::default(),
            patience: Patience::new(timeout.map(Duration::from_secs)),
            now: start,
        };
        let (name, containers) = ("api".to_owned(), Vec::new());
        let mut rollout =
            Rollout::new(Awaited { kind: Kind::Deployment, name, containers, written: None });
        let (first, _) = rollout.judge(&deployment, &world);
        assert!(matches!(first, Progress::Waiting(_)), "{first:?}");
        world.now = start + Duration::from_secs(seconds);
        rollout.judge(&deployment, &world).0
    }

    #[test]
    fn an_object_with_another_uid_is_a_replacement() {
        let workload = |uid: &str| {
            Workload::Deployment(parse(json!({
                "metadata": {"name": "api", "uid": uid},
                "spec": {"selector": {}, "template": {}},
            })))
        };
        let rollout = |written| {
            let (name, containers) = ("api".to_owned(), Vec::new());
            Rollout::new(Awaited { kind: Kind::Deployment, name, containers, written })
        };
        let written = rollout(Some(workload("1")));
        assert!(!written.is_replaced_by(&workload("1")) && written.is_replaced_by(&workload("2")));
        assert!(!rollout(None).is_replaced_by(&workload("2")), "the run did not write it");
    }

    #[test]
    fn unschedulable_pod_fails_after_two_minutes_unless_a_node_is_added() {
        let fails = |timeout, events: &[Arc<Event>], seconds| {
            matches!(judge_twice(timeout, events, seconds), Progress::Failed(_))
        };
        assert!(!fails(None, &[], 119));
        assert!(fails(None, &[], 120));
        assert!(!fails(Some(900), &[], 899), "the timeout decides");
        let nominated = json!({
            "metadata": {}, "reason": "Nominated", "involvedObject": {"uid": "api-1-a"},
        });
        assert!(!fails(None, &[Arc::new(parse(nominated))], 299));
    }
}
