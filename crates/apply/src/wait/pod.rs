//! Judges the status of a pod of the new revision: some problems do not go away by waiting.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    ContainerStateWaiting, ContainerStatus, Event, Pod, PodCondition, PodStatus,
};

use super::events;
use super::fault_reason::{Exit, Probe, PullFailure, Resource, ScaleUp, StartFailure};
use super::pod_fault::{Container, PodFault};
use super::snapshot::{Snapshot, statuses};

/// The number of restarts after which a crashing container fails the rollout.
const RESTARTS: i32 = 2;

/// The state of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PodState {
    Ready,
    /// The pod is not ready yet; the problem may go away.
    Pending(PodFault),
    /// The problem may go away, but should have changed by the end of the grace period.
    Stuck(PodFault),
    /// The problem does not go away by waiting.
    Failed(PodFault),
}

/// The facts besides the pod that decide whether it has a problem.
#[derive(Clone, Copy)]
pub(super) struct PodContext<'a> {
    /// The names of the containers in the manifest. Webhooks may add others.
    pub(super) containers: &'a [String],
    pub(super) before: &'a Snapshot,
    pub(super) events: &'a [Arc<Event>],
}

/// Returns the state of a pod of the new revision.
pub(super) fn state(pod: &Pod, context: PodContext<'_>) -> PodState {
    let Some(status) = &pod.status else { return PodState::Pending(PodFault::Starting) };
    if is_true(status, "Ready") {
        return PodState::Ready;
    }
    if matches!(status.phase.as_deref(), Some("Failed" | "Succeeded")) {
        return PodState::Pending(PodFault::Ended {
            reason: status.reason.clone().or_else(|| status.phase.clone()).unwrap_or_default(),
            message: status.message.clone().unwrap_or_default(),
        });
    }
    let unscheduled = condition(status, "PodScheduled")
        .filter(|scheduled| scheduled.reason.as_deref() == Some("Unschedulable"));
    if let Some(unscheduled) = unscheduled {
        return unschedulable(unscheduled, events::scale_up(pod, context.events));
    }
    let states = statuses(pod).filter_map(|status| {
        let container = context.container(pod, status);
        waiting_container(container, status, context.before.restarts(pod, status)).map(|state| {
            match state {
                PodState::Failed(fault) if context.before.still_waits(pod, status) => {
                    PodState::Stuck(fault)
                }
                state => state,
            }
        })
    });
    // A container that fails for good is more important than one that waits.
    let worst = states.max_by_key(|state| match state {
        PodState::Ready => 0,
        PodState::Pending(_) => 1,
        PodState::Stuck(_) => 2,
        PodState::Failed(_) => 3,
    });
    worst.unwrap_or_else(|| PodState::Pending(unready(pod, status, context)))
}

fn condition<'a>(status: &'a PodStatus, kind: &str) -> Option<&'a PodCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == kind)
}

fn is_true(status: &PodStatus, kind: &str) -> bool {
    condition(status, kind).is_some_and(|condition| condition.status == "True")
}

impl PodContext<'_> {
    fn container(self, pod: &Pod, status: &ContainerStatus) -> Container {
        let init = pod.spec.iter().flat_map(|spec| spec.init_containers.iter().flatten());
        Container {
            name: status.name.clone(),
            is_init: init.into_iter().any(|container| container.name == status.name),
            is_ours: self.containers.contains(&status.name),
        }
    }
}

fn unschedulable(scheduled: &PodCondition, scale_up: Option<ScaleUp>) -> PodState {
    let message = scheduled.message.clone().unwrap_or_default();
    // The scheduler reports the missing resource only in its message.
    let shortage = if message.contains("Insufficient cpu") {
        Some(Resource::Cpu)
    } else if message.contains("Insufficient memory") {
        Some(Resource::Memory)
    } else {
        None
    };
    let is_coming = matches!(scale_up, Some(ScaleUp::Started { .. }));
    let fault = PodFault::Unschedulable { message, shortage, scale_up };
    if is_coming { PodState::Pending(fault) } else { PodState::Stuck(fault) }
}

/// Returns the state of a pod with a container that waits because of a problem.
fn waiting_container(
    container: Container,
    status: &ContainerStatus,
    restarts: i32,
) -> Option<PodState> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    let restarted = restarts >= RESTARTS;
    Some(match waiting.reason.as_deref()? {
        "InvalidImageName" => {
            PodState::Failed(PodFault::InvalidImageName { container, image: status.image.clone() })
        }
        reason @ ("ErrImagePull" | "ImagePullBackOff") => {
            let failure = pull_failure(waiting);
            let fault = PodFault::ImagePull {
                container,
                image: status.image.clone(),
                reason: reason.to_owned(),
                failure,
                message: waiting.message.clone().unwrap_or_default(),
            };
            let permanent = failure != PullFailure::Other;
            if permanent || (restarted && reason == "ImagePullBackOff") {
                PodState::Failed(fault)
            } else {
                PodState::Pending(fault)
            }
        }
        reason @ ("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError") => {
            let message = waiting.message.clone().unwrap_or_default();
            let failure = start_failure(reason, &message);
            let reason = reason.to_owned();
            let fault = PodFault::ContainerStart { container, reason, failure, message };
            match failure {
                StartFailure::Config => PodState::Pending(fault),
                StartFailure::Other => PodState::Stuck(fault),
                StartFailure::User | StartFailure::Program | StartFailure::WrongPlatform => {
                    PodState::Failed(fault)
                }
            }
        }
        "CrashLoopBackOff" => {
            let fault = PodFault::CrashLoop { container, exit: exit(status) };
            if restarted { PodState::Failed(fault) } else { PodState::Pending(fault) }
        }
        _ => return None,
    })
}

/// Reads why an image cannot be pulled. The kubelet reports it only in its message.
fn pull_failure(waiting: &ContainerStateWaiting) -> PullFailure {
    let message = waiting.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["no match for platform", "exec format"]) {
        PullFailure::WrongPlatform
    } else if says(&["denied", "unauthorized"]) {
        PullFailure::Denied
    } else if says(&["not found", "no such manifest", "manifest unknown"]) {
        PullFailure::NotFound
    } else {
        PullFailure::Other
    }
}

/// Reads why a container cannot be started. The kubelet reports it only in its message.
fn start_failure(reason: &str, message: &str) -> StartFailure {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["exec format"]) {
        StartFailure::WrongPlatform
    } else if says(&["runAsNonRoot", "run as non-root", "is non-root"]) {
        StartFailure::User
    } else if reason == "CreateContainerConfigError" {
        StartFailure::Config
    } else if says(&["executable file not found", "no such file or directory"]) {
        StartFailure::Program
    } else {
        StartFailure::Other
    }
}

/// Returns how the container ended the last time.
fn exit(status: &ContainerStatus) -> Option<Exit> {
    let last = status.last_state.as_ref()?.terminated.as_ref()?;
    Some(match last.reason.as_deref() {
        Some("OOMKilled") => Exit::OutOfMemory,
        _ => Exit::Code(last.exit_code),
    })
}

/// Returns why a pod without waiting containers is not ready.
fn unready(pod: &Pod, status: &PodStatus, context: PodContext<'_>) -> PodFault {
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    let Some(unready) = containers.iter().find(|container| !container.ready) else {
        let gates = pod.spec.iter().flat_map(|spec| spec.readiness_gates.iter().flatten());
        let closed = gates.map(|gate| &gate.condition_type).find(|gate| !is_true(status, gate));
        return match closed {
            _ if containers.is_empty() => PodFault::Starting,
            Some(condition) => PodFault::ReadinessGate { condition: condition.clone() },
            None => PodFault::NotReady,
        };
    };
    if unready.state.as_ref().is_none_or(|state| state.running.is_none()) {
        return PodFault::Starting;
    }
    let specs = pod.spec.iter().flat_map(|spec| &spec.containers);
    let spec = specs.into_iter().find(|spec| spec.name == unready.name);
    let answer = events::probe_status(pod, context.events);
    let starts = unready.started == Some(false);
    let probe = if starts && spec.is_some_and(|spec| spec.startup_probe.is_some()) {
        Probe::Startup
    } else if answer.is_some() || spec.is_some_and(|spec| spec.readiness_probe.is_some()) {
        Probe::Readiness
    } else {
        return PodFault::NotReady;
    };
    PodFault::ProbeFailed { container: context.container(pod, unready), probe, status: answer }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn judge(pod: Value, before: &Snapshot) -> PodState {
        let pod: Pod = serde_json::from_value(pod).expect("a pod");
        state(&pod, PodContext { containers: &["api".to_owned()], before, events: &[] })
    }

    fn pod(status: Value) -> Value {
        json!({
            "metadata": {"name": "p"},
            "spec": {
                "initContainers": [{"name": "mesh-init"}],
                "containers": [
                    {"name": "api", "readinessProbe": {"tcpSocket": {"port": 1}}},
                    {"name": "mesh"},
                ],
            },
            "status": status,
        })
    }

    fn check(status: Value, expected: &PodState) {
        assert_eq!(&judge(pod(status), &Snapshot::default()), expected);
    }

    fn container(name: &str, state: Value, restarts: i32) -> Value {
        json!({
            "name": name, "image": "a:1", "imageID": "", "ready": false,
            "restartCount": restarts, "state": state,
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
        })
    }

    fn waiting(reason: &str, message: &str, restarts: i32) -> Value {
        let state = json!({"waiting": {"reason": reason, "message": message}});
        json!({"containerStatuses": [container("api", state, restarts)]})
    }

    fn api() -> Container {
        Container { name: "api".to_owned(), is_init: false, is_ours: true }
    }

    fn pull(failure: PullFailure, message: &str) -> PodFault {
        PodFault::ImagePull {
            container: api(),
            image: "a:1".to_owned(),
            reason: "ErrImagePull".to_owned(),
            failure,
            message: message.to_owned(),
        }
    }

    fn start(reason: &str, message: &str, failure: StartFailure) -> PodFault {
        let (reason, message) = (reason.to_owned(), message.to_owned());
        PodFault::ContainerStart { container: api(), reason, failure, message }
    }

    fn crash_loop(container: Container) -> PodFault {
        PodFault::CrashLoop { container, exit: Some(Exit::Code(3)) }
    }

    #[test]
    fn permanent_problems_fail_at_once() {
        let image = "a:1".to_owned();
        let invalid = PodFault::InvalidImageName { container: api(), image };
        check(waiting("InvalidImageName", "", 0), &PodState::Failed(invalid));
        for (message, failure) in [
            ("a:1: not found", PullFailure::NotFound),
            ("pull access denied", PullFailure::Denied),
            ("no match for platform in manifest: not found", PullFailure::WrongPlatform),
        ] {
            let expected = PodState::Failed(pull(failure, message));
            check(waiting("ErrImagePull", message, 0), &expected);
        }
        for (reason, message, failure) in [
            ("CreateContainerConfigError", "container has runAsNonRoot", StartFailure::User),
            ("CreateContainerError", "exec format error", StartFailure::WrongPlatform),
            ("RunContainerError", "no such file or directory", StartFailure::Program),
        ] {
            let expected = PodState::Failed(start(reason, message, failure));
            check(waiting(reason, message, 0), &expected);
        }
        check(waiting("CrashLoopBackOff", "back-off", 2), &PodState::Failed(crash_loop(api())));
    }

    #[test]
    fn temporary_problems_are_waited_for() {
        let crash = PodState::Pending(crash_loop(api()));
        check(waiting("CrashLoopBackOff", "back-off", 1), &crash);
        let timeout = pull(PullFailure::Other, "timeout");
        check(waiting("ErrImagePull", "timeout", 0), &PodState::Pending(timeout));
        let missing = start("CreateContainerConfigError", "secret not found", StartFailure::Config);
        check(
            waiting("CreateContainerConfigError", "secret not found", 0),
            &PodState::Pending(missing),
        );
        let reserved = start("CreateContainerError", "name is reserved", StartFailure::Other);
        check(waiting("CreateContainerError", "name is reserved", 0), &PodState::Stuck(reserved));
        check(waiting("ContainerCreating", "", 0), &PodState::Pending(PodFault::Starting));
        let probe =
            PodFault::ProbeFailed { container: api(), probe: Probe::Readiness, status: None };
        let running = container("api", json!({"running": {}}), 0);
        check(json!({"containerStatuses": [running]}), &PodState::Pending(probe));
        let evicted = json!({"phase": "Failed", "reason": "Evicted", "message": "low on memory"});
        let ended =
            PodFault::Ended { reason: "Evicted".to_owned(), message: "low on memory".to_owned() };
        check(evicted, &PodState::Pending(ended));
    }

    #[test]
    fn containers_that_webhooks_add_are_judged_too() {
        let state = || json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let mesh = |name: &str, is_init| {
            let container = Container { name: name.to_owned(), is_init, is_ours: false };
            PodState::Failed(crash_loop(container))
        };
        let running = container("api", json!({"running": {}}), 0);
        check(
            json!({"containerStatuses": [running, container("mesh", state(), 4)]}),
            &mesh("mesh", false),
        );
        let starting = container("api", json!({"waiting": {"reason": "PodInitializing"}}), 0);
        check(
            json!({
                "initContainerStatuses": [container("mesh-init", state(), 4)],
                "containerStatuses": [starting],
            }),
            &mesh("mesh-init", true),
        );
    }

    #[test]
    fn closed_readiness_gate_is_named() {
        let mut ready = container("api", json!({"running": {}}), 0);
        ready["ready"] = true.into();
        let mut pod = pod(json!({"containerStatuses": [ready]}));
        pod["spec"]["readinessGates"] = json!([{"conditionType": "target-health"}]);
        let gate = PodFault::ReadinessGate { condition: "target-health".to_owned() };
        assert_eq!(judge(pod, &Snapshot::default()), PodState::Pending(gate));
    }

    #[test]
    fn unschedulable_pod_is_stuck() {
        let scheduled = json!({
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "1 Insufficient cpu", "lastTransitionTime": "2020-01-01T00:00:00Z",
        });
        let fault = PodFault::Unschedulable {
            message: "1 Insufficient cpu".to_owned(),
            shortage: Some(Resource::Cpu),
            scale_up: None,
        };
        check(json!({"conditions": [scheduled]}), &PodState::Stuck(fault));
    }
}
