//! Looks up an image in a registry.

use std::collections::BTreeSet;

use oci_client::Reference;
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{
    IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE,
    OCI_IMAGE_MEDIA_TYPE,
};
use oci_spec::image::ImageConfiguration;
use serde_json::Value;

use super::access::{auth, client};
use super::destination::Destination;
use super::request_error::status;

/// The accepted media types.
const ACCEPTED: &[&str] = &[
    OCI_IMAGE_INDEX_MEDIA_TYPE,
    IMAGE_MANIFEST_LIST_MEDIA_TYPE,
    OCI_IMAGE_MEDIA_TYPE,
    IMAGE_MANIFEST_MEDIA_TYPE,
];

/// The result of looking up an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The registry has the image for these platforms, for example `linux/amd64`.
    For(BTreeSet<String>),
    /// The registry does not have the image.
    Missing,
    /// The registry does not allow the request, or does not answer.
    Unknown,
}

/// Looks up an image by its digest or tag.
pub(crate) async fn find(at: &Destination, version: &str) -> Found {
    let Ok(client) = client(at) else { return Found::Unknown };
    let reference =
        Reference::with_tag(at.registry.clone(), at.repository.clone(), version.to_owned());
    let bytes = match client.pull_manifest_raw(&reference, &auth(&at.credentials), ACCEPTED).await {
        Ok((bytes, _)) => bytes,
        Err(OciDistributionError::ImageManifestNotFoundError(_)) => return Found::Missing,
        Err(error) if status(&error) == Some(404) => return Found::Missing,
        Err(_) => return Found::Unknown,
    };
    let Ok(manifest) = serde_json::from_slice::<Value>(&bytes) else { return Found::Unknown };
    if let Some(inner) = manifest["manifests"].as_array() {
        let platform = |inner: &Value| {
            let (os, architecture) =
                (inner["platform"]["os"].as_str()?, inner["platform"]["architecture"].as_str()?);
            // The attestations of buildx are not images.
            (os != "unknown").then(|| format!("{os}/{architecture}"))
        };
        return Found::For(inner.iter().filter_map(platform).collect());
    }
    let mut configuration = Vec::new();
    let digest = manifest["config"]["digest"].as_str().unwrap_or_default();
    if client.pull_blob(&reference, digest, &mut configuration).await.is_err() {
        return Found::For(BTreeSet::new());
    }
    let configuration = ImageConfiguration::from_reader(&*configuration).ok();
    Found::For(
        configuration
            .iter()
            .map(|found| format!("{}/{}", found.os(), found.architecture()))
            .collect(),
    )
}
