//! What a new pod says of its rollout: some states never get better.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::jiff::Timestamp;

use super::Progress;

/// How long a pod may wait for a node before the rollout fails, in seconds.
const UNSCHEDULABLE_SECONDS: i64 = 120;
/// After how many restarts of a new pod its crashes are believed.
const RESTARTS: i32 = 2;

/// How far a pod of the new revision is.
pub(super) fn progress(pod: &Pod) -> Progress {
    judge(pod, Timestamp::now())
}

fn judge(pod: &Pod, now: Timestamp) -> Progress {
    let name = pod.metadata.name.as_deref().unwrap_or("a pod");
    let Some(status) = &pod.status else {
        return Progress::Waiting(format!("{name} is not seen by a node yet"));
    };
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let condition = |kind: &str| conditions.iter().find(|condition| condition.type_ == kind);
    if condition("Ready").is_some_and(|ready| ready.status == "True") {
        return Progress::Ready;
    }
    if let Some(scheduled) = condition("PodScheduled")
        .filter(|scheduled| scheduled.reason.as_deref() == Some("Unschedulable"))
    {
        let message = scheduled.message.as_deref().unwrap_or("no node fits");
        let since = scheduled
            .last_transition_time
            .as_ref()
            .map_or(0, |since| now.as_second() - since.0.as_second());
        let reason = format!("{name} finds no node: {message}");
        return if since >= UNSCHEDULABLE_SECONDS {
            Progress::Failed(reason)
        } else {
            Progress::Waiting(reason)
        };
    }
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    for container in containers {
        if let Some(progress) = container_progress(name, container) {
            return progress;
        }
    }
    Progress::Waiting(format!("{name} is not ready yet"))
}

fn container_progress(pod: &str, container: &ContainerStatus) -> Option<Progress> {
    let terminated = container.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    let reason = waiting.reason.as_deref().unwrap_or_default();
    let message = waiting.message.as_deref().unwrap_or_default();
    let with = |what: &str| {
        if message.is_empty() {
            format!("{pod}: {what}")
        } else {
            format!("{pod}: {what}: {message}")
        }
    };
    let image = &container.image;
    let never = [
        "not found",
        "denied",
        "unauthorized",
        "no such manifest",
        "manifest unknown",
        "exec format",
    ];
    let gets_no_better = never.iter().any(|word| message.to_ascii_lowercase().contains(word));
    Some(match reason {
        "InvalidImageName" => Progress::Failed(with(&format!("`{image}` is no image name"))),
        "ErrImagePull" if gets_no_better => {
            Progress::Failed(with(&format!("the image `{image}` cannot be pulled")))
        }
        "ErrImagePull" => Progress::Waiting(with(&format!("the image `{image}` cannot be pulled"))),
        "ImagePullBackOff" if gets_no_better || container.restart_count >= RESTARTS => {
            Progress::Failed(with(&format!("the image `{image}` cannot be pulled")))
        }
        "ImagePullBackOff" => {
            Progress::Waiting(with(&format!("the image `{image}` cannot be pulled")))
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            Progress::Failed(with("the container cannot be started"))
        }
        "CrashLoopBackOff" if container.restart_count >= RESTARTS => {
            let why = terminated.map_or_else(String::new, |last| match last.reason.as_deref() {
                Some("OOMKilled") => " (out of memory)".to_owned(),
                _ => format!(" (exit code {})", last.exit_code),
            });
            Progress::Failed(format!("{pod}: the container ends again and again{why}"))
        }
        "CrashLoopBackOff" => {
            Progress::Waiting(format!("{pod}: the container has ended and is started again"))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(status: serde_json::Value, expected: &Progress) {
        let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "p"}, "status": status}))
            .expect("a Pod");
        let now: Timestamp = "2026-01-01T00:02:30Z".parse().expect("a time");
        assert_eq!(&judge(&pod, now), expected);
    }

    fn waiting(reason: &str, message: &str, restarts: i32) -> serde_json::Value {
        json!({"containerStatuses": [{"name": "k8s-service", "image": "a:1", "imageID": "", "ready": false, "restartCount": restarts,
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
            "state": {"waiting": {"reason": reason, "message": message}}}]})
    }

    #[test]
    fn what_gets_no_better_fails_at_once() {
        let failed = |reason: &str| Progress::Failed(reason.to_owned());
        check(waiting("InvalidImageName", "", 0), &failed("p: `a:1` is no image name"));
        check(
            waiting("ErrImagePull", "a:1: not found", 0),
            &failed("p: the image `a:1` cannot be pulled: a:1: not found"),
        );
        check(
            waiting(
                "CreateContainerConfigError",
                "couldn't find key X in Secret shop/manual-secrets",
                0,
            ),
            &failed(
                "p: the container cannot be started: couldn't find key X in Secret shop/manual-secrets",
            ),
        );
        check(
            waiting("CrashLoopBackOff", "back-off", 2),
            &failed("p: the container ends again and again (exit code 3)"),
        );
    }

    #[test]
    fn what_may_get_better_is_waited_for() {
        check(
            waiting("CrashLoopBackOff", "back-off", 1),
            &Progress::Waiting("p: the container has ended and is started again".to_owned()),
        );
        check(
            waiting("ErrImagePull", "timeout", 0),
            &Progress::Waiting("p: the image `a:1` cannot be pulled: timeout".to_owned()),
        );
        check(
            waiting("ContainerCreating", "", 0),
            &Progress::Waiting("p is not ready yet".to_owned()),
        );
    }

    #[test]
    fn a_pod_without_a_node_fails_after_two_minutes() {
        let unschedulable = |since: &str| json!({"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no cpu", "lastTransitionTime": since}]});
        check(
            unschedulable("2026-01-01T00:02:00Z"),
            &Progress::Waiting("p finds no node: no cpu".to_owned()),
        );
        check(
            unschedulable("2026-01-01T00:00:00Z"),
            &Progress::Failed("p finds no node: no cpu".to_owned()),
        );
    }
}
