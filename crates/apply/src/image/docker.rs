//! Reads the image in an archive of `docker save`. Kaniko, ko, crane and Bazel write this format
//! too, with compressed layers.

use std::collections::BTreeMap;

use oci_spec::image::{Descriptor, Digest, ImageManifestBuilder, MediaType, SCHEMA_VERSION};
use serde::Deserialize;
use serde_json::Value;

use super::archive::{Archive, LISTS, Part};
use super::archive_error::ArchiveError;
use super::choice::{Candidate, matching, only};
use super::compression::Compression;
use super::configuration::Configuration;
use super::parts::{Blob, Content, Image, serialize};
use crate::digest::sha256;

/// The file that lists the images.
pub(super) const LIST: &str = LISTS[1];

/// An image in the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SavedImage {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Option<Vec<String>>,
    /// The layers that are not in the archive on purpose, by their digest.
    #[serde(default)]
    layer_sources: Option<BTreeMap<String, LayerSource>>,
}

#[derive(Deserialize)]
struct LayerSource {
    #[serde(default)]
    urls: Vec<String>,
}

/// Reads the image named `wanted`, or the only image.
pub(super) fn read(archive: &Archive, wanted: Option<&str>) -> Result<Image, ArchiveError> {
    let list: Value = archive.read_json(LIST)?;
    if list.is_object() {
        return Err(archive.not_an_archive());
    }
    let images: Option<Vec<SavedImage>> = archive.parse(LIST, list.to_string().as_bytes())?;
    let all = images.unwrap_or_default().into_iter().map(|image| Candidate {
        names: image.repo_tags.clone().unwrap_or_default(),
        id: image.config.clone(),
        content: image,
    });
    let chosen = only(archive, matching(archive, all.collect(), wanted)?)?;
    let saved = &chosen.content;
    let config = archive.read(&saved.config)?;
    let configuration: Configuration = serde_json::from_slice(&config)
        .map_err(|error| archive.damaged(format!("{}: {error}", saved.config)))?;
    let (layers, digests) = (saved.layers.as_deref().unwrap_or_default(), configuration.diff_ids());
    if digests.len() != layers.len() {
        let (found, expected) = (layers.len(), digests.len());
        return Err(archive.damaged(format!("it contains {found} of {expected} layers")));
    }
    let mut image = Image::new(chosen.tag(wanted));
    image.add_platform(&configuration);
    let part = archive
        .find(&saved.config)
        .ok_or_else(|| archive.damaged(format!("{} is missing", saved.config)))?;
    let config = Blob { digest: sha256(&config), part, content: Content::Exact };
    let config_descriptor = descriptor(archive, MediaType::ImageConfig, &config)?;
    image.add_blob(config);
    let mut descriptors = Vec::new();
    for (name, digest) in layers.iter().zip(digests) {
        let part = layer(archive, saved, name, digest)?;
        // The digests in a configuration are those of the layers before compression.
        let start = part.start().map_err(|error| archive.unreadable(error))?;
        let content = match Compression::of(&start) {
            Compression::None => Content::Plain,
            Compression::Gzip => Content::Gzip,
            Compression::Zstd => Content::Zstd,
            Compression::Other { name: format, .. } => {
                let (path, layer) = (archive.name(), name.clone());
                return Err(ArchiveError::CompressedLayer { path, layer, format });
            }
        };
        let layer = Blob { digest: digest.clone(), part, content };
        descriptors.push(descriptor(archive, MediaType::ImageLayer, &layer)?);
        image.add_blob(layer);
    }
    let manifest = ImageManifestBuilder::default()
        .schema_version(SCHEMA_VERSION)
        .media_type(MediaType::ImageManifest)
        .config(config_descriptor)
        .layers(descriptors)
        .build()
        .map_err(|error| archive.damaged(error.to_string()))?;
    image.manifests.push(serialize(&manifest));
    Ok(image)
}

/// Finds a layer.
fn layer(
    archive: &Archive,
    saved: &SavedImage,
    name: &str,
    digest: &str,
) -> Result<Part, ArchiveError> {
    if let Some(part) = archive.find(name) {
        return Ok(part);
    }
    let source = saved.layer_sources.as_ref().and_then(|sources| sources.get(digest));
    match source.and_then(|source| source.urls.first()) {
        Some(url) => Err(archive.foreign_layer(digest, url)),
        None => Err(archive.damaged(format!("{name} is missing"))),
    }
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
    archive.check_algorithm(&digest)?;
    Ok(Descriptor::new(media_type, blob.part.size, digest))
}
