//! The base of a layer that an earlier version of Optakit applied last. Such a version did not name
//! the revision that runs now, and kept no large revisions.

use futures::future::try_join_all;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::Api;
use optakit_core::bundle::{Bundle, BundleObject};
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::applyset::ApplySet;
use crate::live::{Lenient, LiveError, explain};

/// Whether the objects of the cluster are those of the bundle: no other object belongs to the
/// ApplySet, and the containers have the same images.
///
/// # Errors
///
/// Fails if the API server rejects a request.
pub(super) async fn runs(
    client: &kube::Client,
    set: &ApplySet,
    bundle: &Bundle,
) -> Result<bool, LiveError> {
    let names: Vec<(Kind, String)> =
        bundle.manifests.iter().map(|object| (object.kind(), object.name().to_owned())).collect();
    if !set.leftovers(client, &names).await?.is_empty() {
        return Ok(false);
    }
    let deployments = bundle.manifests.iter().filter(|object| object.kind() == Kind::Deployment);
    let same = deployments.map(|object| has_same_images(client, object));
    Ok(try_join_all(same).await?.into_iter().all(|same| same))
}

async fn has_same_images(client: &kube::Client, object: &BundleObject) -> Result<bool, LiveError> {
    let namespace = object.namespace().unwrap_or_default();
    let deployments: Api<Lenient<Deployment>> = Api::namespaced(client.clone(), namespace);
    let live = deployments.get_opt(object.name()).await;
    let live = live.map_err(|error| explain(error, "reading", &object.label()))?;
    let live = live.and_then(|live| live.0.spec).and_then(|spec| spec.template.spec);
    let live: Vec<(String, Option<String>)> = live
        .iter()
        .flat_map(|pod| &pod.containers)
        .map(|container| (container.name.clone(), container.image.clone()))
        .collect();
    let containers = object.json().pointer("/spec/template/spec/containers");
    let containers = containers.and_then(Value::as_array).into_iter().flatten();
    // Other tools may add containers.
    let is_live = |container: &Value| {
        let text = |key: &str| container[key].as_str().map(str::to_owned);
        live.iter()
            .any(|(name, image)| text("name").as_ref() == Some(name) && text("image") == *image)
    };
    Ok(containers.into_iter().all(is_live))
}
