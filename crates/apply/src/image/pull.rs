//! What a registry tells of an image.

use std::collections::BTreeSet;

use oci_client::Reference;
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{
    IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE,
    OCI_IMAGE_MEDIA_TYPE,
};
use oci_spec::image::ImageConfiguration;
use serde_json::Value;

use super::push::{Destination, client, status};

const ACCEPTED: &[&str] = &[
    OCI_IMAGE_INDEX_MEDIA_TYPE,
    IMAGE_MANIFEST_LIST_MEDIA_TYPE,
    OCI_IMAGE_MEDIA_TYPE,
    IMAGE_MANIFEST_MEDIA_TYPE,
];

/// What a registry says when it is asked for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is there, for these platforms, like `linux/amd64`.
    For(BTreeSet<String>),
    /// It is not there.
    Nothing,
    /// We may not look, or there was no answer.
    Unknown,
}

/// Looks for an image by its digest or tag.
pub(crate) async fn find(at: &Destination, version: &str) -> Found {
    let client = client(&at.registry);
    let reference =
        Reference::with_tag(at.registry.clone(), at.repository.clone(), version.to_owned());
    let bytes = match client.pull_manifest_raw(&reference, &at.auth, ACCEPTED).await {
        Ok((bytes, _)) => bytes,
        Err(OciDistributionError::ImageManifestNotFoundError(_)) => return Found::Nothing,
        Err(error) if status(&error) == Some(404) => return Found::Nothing,
        Err(_) => return Found::Unknown,
    };
    let Ok(manifest) = serde_json::from_slice::<Value>(&bytes) else { return Found::Unknown };
    if let Some(inner) = manifest["manifests"].as_array() {
        let platform = |inner: &Value| {
            let (os, architecture) =
                (inner["platform"]["os"].as_str()?, inner["platform"]["architecture"].as_str()?);
            // What buildx says of an image's making is no image.
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
