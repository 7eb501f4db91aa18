//! The pods of each revision of a Deployment.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;

use super::owners::{REVISION, first_image, is_owned, new_set};
use super::workload::Workload;

/// The pods of one ReplicaSet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetPods {
    /// The image of the first container.
    pub(crate) image: String,
    pub(crate) ready: u64,
    pub(crate) pods: u64,
}

/// Returns the pods of earlier revisions that still exist, newest revision first. Those of a
/// StatefulSet are only counted.
pub(crate) fn old_set_pods(workload: &Workload, sets: &[Arc<ReplicaSet>]) -> Vec<SetPods> {
    let Workload::Deployment(deployment) = workload else { return Vec::new() };
    let newest = new_set(deployment, sets).and_then(|set| set.metadata.uid.clone());
    let mut old: Vec<&Arc<ReplicaSet>> = sets
        .iter()
        .filter(|set| {
            is_owned(&set.metadata, &deployment.metadata)
                && set.metadata.uid != newest
                && set.status.as_ref().is_some_and(|status| status.replicas > 0)
        })
        .collect();
    old.sort_by_key(|set| std::cmp::Reverse(revision(set)));
    old.into_iter().map(|set| set_pods(set)).collect()
}

fn revision(set: &ReplicaSet) -> Option<u64> {
    let annotations = set.metadata.annotations.as_ref()?;
    annotations.get(REVISION)?.parse().ok()
}

fn set_pods(set: &ReplicaSet) -> SetPods {
    let count = |count: Option<i32>| u64::try_from(count.unwrap_or(0)).unwrap_or(0);
    let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
    let status = set.status.as_ref();
    SetPods {
        image: first_image(template.and_then(|template| template.spec.as_ref())),
        ready: count(status.and_then(|status| status.ready_replicas)),
        pods: count(status.map(|status| status.replicas)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn set(name: &str, revision: &str, image: &str, (ready, pods): (u8, u8)) -> Arc<ReplicaSet> {
        let containers = json!([{"name": "api", "image": image}]);
        let set: Value = json!({
            "metadata": {
                "name": name, "uid": name,
                "annotations": {"deployment.kubernetes.io/revision": revision},
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api", "uid": "api"},
                ],
            },
            "spec": {"selector": {}, "template": {"spec": {"containers": containers}}},
            "status": {"replicas": pods, "readyReplicas": ready},
        });
        Arc::new(serde_json::from_value(set).expect("a ReplicaSet"))
    }

    #[test]
    fn old_pods_are_grouped_by_revision() {
        let deployment = serde_json::from_value(json!({
            "metadata": {
                "name": "api", "uid": "api",
                "annotations": {"deployment.kubernetes.io/revision": "11"},
            },
        }))
        .expect("a Deployment");
        let sets = [
            set("a", "9", "api:9", (1, 1)),
            set("b", "10", "api:10", (0, 2)),
            set("c", "11", "api:11", (1, 2)),
            set("d", "8", "api:8", (0, 0)),
        ];
        let pods = |image: &str, ready, pods| SetPods { image: image.to_owned(), ready, pods };
        let old = old_set_pods(&Workload::Deployment(Arc::new(deployment)), &sets);
        assert_eq!(old, [pods("api:10", 0, 2), pods("api:9", 1, 1)]);
    }
}
