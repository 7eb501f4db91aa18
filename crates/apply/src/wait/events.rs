//! Reads events: when they were seen last, and what the autoscaler of the nodes does for a pod.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::jiff::Timestamp;

use super::fault_reason::ScaleUp;

/// Returns when an event was seen the last time.
pub(super) fn time(event: &Event) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    series
        .or(event.event_time.as_ref())
        .map(|time| time.0)
        .max(event.last_timestamp.as_ref().map(|time| time.0))
}

/// Returns when an event was written last, by the clock of the API server.
pub(super) fn written(event: &Event) -> Option<Timestamp> {
    let fields = event.metadata.managed_fields.iter().flatten();
    let written = fields.filter_map(|entry| Some(entry.time.as_ref()?.0)).max();
    written.max(event.metadata.creation_timestamp.as_ref().map(|time| time.0))
}

fn of_pod<'a>(pod: &'a Pod, events: &'a [Arc<Event>]) -> impl Iterator<Item = &'a Arc<Event>> {
    events.iter().filter(|event| {
        event.involved_object.uid.is_some() && event.involved_object.uid == pod.metadata.uid
    })
}

/// Returns the HTTP status that the newest failed probe of a pod got. The kubelet reports it only
/// in its message.
pub(super) fn probe_status(pod: &Pod, events: &[Arc<Event>]) -> Option<u16> {
    let failed = of_pod(pod, events).filter(|event| event.reason.as_deref() == Some("Unhealthy"));
    let newest = failed.max_by_key(|event| time(event))?;
    let (_, status) = newest.message.as_deref()?.split_once("statuscode: ")?;
    status.get(..3)?.parse().ok()
}

/// Returns the decision of the cluster autoscaler or Karpenter for a pod. A started scale-up counts
/// more than a later refusal.
pub(super) fn scale_up(pod: &Pod, events: &[Arc<Event>]) -> Option<ScaleUp> {
    let states = of_pod(pod, events).filter_map(|event| Some((time(event), state(event)?)));
    states
        .max_by_key(|(time, state)| (matches!(state, ScaleUp::Started { .. }), *time))
        .map(|(_, state)| state)
}

fn state(event: &Event) -> Option<ScaleUp> {
    let reason = event.reason.as_deref()?;
    let text = event.message.as_deref().unwrap_or_default();
    let message = format!("{text} ({reason})");
    match reason {
        // The cluster autoscaler, then Karpenter.
        "TriggeredScaleUp" | "Nominated" => Some(ScaleUp::Started { message }),
        "NotTriggerScaleUp" => Some(ScaleUp::Refused { message }),
        // The scheduler uses the same reason as Karpenter.
        "FailedScheduling" if is_from_karpenter(event) => Some(ScaleUp::Refused { message }),
        _ => None,
    }
}

fn is_from_karpenter(event: &Event) -> bool {
    let source = event.source.as_ref().and_then(|source| source.component.as_deref());
    [source, event.reporting_component.as_deref()].contains(&Some("karpenter"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(events: &[(&str, &str, &str)], expected: Option<ScaleUp>) {
        let pod = serde_json::from_value(json!({"metadata": {"uid": "1"}})).expect("a pod");
        let event = |(reason, component, time): &(&str, &str, &str)| -> Arc<Event> {
            let event = json!({
                "metadata": {}, "reason": reason, "message": "m", "involvedObject": {"uid": "1"},
                "lastTimestamp": time, "source": {"component": component},
            });
            Arc::new(serde_json::from_value(event).expect("an event"))
        };
        let events: Vec<Arc<Event>> = events.iter().map(event).collect();
        assert_eq!(scale_up(&pod, &events), expected);
    }

    #[test]
    fn newest_failed_probe_has_its_status() {
        let pod: Pod = serde_json::from_value(json!({"metadata": {"uid": "1"}})).expect("a pod");
        let event = |message: &str, time: &str| -> Arc<Event> {
            let event = json!({
                "metadata": {}, "reason": "Unhealthy", "message": message,
                "involvedObject": {"uid": "1"}, "lastTimestamp": time,
            });
            Arc::new(serde_json::from_value(event).expect("an event"))
        };
        let refused = event("Readiness probe failed: connection refused", "2026-01-01T00:00:00Z");
        let missing = event(
            "Readiness probe failed: HTTP probe failed with statuscode: 404",
            "2026-01-01T00:00:01Z",
        );
        assert_eq!(probe_status(&pod, &[missing, refused.clone()]), Some(404));
        assert_eq!(probe_status(&pod, &[refused]), None);
    }

    #[test]
    fn autoscalers_of_nodes_are_understood() {
        let started = |reason: &str| Some(ScaleUp::Started { message: format!("m ({reason})") });
        let refused = |reason: &str| Some(ScaleUp::Refused { message: format!("m ({reason})") });
        let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z");
        check(&[("TriggeredScaleUp", "cluster-autoscaler", early)], started("TriggeredScaleUp"));
        check(&[("Nominated", "karpenter", early)], started("Nominated"));
        check(&[("FailedScheduling", "karpenter", early)], refused("FailedScheduling"));
        check(&[("FailedScheduling", "default-scheduler", early)], None);
        let both = [
            ("TriggeredScaleUp", "cluster-autoscaler", early),
            ("NotTriggerScaleUp", "cluster-autoscaler", late),
        ];
        check(&both, started("TriggeredScaleUp"));
        check(&both[1..], refused("NotTriggerScaleUp"));
    }
}
