//! An image and its parts: blobs and manifests.

use std::collections::BTreeSet;

use oci_spec::image::{ImageManifest, MediaType};

use super::archive::Part;
use super::configuration::Configuration;
use crate::digest::sha256;

/// An image that can be pushed.
#[derive(Debug)]
pub(crate) struct Image {
    /// The tag of the image in the archive.
    pub(crate) tag: Option<String>,
    /// The platforms of the image, for example `linux/amd64`.
    pub(crate) platforms: BTreeSet<String>,
    /// The configurations and layers of the image.
    pub(crate) blobs: Vec<Blob>,
    /// The manifests of the image. A manifest comes after the manifests that it refers to.
    pub(crate) manifests: Vec<Manifest>,
    /// The platforms of the index that are not in the archive, each with the reason.
    pub(crate) left_out: Vec<String>,
}

/// A configuration or layer.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) digest: String,
    pub(crate) part: Part,
    pub(crate) content: Content,
}

/// The source of the bytes of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// The bytes of the digest. They are sent as they are.
    Exact,
    /// A layer that is not compressed. It is compressed before it is sent.
    Plain,
    /// A compressed layer with the digest of the layer before compression.
    Gzip,
    /// Like `Gzip`, with Zstandard.
    Zstd,
}

/// A manifest or an index.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Manifest {
    /// Returns the digest of the manifest.
    pub(crate) fn digest(&self) -> String {
        sha256(&self.bytes)
    }
}

impl Image {
    /// Returns an image without parts.
    pub(super) const fn new(tag: Option<String>) -> Self {
        Self {
            tag,
            platforms: BTreeSet::new(),
            blobs: Vec::new(),
            manifests: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Adds the platform of a configuration.
    pub(super) fn add_platform(&mut self, configuration: &Configuration) {
        self.platforms.extend(configuration.platform());
    }

    /// Adds a blob, unless the image has it already.
    pub(super) fn add_blob(&mut self, blob: Blob) {
        if !self.blobs.iter().any(|known| known.digest == blob.digest) {
            self.blobs.push(blob);
        }
    }
}

/// Serializes a manifest.
pub(super) fn serialize(manifest: &ImageManifest) -> Manifest {
    let bytes = serde_json::to_vec(manifest)
        .expect("a manifest contains only texts, numbers, lists and maps");
    Manifest { media_type: MediaType::ImageManifest.to_string(), bytes }
}

/// Whether layers of this type are not compressed.
pub(super) fn is_plain(media_type: &MediaType) -> bool {
    matches!(media_type, MediaType::ImageLayer)
        || media_type.to_string() == "application/vnd.docker.image.rootfs.diff.tar"
}
