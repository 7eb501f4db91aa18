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
