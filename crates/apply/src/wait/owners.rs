//! The ReplicaSet of a revision, the owners of pods, and their image.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::PodSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use optakit_core::visible::visible_line;

/// The annotation with the number of a Deployment's revision.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";

/// Returns the ReplicaSet of the newest revision of an observed Deployment.
pub(super) fn new_set<'a>(
    deployment: &Deployment,
    sets: &'a [Arc<ReplicaSet>],
) -> Option<&'a Arc<ReplicaSet>> {
    let revision = |meta: &ObjectMeta| meta.annotations.as_ref()?.get(REVISION).cloned();
    let number = revision(&deployment.metadata)?;
    sets.iter().find(|set| {
        is_owned(&set.metadata, &deployment.metadata)
            && revision(&set.metadata).as_ref() == Some(&number)
    })
}

/// Whether an object is the owner of another one.
pub(super) fn is_owned(object: &ObjectMeta, owner: &ObjectMeta) -> bool {
    let mut owners = object.owner_references.iter().flatten();
    owners.any(|reference| Some(&reference.uid) == owner.uid.as_ref())
}

/// Returns the image of the first container of a pod template. The API server accepts any text.
pub(super) fn first_image(pod: Option<&PodSpec>) -> String {
    let container = pod.and_then(|pod| pod.containers.first());
    let image = container.and_then(|container| container.image.as_deref());
    visible_line(image.unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn metadata(uid: &str, owner: &str, revision: &str) -> Value {
        let owner = json!({"apiVersion": "v1", "kind": "X", "name": "x", "uid": owner});
        let annotations = json!({REVISION: revision});
        json!({"uid": uid, "annotations": annotations, "ownerReferences": [owner]})
    }

    fn set(uid: &str, owner: &str, revision: &str) -> Arc<ReplicaSet> {
        let set = json!({"metadata": metadata(uid, owner, revision)});
        Arc::new(serde_json::from_value(set).expect("a ReplicaSet"))
    }

    #[test]
    fn the_new_set_has_the_revision_and_the_owner() {
        let deployment = json!({"metadata": metadata("d", "nobody", "2")});
        let deployment = serde_json::from_value(deployment).expect("a Deployment");
        let sets = [set("old", "d", "1"), set("foreign", "e", "2"), set("new", "d", "2")];
        let found = new_set(&deployment, &sets).expect("the set exists");
        assert_eq!(found.metadata.uid.as_deref(), Some("new"));
        assert!(new_set(&deployment, &sets[..2]).is_none());
        assert!(new_set(&Deployment::default(), &sets).is_none(), "it is not observed yet");
    }

    #[test]
    fn the_first_image_is_shown_in_one_line() {
        let pod = json!({"containers": [{"name": "a", "image": "x\u{1b}[1m:1"}, {"name": "b"}]});
        let pod: PodSpec = serde_json::from_value(pod).expect("a pod");
        let image = first_image(Some(&pod));
        assert!(image.starts_with('x') && !image.contains('\u{1b}'), "{image}");
        assert_eq!(first_image(None), "");
    }
}
