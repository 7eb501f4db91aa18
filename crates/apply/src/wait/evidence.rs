//! Reads the newest warnings and the last log lines of a rollout that failed.

use std::sync::Arc;

use futures::future::try_join;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::{Api, ListParams, LogParams};
use optakit_core::rfc1123;

use super::cause::Cause;
use super::events::time;
use super::replica_set::without_prefix;
use super::rollout::new_set;
use super::snapshot::statuses;

/// The number of warnings that are shown.
const WARNINGS: usize = 5;
/// The number of log lines that are shown.
const LINES: i64 = 20;

/// Returns warnings and log lines that are not part of `reason` already.
///
/// What cannot be read is left out.
pub(crate) async fn of(
    client: &kube::Client,
    namespace: &str,
    deployment: &str,
    reason: &str,
    cause: Option<&Cause>,
) -> Vec<String> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let objects = Objects {
        deployment: deployment.to_owned(),
        set: newest_set(client, namespace, deployment).await,
    };
    let (warnings, log) = futures::future::join(
        warnings(client, namespace, &objects, reason),
        log(&pods, &objects, cause.and_then(Cause::log_source)),
    )
    .await;
    warnings.into_iter().chain(log).collect()
}

/// The names of a Deployment and of the ReplicaSet of its newest revision.
struct Objects {
    deployment: String,
    set: Option<String>,
}

impl Objects {
    /// Whether a name is one of the Deployment, of the ReplicaSet, or of a pod of the newest
    /// revision. Events of older revisions say nothing about this rollout.
    fn include(&self, name: &str) -> bool {
        let Some(set) = &self.set else { return name.starts_with(&self.deployment) };
        let is_pod = || name.strip_prefix(set).is_some_and(|rest| rest.starts_with('-'));
        name == self.deployment || name == set || is_pod()
    }
}

async fn newest_set(client: &kube::Client, namespace: &str, deployment: &str) -> Option<String> {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let sets: Api<ReplicaSet> = Api::namespaced(client.clone(), namespace);
    let all = ListParams::default();
    let (found, sets) = try_join(deployments.get(deployment), sets.list(&all)).await.ok()?;
    let sets: Vec<Arc<ReplicaSet>> = sets.items.into_iter().map(Arc::new).collect();
    new_set(&found, &sets)?.metadata.name.clone()
}

async fn warnings(
    client: &kube::Client,
    namespace: &str,
    objects: &Objects,
    reason: &str,
) -> Vec<String> {
    let events: Api<Event> = Api::namespaced(client.clone(), namespace);
    let found = events
        .list(&ListParams::default().fields("type=Warning"))
        .await
        .map(|list| list.items)
        .unwrap_or_default();
    newest(found, objects, reason)
}

/// Returns the newest warnings about a Deployment, its ReplicaSet and pods, newest first.
///
/// Leaves out a warning that repeats `reason`, or another warning with a different pod name.
fn newest(mut events: Vec<Event>, objects: &Objects, reason: &str) -> Vec<String> {
    let deployment = &objects.deployment;
    // An autoscaler has the name of its Deployment.
    let has_pods = |kind: &str| matches!(kind, "Deployment" | "ReplicaSet" | "Pod");
    events.retain(|event| {
        let object = &event.involved_object;
        object.kind.as_deref().is_some_and(has_pods)
            && object.name.as_deref().is_some_and(|name| objects.include(name))
    });
    events.sort_by_key(|event| std::cmp::Reverse(time(event)));
    let reason = without_pods(reason, deployment);
    let (mut seen, mut lines) = (Vec::new(), Vec::new());
    for event in events {
        let message = event.message.as_deref().unwrap_or_default().trim().replace('\n', " ");
        let general = without_pods(without_prefix(&message), deployment);
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
    pods: &Api<Pod>,
    objects: &Objects,
    source: Option<(&str, Option<&str>)>,
) -> Vec<String> {
    let pod = match source {
        Some((name, _)) => pods.get_opt(name).await.ok().flatten(),
        None => newest_unready(pods, objects).await,
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
    let text = pods.logs(name, &params).await.unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(|line| format!("  | {line}")).collect();
    if !lines.is_empty() {
        lines.insert(0, format!("  last log lines of {name}, container `{container}`:"));
    }
    lines
}

async fn newest_unready(pods: &Api<Pod>, objects: &Objects) -> Option<Pod> {
    let found = pods.list(&ListParams::default()).await.map(|list| list.items).unwrap_or_default();
    let unready = |pod: &Pod| {
        let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
        let ready = conditions
            .into_iter()
            .any(|condition| condition.type_ == "Ready" && condition.status == "True");
        !ready && pod.metadata.name.as_deref().is_some_and(|name| objects.include(name))
    };
    let unready = found.into_iter().filter(unready);
    unready.max_by_key(|pod| pod.metadata.creation_timestamp.clone().map(|time| time.0))
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

    fn objects(set: &str) -> Objects {
        Objects { deployment: "shop-api".to_owned(), set: Some(set.to_owned()) }
    }

    #[test]
    fn newest_warnings_of_the_service_are_listed_once() {
        let event_of = |kind: &str, name: &str, message: &str, time: &str| -> Event {
            serde_json::from_value(
                json!({"metadata": {}, "type": "Warning", "reason": "Unhealthy", "message": message,
                "involvedObject": {"kind": kind, "name": name}, "lastTimestamp": time}),
            )
            .expect("an event")
        };
        let event = |name: &str, message: &str, time: &str| event_of("Pod", name, message, time);
        let autoscaler = "HorizontalPodAutoscaler";
        let events = vec![
            event_of(autoscaler, "shop-api", "no metrics", "2026-01-01T00:04:00Z"),
            event("shop-api-1-x", "old", "2026-01-01T00:00:00Z"),
            event("shop-api-1-y", "new", "2026-01-01T00:02:00Z"),
            event("shop-api-1-z", "new", "2026-01-01T00:01:00Z"),
            event("other", "other service", "2026-01-01T00:03:00Z"),
            event("shop-api-0-x", "old revision", "2026-01-01T00:03:00Z"),
        ];
        let lines = newest(events.clone(), &objects("shop-api-1"), "not ready");
        assert_eq!(lines, ["  warning  Unhealthy: new", "  warning  Unhealthy: old"]);
        assert_eq!(
            newest(events, &objects("shop-api-1"), "it is new"),
            ["  warning  Unhealthy: old"],
            "a warning that repeats the reason is left out"
        );
        let forbidden = |pod: &str| {
            event(
                pod,
                &format!("Error creating: pods \"{pod}\" is forbidden"),
                "2026-01-01T00:00:00Z",
            )
        };
        let events = vec![forbidden("shop-api-1-a"), forbidden("shop-api-1-b")];
        let lines = newest(events, &objects("shop-api-1"), "");
        assert_eq!(
            lines,
            ["  warning  Unhealthy: Error creating: pods \"shop-api-1-a\" is forbidden"]
        );
    }
}
