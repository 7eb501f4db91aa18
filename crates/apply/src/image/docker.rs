//! Reads the image in an archive of `docker save`.

use oci_spec::image::{
    Descriptor, Digest, ImageConfiguration, ImageManifestBuilder, MediaType, SCHEMA_VERSION,
};
use serde::Deserialize;

use super::archive::{Archive, ArchiveError, Part};
use super::choice::{choose, tag};
use super::parts::{Blob, Image, serialize};
use crate::digest::sha256;

/// The file that lists the images.
pub(super) const LIST: &str = "manifest.json";

/// An image in the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SavedImage {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// Reads the image named `wanted`, or the only image.
pub(super) fn read(archive: &Archive, wanted: Option<&str>) -> Result<Image, ArchiveError> {
    let images: Vec<SavedImage> = archive.read_json(LIST)?;
    let named = images.iter().map(|image| {
        let name = image.repo_tags.iter().flatten().next().unwrap_or(&image.config);
        (name.clone(), image)
    });
    let (name, saved) = choose(archive, named.collect(), wanted)?;
    let config = archive.read(&saved.config)?;
    let configuration = ImageConfiguration::from_reader(&*config)
        .map_err(|error| archive.damaged(format!("{}: {error}", saved.config)))?;
    // Docker saves layers without compression. Their digests are in the configuration.
    let digests = configuration.rootfs().diff_ids();
    if digests.len() != saved.layers.len() {
        let (found, expected) = (saved.layers.len(), digests.len());
        return Err(archive.damaged(format!("it contains {found} of {expected} layers")));
    }
    let mut image = Image::new(tag(&name));
    image.add_platform(&configuration);
    let config =
        Blob { digest: sha256(&config), part: part(archive, &saved.config)?, plain: false };
    let config_descriptor = descriptor(archive, MediaType::ImageConfig, &config)?;
    image.add_blob(config);
    let mut layers = Vec::new();
    for (name, digest) in saved.layers.iter().zip(digests) {
        let layer = Blob { digest: digest.clone(), part: part(archive, name)?, plain: true };
        layers.push(descriptor(archive, MediaType::ImageLayer, &layer)?);
        image.add_blob(layer);
    }
    let manifest = ImageManifestBuilder::default()
        .schema_version(SCHEMA_VERSION)
        .media_type(MediaType::ImageManifest)
        .config(config_descriptor)
        .layers(layers)
        .build()
        .map_err(|error| archive.damaged(error.to_string()))?;
    image.manifests.push(serialize(&manifest));
    Ok(image)
}

fn part(archive: &Archive, name: &str) -> Result<Part, ArchiveError> {
    archive.find(name).ok_or_else(|| archive.damaged(format!("{name} is missing")))
}

fn descriptor(
    archive: &Archive,
    media_type: MediaType,
    blob: &Blob,
) -> Result<Descriptor, ArchiveError> {
    let digest: Digest = blob
        .digest
        .parse()
        .map_err(|_| archive.damaged(format!("`{}` is not a valid digest", blob.digest)))?;
    Ok(Descriptor::new(media_type, blob.part.size, digest))
}
