//! The state of the workloads before a write. A failure that existed before the write may belong to
//! an earlier rollout. It counts only after it changes.
//!
//! The comparison needs no clock. It compares what the API server returned before and after.

use std::collections::BTreeMap;

use futures::future::try_join;
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::api::{Api, ListParams};

use crate::live::Lenient;

/// The namespace in which a run waits.
#[derive(Clone, Copy)]
pub(crate) struct Layer<'a> {
    pub(crate) client: &'a kube::Client,
    pub(crate) namespace: &'a str,
    /// The labels that the pods of all awaited Deployments have.
    pub(crate) labels: &'a str,
}

/// The ReplicaSets and pods of a layer at one time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// The conditions of each ReplicaSet, by its UID.
    conditions: BTreeMap<String, Vec<ReplicaSetCondition>>,
    /// The state of each container, by the UID of its pod and its name.
    containers: BTreeMap<(String, String), ContainerBefore>,
}

/// The state of a container before a write.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ContainerBefore {
    restarts: i32,
    waiting: Option<String>,
}

impl Snapshot {
    /// Reads the ReplicaSets and pods with these labels.
    ///
    /// # Errors
    ///
    /// Fails if they cannot be listed.
    pub(crate) async fn take(layer: Layer<'_>) -> Result<Self, kube::Error> {
        let Layer { client, namespace, labels } = layer;
        let sets: Api<Lenient<ReplicaSet>> = Api::namespaced(client.clone(), namespace);
        let pods: Api<Lenient<Pod>> = Api::namespaced(client.clone(), namespace);
        let params = ListParams::default().labels(labels);
        let (sets, pods) = try_join(sets.list(&params), pods.list(&params)).await?;
        let pods: Vec<Pod> = pods.items.into_iter().map(|pod| pod.0).collect();
        Ok(Self::of(sets.items.into_iter().map(|set| set.0).collect(), &pods))
    }

    fn of(sets: Vec<ReplicaSet>, pods: &[Pod]) -> Self {
        let conditions = sets.into_iter().filter_map(|set| {
            let conditions = set.status.and_then(|status| status.conditions);
            Some((set.metadata.uid?, conditions.unwrap_or_default()))
        });
        let containers = pods.iter().flat_map(|pod| {
            let uid = pod.metadata.uid.clone().unwrap_or_default();
            statuses(pod).map(move |status| {
                let before =
                    ContainerBefore { restarts: status.restart_count, waiting: waiting(status) };
                ((uid.clone(), status.name.clone()), before)
            })
        });
        Self { conditions: conditions.collect(), containers: containers.collect() }
    }

    /// Whether a condition of a ReplicaSet was there before the write.
    pub(super) fn has(&self, set: &ReplicaSet, condition: &ReplicaSetCondition) -> bool {
        let uid = set.metadata.uid.as_deref().unwrap_or_default();
        self.conditions.get(uid).is_some_and(|before| before.contains(condition))
    }

    /// Returns how often a container was restarted since the write.
    pub(super) fn restarts(&self, pod: &Pod, status: &ContainerStatus) -> i32 {
        let before = self.containers.get(&key(pod, status)).map_or(0, |before| before.restarts);
        status.restart_count.saturating_sub(before)
    }

    /// Whether a container has waited for the same reason since before the write.
    ///
    /// `ImagePullBackOff` is only the pause after `ErrImagePull`, so it is not a new reason.
    pub(super) fn still_waits(&self, pod: &Pod, status: &ContainerStatus) -> bool {
        let Some(before) = self.containers.get(&key(pod, status)) else { return false };
        let now = waiting(status);
        status.restart_count == before.restarts
            && before.waiting.is_some()
            && (now == before.waiting || now.as_deref() == Some("ImagePullBackOff"))
    }

    /// Remembers that a failed pull is in its pause. The next `ErrImagePull` is a new failure.
    pub(super) fn note_pauses(&mut self, pod: &Pod) {
        for status in statuses(pod) {
            let pauses = waiting(status).filter(|reason| reason == "ImagePullBackOff");
            if let (Some(pauses), Some(before)) =
                (pauses, self.containers.get_mut(&key(pod, status)))
            {
                before.waiting = Some(pauses);
            }
        }
    }
}

fn key(pod: &Pod, status: &ContainerStatus) -> (String, String) {
    (pod.metadata.uid.clone().unwrap_or_default(), status.name.clone())
}

fn waiting(status: &ContainerStatus) -> Option<String> {
    status.state.as_ref()?.waiting.as_ref()?.reason.clone()
}

/// Returns the states of all containers of a pod, init containers first.
pub(super) fn statuses(pod: &Pod) -> impl Iterator<Item = &ContainerStatus> {
    pod.status.iter().flat_map(|status| {
        let init = status.init_container_statuses.iter().flatten();
        init.chain(status.container_statuses.iter().flatten())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(reason: &str, restarts: i32) -> Pod {
        serde_json::from_value(json!({
            "metadata": {"uid": "1"},
            "status": {"containerStatuses": [{
                "name": "api", "image": "", "imageID": "", "ready": false,
                "restartCount": restarts, "state": {"waiting": {"reason": reason}},
            }]},
        }))
        .expect("a pod")
    }

    fn check(snapshot: &Snapshot, pod: &Pod, still_waits: bool) {
        let status = statuses(pod).next().expect("the pod has a container");
        assert_eq!(snapshot.still_waits(pod, status), still_waits, "{status:?}");
    }

    #[test]
    fn failed_pull_counts_when_it_fails_again() {
        let mut snapshot = Snapshot::of(Vec::new(), &[pod("ErrImagePull", 0)]);
        check(&snapshot, &pod("ErrImagePull", 0), true);
        snapshot.note_pauses(&pod("ImagePullBackOff", 0));
        check(&snapshot, &pod("ImagePullBackOff", 0), true);
        check(&snapshot, &pod("ErrImagePull", 0), false);
        check(&Snapshot::default(), &pod("ErrImagePull", 0), false);
    }

    #[test]
    fn restarts_are_counted_since_the_write() {
        let snapshot = Snapshot::of(Vec::new(), &[pod("CrashLoopBackOff", 50)]);
        let restarts = |pod: &Pod| {
            snapshot.restarts(pod, statuses(pod).next().expect("the pod has a container"))
        };
        assert_eq!(restarts(&pod("CrashLoopBackOff", 51)), 1);
        check(&snapshot, &pod("CrashLoopBackOff", 51), false);
    }
}
