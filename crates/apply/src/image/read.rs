//! Reads the image in an archive of any format.

use super::archive::Archive;
use super::archive_error::ArchiveError;
use super::parts::Image;
use super::{directory, docker, layout};

/// Reads the image of an archive. `wanted` names one of several images.
///
/// # Errors
///
/// Fails if the archive does not contain the image, or if a part of the image is missing.
pub(crate) fn read(archive: &Archive, wanted: Option<&str>) -> Result<Image, ArchiveError> {
    // An archive of `docker save` since version 25 has both files.
    if archive.find(layout::LIST).is_some() {
        layout::read(archive, wanted)
    } else if archive.is_directory() {
        directory::read(archive)
    } else if archive.find(docker::LIST).is_some() {
        docker::read(archive, wanted)
    } else {
        Err(archive.not_an_archive())
    }
}
