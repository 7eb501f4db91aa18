//! Reads the image in an OCI layout. The index of a layout may name platforms that are not in it,
//! as `docker save` of Docker with the containerd image store does.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use oci_spec::image::{Descriptor, ImageIndex, ImageManifest, MediaType};

use super::archive::{Archive, LISTS, Part};
use super::archive_error::ArchiveError;
use super::choice::{Candidate, matching, only};
use super::compression::Compression;
use super::configuration::Configuration;
use super::index::{self, Entry};
use super::kind::{artifact, describe, is_foreign};
use super::parts::{Blob, Content, Image, Manifest, is_plain};
use crate::digest::sha256;

/// The file that lists the images.
pub(super) const LIST: &str = LISTS[0];
/// The annotation with the name of an image (image-spec, annotations).
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation with the full name of an image, which Docker and containerd add.
const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// The media type of an index that Docker writes.
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// The name of a manifest of schema version 1, which Docker replaced in 2016.
pub(super) const OLD: &str = "an image in a format that Docker replaced in 2016";
/// The start of the media types of these manifests.
const OLD_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v1+";
/// The maximum depth of nested indexes.
const MAX_DEPTH: usize = 4;

/// Reads the image named `wanted`, or the only image.
pub(super) fn read(archive: &Archive, wanted: Option<&str>) -> Result<Image, ArchiveError> {
    let index: ImageIndex = archive.read_json(LIST)?;
    let all = index.manifests().iter().map(|descriptor| Candidate {
        names: names(descriptor),
        id: descriptor.digest().to_string(),
        content: descriptor,
    });
    let found = matching(archive, all.collect(), wanted)?;
    if found.len() == index.manifests().len() && are_platforms(&found) {
        // The list itself is the index of one image for several platforms, as ko and
        // go-containerregistry write it.
        let mut image = Image::new(found.first().and_then(|first| first.tag(wanted)));
        let bytes = archive.read(LIST)?;
        let media_type = MediaType::ImageIndex.to_string();
        let presence = add_index(&mut image, archive, Manifest { media_type, bytes }, 0)?;
        return complete(archive, image, presence);
    }
    let chosen = only(archive, found)?;
    let mut image = Image::new(chosen.tag(wanted));
    let presence = add(&mut image, archive, chosen.content, 0)?;
    complete(archive, image, presence)
}

/// Reads an image whose manifest or index is not listed anywhere.
pub(super) fn read_root(archive: &Archive, root: Manifest) -> Result<Image, ArchiveError> {
    let mut image = Image::new(None);
    let presence = if is_index(&root) {
        add_index(&mut image, archive, root, 0)?
    } else {
        add_manifest(&mut image, archive, root, 0)?
    };
    complete(archive, image, presence)
}

fn is_index(manifest: &Manifest) -> bool {
    let index = MediaType::ImageIndex.to_string();
    [index.as_str(), DOCKER_INDEX].contains(&manifest.media_type.as_str())
}

/// Returns the names of an image.
fn names(descriptor: &Descriptor) -> Vec<String> {
    let Some(annotations) = descriptor.annotations() else { return Vec::new() };
    [CONTAINERD_NAME, REF_NAME].iter().filter_map(|key| annotations.get(*key).cloned()).collect()
}

/// Whether several entries are the same image for different platforms.
fn are_platforms(found: &[Candidate<&Descriptor>]) -> bool {
    let images: Vec<_> =
        found.iter().filter(|found| !index::is_attestation(found.content)).collect();
    let platform = |candidate: &&Candidate<&Descriptor>| {
        candidate.content.platform().as_ref().map(index::platform)
    };
    let platforms: BTreeSet<Option<String>> = images.iter().map(platform).collect();
    let names: BTreeSet<&[String]> = images.iter().map(|found| found.names.as_slice()).collect();
    found.len() > 1
        && names.len() == 1
        && platforms.len() == images.len()
        && !platforms.contains(&None)
}

/// Whether the archive contains a manifest with everything that it refers to.
enum Presence {
    Complete {
        /// The entry in the index above. It changes if something in it is left out.
        digest: String,
        size: u64,
        /// Whether it contains an image.
        runs: bool,
    },
    /// The reason why it is left out.
    Absent(String),
}

/// Returns the image, if it is complete.
fn complete(archive: &Archive, image: Image, found: Presence) -> Result<Image, ArchiveError> {
    match found {
        Presence::Complete { runs: true, .. } => Ok(image),
        Presence::Complete { .. } => {
            Err(archive.not_an_image("only attestations or other artifacts"))
        }
        Presence::Absent(missing) => Err(archive.damaged(missing)),
    }
}

/// Adds the manifest or index of a descriptor, and the blobs that it refers to.
fn add(
    image: &mut Image,
    archive: &Archive,
    descriptor: &Descriptor,
    depth: usize,
) -> Result<Presence, ArchiveError> {
    let digest = descriptor.digest();
    let name = archive.manifest_name(digest)?;
    if archive.find(&name).is_none() {
        return Ok(Presence::Absent(format!("{digest} is missing")));
    }
    let bytes = archive.read(&name)?;
    if sha256(&bytes) != digest.to_string() {
        return Err(archive.damaged(format!("{digest} does not match its content")));
    }
    let media_type = descriptor.media_type().to_string();
    if media_type.starts_with(OLD_MANIFEST) {
        return Err(archive.not_an_image(OLD));
    }
    let manifest = Manifest { media_type, bytes };
    if is_index(&manifest) {
        return add_index(image, archive, manifest, depth);
    }
    let is_manifest = descriptor.media_type().as_ref().contains("manifest");
    if depth == 0 && !is_manifest {
        return Err(archive.not_an_image(&describe(descriptor.media_type().as_ref())));
    }
    add_manifest(image, archive, manifest, depth)
}

/// Adds an index and the manifests that it names. Leaves out those that are not in the archive.
fn add_index(
    image: &mut Image,
    archive: &Archive,
    manifest: Manifest,
    depth: usize,
) -> Result<Presence, ArchiveError> {
    if depth > MAX_DEPTH {
        return Err(archive.damaged("the indexes are nested too deeply"));
    }
    let name = manifest.digest();
    let index: ImageIndex = archive.parse(&name, &manifest.bytes)?;
    let (mut entries, mut absent) = (Vec::new(), Vec::new());
    let mut any_runs = false;
    // Attestations come after the images that they refer to.
    for inner in index.manifests() {
        let is_orphan = index::subject(inner)
            .is_some_and(|subject| absent.iter().any(|(digest, _)| digest == subject));
        if is_orphan {
            entries.push(Entry::LeftOut);
            continue;
        }
        entries.push(match add(image, archive, inner, depth + 1)? {
            Presence::Complete { digest, size, runs } => {
                any_runs |= runs;
                Entry::Kept { digest, size }
            }
            Presence::Absent(reason) => {
                let reason = format!("{}: {reason}", index::label(inner));
                absent.push((inner.digest().to_string(), reason));
                Entry::LeftOut
            }
        });
    }
    let reasons: Vec<String> = absent.into_iter().map(|(_, reason)| reason).collect();
    if !any_runs && !reasons.is_empty() {
        let missing = reasons.join(", ");
        return match depth {
            0 => Err(ArchiveError::AllAbsent { path: archive.name(), missing }),
            _ => Ok(Presence::Absent(missing)),
        };
    }
    image.left_out.extend(reasons);
    let bytes = index::keep(&manifest.bytes, &entries);
    let manifest = Manifest { bytes: bytes.unwrap_or(manifest.bytes), ..manifest };
    let (digest, size) = (manifest.digest(), manifest.bytes.len() as u64);
    image.manifests.push(manifest);
    Ok(Presence::Complete { digest, size, runs: any_runs })
}

/// Adds a manifest with its blobs, if all of them are in the archive.
fn add_manifest(
    image: &mut Image,
    archive: &Archive,
    manifest: Manifest,
    depth: usize,
) -> Result<Presence, ArchiveError> {
    let name = manifest.digest();
    let parsed: ImageManifest = archive.parse(&name, &manifest.bytes)?;
    let artifact = artifact(&parsed);
    if let (0, Some(artifact)) = (depth, &artifact) {
        return Err(archive.not_an_image(artifact));
    }
    let mut blobs = Vec::new();
    for descriptor in std::iter::once(parsed.config()).chain(parsed.layers()) {
        let Some(part) = part(archive, descriptor)? else {
            let digest = descriptor.digest();
            let url = descriptor.urls().iter().flatten().next();
            return match is_foreign(descriptor) {
                true if depth == 0 => Err(archive.foreign_layer(
                    digest.as_ref(),
                    url.map_or("another registry", String::as_str),
                )),
                true => Ok(Presence::Absent(format!("the foreign layer {digest}"))),
                false => Ok(Presence::Absent(format!("{digest} is missing"))),
            };
        };
        // Compressing a layer changes its manifest, which must not be part of an index. Some tools
        // name compressed layers like plain ones.
        let plain =
            depth == 0 && is_plain(descriptor.media_type()) && is_uncompressed(archive, &part)?;
        let content = if plain { Content::Plain } else { Content::Exact };
        blobs.push(Blob { digest: descriptor.digest().to_string(), part, content });
    }
    if artifact.is_none() {
        let config = archive.read(&archive.blob_name(parsed.config().digest())?)?;
        let configuration: Configuration =
            archive.parse(parsed.config().digest().as_ref(), &config)?;
        image.add_platform(&configuration);
    }
    blobs.into_iter().for_each(|blob| image.add_blob(blob));
    let size = manifest.bytes.len() as u64;
    image.manifests.push(manifest);
    Ok(Presence::Complete { digest: name, size, runs: artifact.is_none() })
}

fn is_uncompressed(archive: &Archive, part: &Part) -> Result<bool, ArchiveError> {
    let start = part.start().map_err(|error| archive.unreadable(error))?;
    Ok(matches!(Compression::of(&start), Compression::None))
}

/// Returns the part of the archive that contains a blob, if there is one.
fn part(archive: &Archive, descriptor: &Descriptor) -> Result<Option<Part>, ArchiveError> {
    let digest = descriptor.digest();
    let Some(part) = archive.find(&archive.blob_name(digest)?) else { return Ok(None) };
    if part.size != descriptor.size() {
        let (found, expected) = (part.size, descriptor.size());
        return Err(archive.damaged(format!("{digest} has {found} of {expected} bytes")));
    }
    Ok(Some(part))
}
