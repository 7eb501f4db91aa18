//! Checks the blobs of an image against their digests, and compresses its plain layers.

use std::io::copy;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use oci_spec::image::{Descriptor, Digest, ImageManifest, MediaType};

use super::archive::Part;
use super::archive_error::ArchiveError;
use super::hashing::{Hashing, digests};
use super::parts::{Blob, Content, Image, is_plain, serialize};

/// A layer whose digest changes, because it is sent in another form than the archive names.
struct Packed {
    index: usize,
    before: String,
    media_type: MediaType,
    blob: Blob,
}

/// Checks every blob of an image, in parallel. Compresses the plain layers into a folder, and
/// changes the manifest. The same layer always results in the same bytes.
///
/// Calls `compressed` for each compressed layer with its old digest, its old size and its new size.
///
/// # Errors
///
/// Fails if a blob cannot be read or written, or if it does not match its digest.
pub(crate) fn pack(
    image: &mut Image,
    folder: &Path,
    compressed: impl Fn(&str, u64, u64) + Sync,
) -> Result<(), ArchiveError> {
    use rayon::prelude::*;

    let blobs = image.blobs.par_iter().enumerate();
    let packed = blobs
        .map(|(index, blob)| {
            let (media_type, packed) = match blob.content {
                Content::Exact => return verify(blob).map(|_| None),
                Content::Gzip => (MediaType::ImageLayerGzip, verify(blob)?),
                Content::Zstd => (MediaType::ImageLayerZstd, verify(blob)?),
                Content::Plain => {
                    let packed = compress(blob, &folder.join(index.to_string()))?;
                    compressed(&blob.digest, blob.part.size, packed.part.size);
                    (MediaType::ImageLayerGzip, packed)
                }
            };
            Ok(Some(Packed { index, before: blob.digest.clone(), media_type, blob: packed }))
        })
        .collect::<Result<Vec<Option<Packed>>, ArchiveError>>()?;
    let packed: Vec<Packed> = packed.into_iter().flatten().collect();
    if packed.is_empty() {
        return Ok(());
    }
    let Some(last) = image.manifests.last_mut() else { return Ok(()) };
    let mut manifest: ImageManifest = serde_json::from_slice(&last.bytes)
        .map_err(|error| damaged(folder, format!("the manifest: {error}")))?;
    let layers = manifest.layers().iter().map(|layer| descriptor(layer, &packed)).collect();
    manifest.set_layers(layers);
    if manifest.media_type().is_none() {
        manifest.set_media_type(Some(MediaType::ImageManifest));
    }
    *last = serialize(&manifest);
    for Packed { index, blob, .. } in packed {
        image.blobs[index] = blob;
    }
    Ok(())
}

/// Returns the descriptor of a layer after packing.
fn descriptor(layer: &Descriptor, packed: &[Packed]) -> Descriptor {
    let found = packed
        .iter()
        .find(|packed| is_plain(layer.media_type()) && packed.before == layer.digest().to_string());
    found.map_or_else(
        || layer.clone(),
        |Packed { media_type, blob, .. }| {
            let digest: Digest = blob.digest.parse().expect("a hash makes a valid digest");
            Descriptor::new(media_type.clone(), blob.part.size, digest)
        },
    )
}

fn damaged(path: &Path, problem: String) -> ArchiveError {
    ArchiveError::Damaged { path: path.display().to_string(), problem }
}

fn unreadable(blob: &Blob, error: std::io::Error) -> ArchiveError {
    ArchiveError::Read { path: blob.part.file.display().to_string(), error }
}

/// Returns the blob with the digest of its bytes, after a comparison with the expected digest.
fn verify(blob: &Blob) -> Result<Blob, ArchiveError> {
    let reader = blob.part.open().map_err(|error| unreadable(blob, error))?;
    let found = digests(reader, blob.content).map_err(|error| match blob.content {
        Content::Exact | Content::Plain => unreadable(blob, error),
        Content::Gzip | Content::Zstd => damaged(
            &blob.part.file,
            format!("cannot decompress the layer {}: {error}", blob.digest),
        ),
    })?;
    check(blob, &found.plain)?;
    Ok(Blob { digest: found.exact, part: blob.part.clone(), content: Content::Exact })
}

fn check(blob: &Blob, found: &str) -> Result<(), ArchiveError> {
    if found == blob.digest {
        return Ok(());
    }
    Err(damaged(&blob.part.file, format!("the layer {} does not match its digest", blob.digest)))
}

/// Compresses a layer into a file.
fn compress(blob: &Blob, to: &Path) -> Result<Blob, ArchiveError> {
    let unwritable = |error| ArchiveError::Write { path: to.display().to_string(), error };
    let mut reader = Hashing::new(blob.part.open().map_err(|error| unreadable(blob, error))?);
    let file = std::fs::File::create(to).map_err(unwritable)?;
    let mut encoder = GzEncoder::new(Hashing::new(file), Compression::fast());
    copy(&mut reader, &mut encoder).map_err(unwritable)?;
    check(blob, &reader.finish().0)?;
    let (digest, size) = encoder.finish().map_err(unwritable)?.finish();
    let part = Part { file: to.to_owned(), offset: 0, size };
    Ok(Blob { digest, part, content: Content::Exact })
}
