//! Reads the image in an OCI layout.

use oci_spec::image::{
    Descriptor, Digest, ImageConfiguration, ImageIndex, ImageManifest, MediaType,
};

use super::archive::{Archive, ArchiveError, Part};
use super::choice::{choose, tag};
use super::parts::{Blob, Image, Manifest, is_plain};
use crate::digest::sha256;

/// The file that lists the images.
pub(super) const LIST: &str = "index.json";
/// The annotation with the name of an image (image-spec, annotations).
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation with the full name of an image, which Docker and containerd add.
const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// The media type of an index that Docker writes.
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// The maximum depth of nested indexes.
const MAX_DEPTH: usize = 4;

/// Reads the image named `wanted`, or the only image.
pub(super) fn read(archive: &Archive, wanted: Option<&str>) -> Result<Image, ArchiveError> {
    let index: ImageIndex = archive.read_json(LIST)?;
    let named = index.manifests().iter().map(|descriptor| (name(descriptor), descriptor));
    let (name, descriptor) = choose(archive, named.collect(), wanted)?;
    let mut image = Image::new(tag(&name));
    add(&mut image, archive, descriptor, 0)?;
    Ok(image)
}

/// Returns the name of an image, or its digest if it has no name.
fn name(descriptor: &Descriptor) -> String {
    let annotations = descriptor.annotations().as_ref();
    let name = annotations.and_then(|all| all.get(CONTAINERD_NAME).or_else(|| all.get(REF_NAME)));
    name.cloned().unwrap_or_else(|| descriptor.digest().to_string())
}

/// Adds the manifest or index of a descriptor, and the blobs that it refers to.
fn add(
    image: &mut Image,
    archive: &Archive,
    descriptor: &Descriptor,
    depth: usize,
) -> Result<(), ArchiveError> {
    let digest = descriptor.digest();
    let bytes = archive.read(&blob_name(archive, digest)?)?;
    if sha256(&bytes) != digest.to_string() {
        return Err(archive.damaged(format!("{digest} does not match its content")));
    }
    let invalid = |error: serde_json::Error| archive.damaged(format!("{digest}: {error}"));
    let media_type = descriptor.media_type().to_string();
    if *descriptor.media_type() == MediaType::ImageIndex || media_type == DOCKER_INDEX {
        if depth > MAX_DEPTH {
            return Err(archive.damaged("the indexes are nested too deeply"));
        }
        let index: ImageIndex = serde_json::from_slice(&bytes).map_err(invalid)?;
        for inner in index.manifests() {
            add(image, archive, inner, depth + 1)?;
        }
    } else {
        let manifest: ImageManifest = serde_json::from_slice(&bytes).map_err(invalid)?;
        let config = part(archive, manifest.config())?;
        if let Some(configuration) = configuration(&config) {
            image.add_platform(&configuration);
        }
        image.add_blob(Blob {
            digest: manifest.config().digest().to_string(),
            part: config,
            plain: false,
        });
        for layer in manifest.layers() {
            // Compressing a layer changes its manifest, which must not be part of an index.
            let plain = depth == 0 && is_plain(layer.media_type());
            let part = part(archive, layer)?;
            image.add_blob(Blob { digest: layer.digest().to_string(), part, plain });
        }
    }
    image.manifests.push(Manifest { media_type, bytes });
    Ok(())
}

/// Reads the configuration of an image. Other artifacts have none.
fn configuration(config: &Part) -> Option<ImageConfiguration> {
    ImageConfiguration::from_reader(config.open().ok()?).ok()
}

/// Returns the part of the archive that contains a blob.
fn part(archive: &Archive, descriptor: &Descriptor) -> Result<Part, ArchiveError> {
    let digest = descriptor.digest();
    let part = archive
        .find(&blob_name(archive, digest)?)
        .ok_or_else(|| archive.damaged(format!("{digest} is missing")))?;
    if part.size != descriptor.size() {
        let (found, expected) = (part.size, descriptor.size());
        return Err(archive.damaged(format!("{digest} has {found} of {expected} bytes")));
    }
    Ok(part)
}

/// Returns the name of the file with a blob.
fn blob_name(archive: &Archive, digest: &Digest) -> Result<String, ArchiveError> {
    let text = digest.to_string();
    let hex = text
        .strip_prefix("sha256:")
        .filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex.map(|hex| format!("blobs/sha256/{hex}"))
        .ok_or_else(|| archive.damaged(format!("`{text}` is not a valid sha256 digest")))
}
