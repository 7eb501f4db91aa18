//! Judges the status of a pod of the new revision: some problems do not go away by waiting.

use k8s_openapi::api::core::v1::{
    Container, ContainerStateWaiting, ContainerStatus, Pod, PodCondition,
};
use k8s_openapi::jiff::Timestamp;

use super::cause::{Exit, PodFault, Probe, PullFailure, Resource, StartFailure};

/// The seconds that a pod may wait for a node before the rollout fails.
const UNSCHEDULABLE_SECONDS: i64 = 120;
/// The number of restarts after which a crashing container fails the rollout.
const RESTARTS: i32 = 2;

/// The state of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PodState {
    Ready,
    /// The pod is not ready yet; the problem may go away.
    Pending(PodFault),
    /// The problem does not go away by waiting.
    Failed(PodFault),
}

/// Returns the state of a pod of the new revision.
pub(super) fn state(pod: &Pod) -> PodState {
    state_at(pod, Timestamp::now())
}

fn state_at(pod: &Pod, now: Timestamp) -> PodState {
    let Some(status) = &pod.status else { return PodState::Pending(PodFault::Starting) };
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let condition = |kind: &str| conditions.iter().find(|condition| condition.type_ == kind);
    if condition("Ready").is_some_and(|ready| ready.status == "True") {
        return PodState::Ready;
    }
    let unscheduled = condition("PodScheduled")
        .filter(|scheduled| scheduled.reason.as_deref() == Some("Unschedulable"));
    if let Some(unscheduled) = unscheduled {
        return unschedulable(unscheduled, now);
    }
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    if let Some(state) = containers.iter().find_map(waiting_container) {
        return state;
    }
    let specs = pod.spec.as_ref().map(|spec| spec.containers.as_slice()).unwrap_or_default();
    PodState::Pending(unready(specs, containers))
}

fn unschedulable(scheduled: &PodCondition, now: Timestamp) -> PodState {
    let message = scheduled.message.clone().unwrap_or_default();
    // The scheduler reports the missing resource only in its message.
    let shortage = if message.contains("Insufficient cpu") {
        Some(Resource::Cpu)
    } else if message.contains("Insufficient memory") {
        Some(Resource::Memory)
    } else {
        None
    };
    let seconds = scheduled
        .last_transition_time
        .as_ref()
        .map_or(0, |since| now.as_second() - since.0.as_second());
    let fault = PodFault::Unschedulable { message, shortage };
    if seconds >= UNSCHEDULABLE_SECONDS {
        PodState::Failed(fault)
    } else {
        PodState::Pending(fault)
    }
}

/// Returns the state of a pod with a container that waits because of a problem.
fn waiting_container(status: &ContainerStatus) -> Option<PodState> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    let restarted = status.restart_count >= RESTARTS;
    Some(match waiting.reason.as_deref()? {
        "InvalidImageName" => {
            PodState::Failed(PodFault::InvalidImageName { image: status.image.clone() })
        }
        reason @ ("ErrImagePull" | "ImagePullBackOff") => {
            let failure = pull_failure(waiting);
            let fault = PodFault::ImagePull {
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
        "CreateContainerConfigError" => start_failed(status, waiting, StartFailure::Config),
        "CreateContainerError" => start_failed(status, waiting, StartFailure::Create),
        "RunContainerError" => start_failed(status, waiting, StartFailure::Run),
        "CrashLoopBackOff" => {
            let fault = PodFault::CrashLoop { container: status.name.clone(), exit: exit(status) };
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

fn start_failed(
    status: &ContainerStatus,
    waiting: &ContainerStateWaiting,
    failure: StartFailure,
) -> PodState {
    let message = waiting.message.clone().unwrap_or_default();
    let failure =
        if message.contains("exec format") { StartFailure::WrongPlatform } else { failure };
    PodState::Failed(PodFault::ContainerStart {
        container: status.name.clone(),
        reason: waiting.reason.clone().unwrap_or_default(),
        failure,
        message,
    })
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
fn unready(specs: &[Container], statuses: &[ContainerStatus]) -> PodFault {
    let Some(status) = statuses.iter().find(|status| !status.ready) else {
        return if statuses.is_empty() { PodFault::Starting } else { PodFault::NotReady };
    };
    if status.state.as_ref().is_none_or(|state| state.running.is_none()) {
        return PodFault::Starting;
    }
    let spec = specs.iter().find(|spec| spec.name == status.name);
    let starts = status.started == Some(false);
    let probe = if starts && spec.is_some_and(|spec| spec.startup_probe.is_some()) {
        Probe::Startup
    } else if spec.is_some_and(|spec| spec.readiness_probe.is_some()) {
        Probe::Readiness
    } else {
        return PodFault::NotReady;
    };
    PodFault::ProbeFailed { container: status.name.clone(), probe }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(status: Value, expected: &PodState) {
        let pod = json!({
            "metadata": {"name": "p"},
            "spec": {"containers": [{"name": "api", "readinessProbe": {"tcpSocket": {"port": 1}}}]},
            "status": status,
        });
        let pod: Pod = serde_json::from_value(pod).expect("a Pod");
        let now: Timestamp = "2026-01-01T00:02:30Z".parse().expect("a time");
        assert_eq!(&state_at(&pod, now), expected);
    }

    fn container(state: Value, restarts: i32) -> Value {
        json!({"containerStatuses": [{
            "name": "api", "image": "a:1", "imageID": "", "ready": false, "restartCount": restarts,
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
            "state": state,
        }]})
    }

    fn waiting(reason: &str, message: &str, restarts: i32) -> Value {
        container(json!({"waiting": {"reason": reason, "message": message}}), restarts)
    }

    fn pull(failure: PullFailure, message: &str) -> PodFault {
        PodFault::ImagePull {
            image: "a:1".to_owned(),
            reason: "ErrImagePull".to_owned(),
            failure,
            message: message.to_owned(),
        }
    }

    fn crash_loop() -> PodFault {
        PodFault::CrashLoop { container: "api".to_owned(), exit: Some(Exit::Code(3)) }
    }

    #[test]
    fn permanent_problems_fail_at_once() {
        check(
            waiting("InvalidImageName", "", 0),
            &PodState::Failed(PodFault::InvalidImageName { image: "a:1".to_owned() }),
        );
        for (message, failure) in [
            ("a:1: not found", PullFailure::NotFound),
            ("pull access denied", PullFailure::Denied),
            ("no match for platform in manifest: not found", PullFailure::WrongPlatform),
        ] {
            let expected = PodState::Failed(pull(failure, message));
            check(waiting("ErrImagePull", message, 0), &expected);
        }
        for (reason, message, failure) in [
            ("CreateContainerConfigError", "couldn't find key X", StartFailure::Config),
            ("CreateContainerError", "exec format error", StartFailure::WrongPlatform),
            ("RunContainerError", "no such device", StartFailure::Run),
        ] {
            let fault = PodFault::ContainerStart {
                container: "api".to_owned(),
                reason: reason.to_owned(),
                failure,
                message: message.to_owned(),
            };
            check(waiting(reason, message, 0), &PodState::Failed(fault));
        }
        check(waiting("CrashLoopBackOff", "back-off", 2), &PodState::Failed(crash_loop()));
    }

    #[test]
    fn temporary_problems_are_waited_for() {
        check(waiting("CrashLoopBackOff", "back-off", 1), &PodState::Pending(crash_loop()));
        let timeout = pull(PullFailure::Other, "timeout");
        check(waiting("ErrImagePull", "timeout", 0), &PodState::Pending(timeout));
        check(waiting("ContainerCreating", "", 0), &PodState::Pending(PodFault::Starting));
        let probe = PodFault::ProbeFailed { container: "api".to_owned(), probe: Probe::Readiness };
        check(container(json!({"running": {}}), 0), &PodState::Pending(probe));
    }

    #[test]
    fn unschedulable_pod_fails_after_two_minutes() {
        let status = |since: &str| {
            json!({"conditions": [{
                "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                "message": "1 Insufficient cpu", "lastTransitionTime": since,
            }]})
        };
        let fault = PodFault::Unschedulable {
            message: "1 Insufficient cpu".to_owned(),
            shortage: Some(Resource::Cpu),
        };
        check(status("2026-01-01T00:02:00Z"), &PodState::Pending(fault.clone()));
        check(status("2026-01-01T00:00:00Z"), &PodState::Failed(fault));
    }
}
