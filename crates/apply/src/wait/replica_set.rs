//! Judges whether the API server rejects the pods of the new revision.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::cause::{Cause, Rejection};
use super::snapshot::Snapshot;

/// The text of the ReplicaSet controller before the message of the API server.
const PREFIX: &str = "Error creating: ";

/// Pods that the API server rejects.
pub(super) struct RejectedPods {
    pub(super) cause: Cause,
    /// Whether waiting does not help.
    pub(super) is_permanent: bool,
}

/// Returns the rejection that a ReplicaSet reports.
///
/// The condition keeps its first message while the creation of pods fails, so the newest event is
/// preferred.
pub(super) fn rejected_pods(
    set: &ReplicaSet,
    events: &[Arc<Event>],
    before: &Snapshot,
) -> Option<RejectedPods> {
    let status = set.status.as_ref()?;
    if status.observed_generation.unwrap_or(0) < set.metadata.generation.unwrap_or(0) {
        return None;
    }
    let condition = status
        .conditions
        .iter()
        .flatten()
        .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True")?;
    let message = newest_failure(&set.metadata, events)
        .or_else(|| condition.message.clone())
        .unwrap_or_default();
    let rejection = Rejection::read(&message);
    let is_permanent = rejection == Rejection::Policy && !before.has(set, condition);
    Some(RejectedPods { cause: Cause::PodsRejected { rejection, message }, is_permanent })
}

/// Returns the rejection that the events of a StatefulSet report. It has no condition for it.
///
/// An event can be older than the write, so it is never permanent. A wait ends with the timeout.
pub(super) fn rejected_by_event(set: &ObjectMeta, events: &[Arc<Event>]) -> Option<RejectedPods> {
    let message = newest_failure(set, events)?;
    let message = message.split_once(" failed error: ").map_or(&*message, |(_, reason)| reason);
    let (rejection, message) = (Rejection::read(message), message.to_owned());
    Some(RejectedPods { cause: Cause::PodsRejected { rejection, message }, is_permanent: false })
}

fn newest_failure(owner: &ObjectMeta, events: &[Arc<Event>]) -> Option<String> {
    let newest = events
        .iter()
        .filter(|event| {
            event.reason.as_deref() == Some("FailedCreate")
                && event.involved_object.uid == owner.uid
        })
        .max_by_key(|event| super::events::time(event))?;
    newest.message.as_deref().map(|message| without_prefix(message).to_owned())
}

/// Returns the message of the API server in a message of the ReplicaSet controller.
pub(super) fn without_prefix(message: &str) -> &str {
    // The prefix can follow another one: `(combined from similar events): `.
    message.split_once(PREFIX).map_or(message, |(_, message)| message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(generation: i64) -> ReplicaSet {
        serde_json::from_value(json!({
            "metadata": {"uid": "1", "generation": generation},
            "status": {
                "replicas": 0, "observedGeneration": 1,
                "conditions": [{
                    "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                    "message": "pods \"x\" is forbidden: violates PodSecurity",
                }],
            },
        }))
        .expect("a ReplicaSet")
    }

    #[test]
    fn policy_fails_a_rollout_unless_it_is_older() {
        let before = Snapshot::default();
        let permanent = rejected_pods(&set(1), &[], &before).map(|rejected| rejected.is_permanent);
        assert_eq!(permanent, Some(true));
        assert!(rejected_pods(&set(2), &[], &before).is_none(), "the status is outdated");
    }

    #[test]
    fn newest_event_is_reported_instead_of_the_first_message() {
        let event = |message: &str, time: &str| -> Arc<Event> {
            let event = json!({
                "metadata": {}, "reason": "FailedCreate", "message": message,
                "involvedObject": {"uid": "1"}, "lastTimestamp": time,
            });
            Arc::new(serde_json::from_value(event).expect("an event"))
        };
        let events = [
            event(
                "(combined from similar events): Error creating: exceeded quota",
                "2026-01-01T00:00:02Z",
            ),
            event("Error creating: old", "2026-01-01T00:00:01Z"),
        ];
        let rejected = rejected_pods(&set(1), &events, &Snapshot::default()).expect("a rejection");
        let message = "exceeded quota".to_owned();
        assert_eq!(rejected.cause, Cause::PodsRejected { rejection: Rejection::Quota, message });
        assert!(!rejected.is_permanent);
    }
}
