//! The images that run now. An AUTO image without a tag and a digest does not change.

use futures::future::join_all;
use kube::api::{Api, DynamicObject};
use optakit_core::aws::ecr::is_variant_of_opta;
use optakit_core::bundle::{Bundle, ImageHole};
use optakit_core::kind::Kind;
use optakit_core::model::image::Reference;
use optakit_core::render::VERSION_LABEL;
use serde_json::Value;

use crate::live::{LiveError, explain, resource_of, to_value};

/// The AUTO images of a bundle that had neither a tag nor a digest.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningImages {
    /// The images that stay.
    pub(crate) kept: Vec<KeptImage>,
    /// The services that run no image of their repository.
    pub(crate) missing: Vec<MissingImage>,
}

/// An image that runs now and stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptImage {
    pub(crate) module: String,
    /// The full reference.
    pub(crate) reference: String,
}

impl KeptImage {
    /// Returns the digest, or the tag of an image without a digest.
    pub(crate) fn version(&self) -> &str {
        let parts = Reference::parse(&self.reference);
        let version = parts.ok().and_then(|parts| parts.digest.or(parts.tag));
        version.unwrap_or(&self.reference)
    }
}

/// A service that runs no image of its repository.
#[derive(Clone, Debug)]
pub(crate) struct MissingImage {
    pub(crate) hole: ImageHole,
    /// The image that runs now. `None` if nothing runs.
    pub(crate) running: Option<String>,
}

/// Sets each AUTO image that has neither a tag nor a digest to the image that runs now.
///
/// The running image is the one in the Deployment or StatefulSet, whether or not its pods are
/// ready.
///
/// # Errors
///
/// Fails if an object cannot be read.
pub(crate) async fn keep(
    client: &kube::Client,
    bundle: &mut Bundle,
) -> Result<RunningImages, LiveError> {
    let holes = bundle.image_holes();
    let layer = bundle.metadata.layer.clone();
    let found = join_all(holes.iter().map(|hole| workload(client, &layer, &hole.workload))).await;
    let mut images = RunningImages::default();
    for (hole, found) in holes.into_iter().zip(found) {
        let found = found?;
        let running = found.as_ref().and_then(|(kind, found)| image(*kind, found, &hole.container));
        match running {
            Some(reference) if is_of_repository(reference, &hole.repository) => {
                bundle.set_image(&hole, reference);
                if let Some(version) = found.as_ref().and_then(|(_, found)| version(found)) {
                    bundle.set_version(&hole.module, version);
                }
                let reference = reference.to_owned();
                images.kept.push(KeptImage { module: hole.module, reference });
            }
            running => {
                let running = running.map(str::to_owned);
                images.missing.push(MissingImage { hole, running });
            }
        }
    }
    Ok(images)
}

/// Reads the live object with the pods of a service. A service that gets or loses its volumes still
/// has the object of the other kind.
async fn workload(
    client: &kube::Client,
    namespace: &str,
    (kind, name): &(Kind, String),
) -> Result<Option<(Kind, Value)>, LiveError> {
    let kinds = match kind {
        Kind::Deployment => &[Kind::Deployment, Kind::StatefulSet][..],
        Kind::StatefulSet => &[Kind::StatefulSet, Kind::Deployment],
        other => std::slice::from_ref(other),
    };
    for kind in kinds {
        let api: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), namespace, &resource_of(*kind));
        let found = api.get_opt(name).await;
        let found = found.map_err(|error| explain(error, "reading", &format!("{kind} {name}")))?;
        if let Some(found) = found {
            return Ok(Some((*kind, to_value(found))));
        }
    }
    Ok(None)
}

/// Returns the image of a container.
fn image<'o>(kind: Kind, object: &'o Value, container: &str) -> Option<&'o str> {
    let containers = object.pointer(kind.pod_template()?)?.pointer("/spec/containers")?;
    let found = containers.as_array()?.iter().find(|found| found["name"] == container)?;
    found["image"].as_str()
}

/// Returns the label with the tag of the image.
fn version(object: &Value) -> Option<&str> {
    object["metadata"]["labels"][VERSION_LABEL].as_str()
}

/// Whether an image is in a repository, or in the repository that Opta created for the service. It
/// must have a tag or a digest.
fn is_of_repository(reference: &str, repository: &str) -> bool {
    let Ok(Reference { name, tag, digest }) = Reference::parse(reference) else { return false };
    (tag.is_some() || digest.is_some())
        && (name == repository || is_variant_of_opta(name, repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_of_the_repository_are_kept() {
        let repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api";
        let check = |reference: &str, expected: bool| {
            assert_eq!(is_of_repository(reference, repository), expected, "{reference}");
        };
        check(&format!("{repository}:1.4"), true);
        check(&format!("{repository}@sha256:{}", "a".repeat(64)), true);
        check(&format!("{repository}-x7k2:1.4"), true);
        check(repository, false);
        check(&format!("{repository}-worker:1.4"), false);
        check("nginx:1.29", false);
        check(&repository.replace("123456789012", "999999999999"), false);
        check("not an image", false);
    }

    #[test]
    fn version_is_the_digest_or_the_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let check = |reference: String, expected: &str| {
            let kept = KeptImage { module: "api".to_owned(), reference };
            assert_eq!(kept.version(), expected);
        };
        check(format!("acme/api@{digest}"), &digest);
        check(format!("acme/api:1.4@{digest}"), &digest);
        check("acme/api:1.4".to_owned(), "1.4");
    }
}
