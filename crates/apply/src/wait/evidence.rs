//! Reads the newest warnings and the last log lines of a rollout that failed.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::try_join3;
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, ListParams, LogParams};
use optakit_core::kind::Kind;
use optakit_core::rfc1123;

use super::cause::Cause;
use super::events::{time, written};
use super::owners::is_owned;
use super::replica_set::without_prefix;
use super::snapshot::statuses;
use super::workload::Workload;
use crate::live::Lenient;
use crate::owner::MANAGER;

/// The number of warnings that are shown.
const WARNINGS: usize = 5;
/// The number of log lines that are shown.
const LINES: i64 = 20;

/// A rollout that failed.
pub(crate) struct FailedRollout<'a> {
    pub(crate) client: &'a kube::Client,
    pub(crate) namespace: &'a str,
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    /// The answer to the write. `None` if the apply did not change the object.
    pub(crate) written: Option<&'a Workload>,
    pub(crate) reason: &'a str,
    pub(crate) cause: Option<&'a Cause>,
}

/// Returns warnings and log lines that are not part of the reason already. Leaves out objects that
/// cannot be read.
pub(crate) async fn of(rollout: &FailedRollout<'_>) -> Vec<String> {
    let FailedRollout { client, namespace, reason, cause, .. } = *rollout;
    let objects = Objects::read(rollout).await;
    let (warnings, log) = futures::future::join(
        warnings(client, namespace, &objects, reason),
        log(client, namespace, &objects, cause.and_then(Cause::log_source)),
    )
    .await;
    warnings.into_iter().chain(log).collect()
}

/// The objects of a rollout: the Deployment, the ReplicaSet of its newest revision, and its pods.
#[derive(Default)]
struct Objects {
    workload: String,
    /// The name of the owner of the new pods: the ReplicaSet, or the StatefulSet.
    set: Option<String>,
    uids: BTreeSet<String>,
    /// The pods of the newest revision.
    pods: Vec<Pod>,
    /// The names of the pods of other revisions.
    others: BTreeSet<String>,
    /// When the apply wrote the Deployment, by the clock of the API server.
    since: Option<Timestamp>,
}

impl Objects {
    async fn read(rollout: &FailedRollout<'_>) -> Self {
        let FailedRollout { client, namespace, kind, name, written, .. } = *rollout;
        let since = written.and_then(|written| write_time(written.metadata()));
        let unknown = Self { workload: name.to_owned(), since, ..Self::default() };
        let workload = Workload::read(client, namespace, kind, name);
        let sets: Api<Lenient<ReplicaSet>> = Api::namespaced(client.clone(), namespace);
        let pods: Api<Lenient<Pod>> = Api::namespaced(client.clone(), namespace);
        let all = ListParams::default();
        let read = try_join3(workload, sets.list(&all), pods.list(&all)).await;
        let Ok((Some(workload), sets, pods)) = read else { return unknown };
        let sets: Vec<Arc<ReplicaSet>> =
            sets.items.into_iter().map(|set| Arc::new(set.0)).collect();
        let Some(owner) = workload.owner_of_new_pods(&sets) else { return unknown };
        let is_new = |pod: &Pod| is_owned(&pod.metadata, owner);
        let (pods, others): (Vec<Pod>, Vec<Pod>) =
            pods.items.into_iter().map(|pod| pod.0).partition(is_new);
        let own = [workload.metadata(), owner].into_iter();
        let own = own.chain(pods.iter().map(|pod| &pod.metadata));
        Self {
            set: owner.name.clone(),
            uids: own.filter_map(|metadata| metadata.uid.clone()).collect(),
            others: others.into_iter().filter_map(|pod| pod.metadata.name).collect(),
            pods,
            ..unknown
        }
    }

    /// Whether an event is about this rollout. Events of earlier rollouts say nothing about it.
    fn include(&self, event: &Event) -> bool {
        let object = &event.involved_object;
        // An autoscaler has the name of its Deployment.
        let has_pods =
            |kind: &str| matches!(kind, "Deployment" | "StatefulSet" | "ReplicaSet" | "Pod");
        // Without its volume, a pod does not start.
        let is_claim = object.kind.as_deref() == Some("PersistentVolumeClaim");
        let of_pod = format!("-{}-", self.workload);
        if is_claim && object.name.as_ref().is_some_and(|name| name.contains(&of_pod)) {
            return !self.is_before_write(event);
        }
        if !object.kind.as_deref().is_some_and(has_pods) || self.is_before_write(event) {
            return false;
        }
        let name = object.name.as_deref().unwrap_or_default();
        let Some(set) = &self.set else { return name.starts_with(&self.workload) };
        // The pod of an event may have been replaced.
        let is_gone = || {
            let is_pod = name.strip_prefix(set).is_some_and(|rest| rest.starts_with('-'));
            is_pod && !self.others.contains(name)
        };
        object.uid.as_ref().is_some_and(|uid| self.uids.contains(uid)) || is_gone()
    }

    fn is_before_write(&self, event: &Event) -> bool {
        self.since.is_some_and(|since| written(event).is_some_and(|time| time < since))
    }

    /// Returns the newest pod that is not ready.
    fn newest_unready(&self) -> Option<&Pod> {
        let unready = self.pods.iter().filter(|pod| {
            let conditions =
                pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
            !conditions
                .into_iter()
                .any(|condition| condition.type_ == "Ready" && condition.status == "True")
        });
        unready.max_by_key(|pod| pod.metadata.creation_timestamp.clone().map(|time| time.0))
    }
}

/// Returns when Optakit wrote an object, by the clock of the API server.
fn write_time(metadata: &ObjectMeta) -> Option<Timestamp> {
    let fields = metadata.managed_fields.iter().flatten();
    let ours = fields.filter(|entry| {
        entry.manager.as_deref() == Some(MANAGER) && entry.operation.as_deref() == Some("Apply")
    });
    ours.filter_map(|entry| Some(entry.time.as_ref()?.0)).max()
}

async fn warnings(
    client: &kube::Client,
    namespace: &str,
    objects: &Objects,
    reason: &str,
) -> Vec<String> {
    let events: Api<Lenient<Event>> = Api::namespaced(client.clone(), namespace);
    let found = events
        .list(&ListParams::default().fields("type=Warning"))
        .await
        .map(|list| list.items.into_iter().map(|event| event.0).collect())
        .unwrap_or_default();
    newest(found, objects, reason)
}

/// Returns the newest warnings about a rollout, newest first.
///
/// Leaves out a warning that repeats `reason`, or another warning with a different pod name.
fn newest(mut events: Vec<Event>, objects: &Objects, reason: &str) -> Vec<String> {
    let workload = &objects.workload;
    events.retain(|event| objects.include(event));
    events.sort_by_key(|event| std::cmp::Reverse(time(event)));
    let reason = without_pods(reason, workload);
    let (mut seen, mut lines) = (Vec::new(), Vec::new());
    for event in events {
        let message = event.message.as_deref().unwrap_or_default().trim().replace('\n', " ");
        let general = without_pods(without_prefix(&message), workload);
        if lines.len() < WARNINGS && !reason.contains(&general) && !seen.contains(&general) {
            let kind = event.reason.as_deref().unwrap_or("Warning");
            lines.push(format!("  warning  {kind}: {message}"));
            seen.push(general);
        }
    }
    lines
}

/// Replaces the names of a Deployment's pods in a text by the name of the Deployment.
fn without_pods(text: &str, deployment: &str) -> String {
    let mut parts = text.split(deployment);
    let first = parts.next().unwrap_or_default().to_owned();
    parts
        .fold(first, |cut, part| cut + deployment + part.trim_start_matches(rfc1123::is_label_char))
}

/// Returns the last log lines of the pod and container that have the problem. If only the
/// Deployment is known, that is a container of its newest pod that is not ready.
async fn log(
    client: &kube::Client,
    namespace: &str,
    objects: &Objects,
    source: Option<(&str, Option<&str>)>,
) -> Vec<String> {
    let found: Api<Lenient<Pod>> = Api::namespaced(client.clone(), namespace);
    let pod = match source {
        Some((name, _)) => found.get_opt(name).await.ok().flatten().map(|pod| pod.0),
        None => objects.newest_unready().cloned(),
    };
    let Some(pod) = pod else { return Vec::new() };
    let known = source.and_then(|(_, container)| container);
    let Some(container) = known.or_else(|| unready_container(&pod)) else { return Vec::new() };
    let restarts = statuses(&pod)
        .find(|status| status.name == container)
        .map_or(0, |status| status.restart_count);
    let params = LogParams {
        container: Some(container.to_owned()),
        tail_lines: Some(LINES),
        // A container that was restarted has its error in the log of the run before.
        previous: restarts > 0,
        ..LogParams::default()
    };
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let text = pods.logs(name, &params).await.unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(|line| format!("  | {line}")).collect();
    if !lines.is_empty() {
        lines.insert(0, format!("  last log lines of {name}, container `{container}`:"));
    }
    lines
}

/// Returns the container that is not ready, or the first one.
fn unready_container(pod: &Pod) -> Option<&str> {
    let containers =
        pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    let unready = containers.into_iter().find(|status| !status.ready).map(|status| &status.name);
    let first = pod.spec.as_ref()?.containers.first().map(|container| &container.name);
    unready.or(first).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, name: &str, message: &str, time: &str) -> Event {
        serde_json::from_value(json!({
            "metadata": {"creationTimestamp": time}, "type": "Warning", "reason": "Unhealthy",
            "message": message, "lastTimestamp": time,
            "involvedObject": {"kind": kind, "name": name, "uid": name},
        }))
        .expect("an event")
    }

    fn objects() -> Objects {
        Objects {
            workload: "shop-api".to_owned(),
            set: Some("shop-api-1".to_owned()),
            uids: ["shop-api", "shop-api-1", "shop-api-1-y"].map(str::to_owned).into(),
            others: ["shop-api-1-other".to_owned()].into(),
            since: Some("2026-01-01T00:00:00Z".parse().expect("a time")),
            ..Objects::default()
        }
    }

    #[test]
    fn only_warnings_of_this_rollout_are_listed() {
        let pod = |name: &str, message: &str, time: &str| event("Pod", name, message, time);
        let events = vec![
            event("HorizontalPodAutoscaler", "shop-api", "no metrics", "2026-01-01T00:04:00Z"),
            pod("shop-api-1-gone", "old", "2026-01-01T00:00:00Z"),
            pod("shop-api-1-y", "new", "2026-01-01T00:02:00Z"),
            pod("shop-api-1-z", "new", "2026-01-01T00:01:00Z"),
            pod("shop-api-1-y", "before the write", "2025-12-31T23:59:59Z"),
            event("Deployment", "shop-api", "before the write", "2025-12-31T23:59:59Z"),
            pod("other", "other service", "2026-01-01T00:03:00Z"),
            pod("shop-api-1-other", "pod of another service", "2026-01-01T00:03:00Z"),
            pod("shop-api-0-x", "old revision", "2026-01-01T00:03:00Z"),
        ];
        let lines = newest(events.clone(), &objects(), "not ready");
        assert_eq!(lines, ["  warning  Unhealthy: new", "  warning  Unhealthy: old"]);
        assert_eq!(
            newest(events, &objects(), "it is new"),
            ["  warning  Unhealthy: old"],
            "a warning that repeats the reason is left out"
        );
    }

    #[test]
    fn warnings_that_differ_only_in_the_pod_are_listed_once() {
        let forbidden = |pod: &str| {
            let message = format!("Error creating: pods \"{pod}\" is forbidden");
            event("Pod", pod, &message, "2026-01-01T00:00:00Z")
        };
        let events = vec![forbidden("shop-api-1-a"), forbidden("shop-api-1-b")];
        assert_eq!(
            newest(events, &objects(), ""),
            ["  warning  Unhealthy: Error creating: pods \"shop-api-1-a\" is forbidden"]
        );
    }

    #[test]
    fn at_most_five_warnings_are_listed() {
        let warning = |number: usize| {
            let time = format!("2026-01-01T00:00:1{number}Z");
            event("Pod", "shop-api-1-y", &format!("{number} failures"), &time)
        };
        let lines = newest((1..=6).map(warning).collect(), &objects(), "");
        let expected =
            [6, 5, 4, 3, 2].map(|number| format!("  warning  Unhealthy: {number} failures"));
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_log_is_from_a_container_that_is_not_ready() {
        let pod = |ready: [bool; 2]| -> Pod {
            let status = |(name, ready): (&str, bool)| {
                json!({
                    "name": name, "ready": ready, "restartCount": 0, "image": "a", "imageID": "a",
                })
            };
            let statuses: Vec<_> = ["app", "proxy"].into_iter().zip(ready).map(status).collect();
            let containers = json!([{"name": "app"}, {"name": "proxy"}]);
            serde_json::from_value(json!({
                "spec": {"containers": containers}, "status": {"containerStatuses": statuses},
            }))
            .expect("a pod")
        };
        assert_eq!(unready_container(&pod([true, false])), Some("proxy"));
        assert_eq!(unready_container(&pod([false, false])), Some("app"));
        assert_eq!(unready_container(&pod([true, true])), Some("app"));
        assert_eq!(unready_container(&Pod::default()), None);
    }
}
