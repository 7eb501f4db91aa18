//! Reads the image in a folder that skopeo writes with the transport `dir:`. The file
//! `manifest.json` is the manifest itself, and the name of a blob is its digest.

use oci_spec::image::MediaType;
use serde_json::Value;

use super::archive::{Archive, LISTS};
use super::archive_error::ArchiveError;
use super::layout;
use super::parts::{Image, Manifest};

/// Reads the image of a folder, which has one image for one or several platforms.
pub(super) fn read(archive: &Archive) -> Result<Image, ArchiveError> {
    let bytes = archive.read(LISTS[1])?;
    let manifest: Value = archive.parse(LISTS[1], &bytes)?;
    if manifest["schemaVersion"] == 1 {
        return Err(archive.not_an_image(layout::OLD));
    }
    let default = if manifest["manifests"].is_array() {
        MediaType::ImageIndex
    } else {
        MediaType::ImageManifest
    };
    let media_type = manifest["mediaType"].as_str();
    let media_type = media_type.map_or_else(|| default.to_string(), str::to_owned);
    layout::read_root(archive, Manifest { media_type, bytes })
}
