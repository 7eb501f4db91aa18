//! Compresses layers before a push.

use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use oci_spec::image::{Descriptor, Digest, ImageManifest, MediaType};
use sha2::{Digest as _, Sha256};

use super::archive::{ArchiveError, Part};
use super::parts::{Blob, Image, is_plain, serialize};
use crate::digest;

/// Compresses the plain layers of an image into a folder, in parallel, and changes the manifest.
/// The same layer always results in the same bytes.
///
/// Calls `done` for each layer with its old digest, its old size and its new size.
///
/// # Errors
///
/// Fails if a layer cannot be read or written, or if it does not match its digest.
pub(crate) fn pack(
    image: &mut Image,
    folder: &Path,
    done: impl Fn(&str, u64, u64) + Sync,
) -> Result<(), ArchiveError> {
    use rayon::prelude::*;

    let plain: Vec<(usize, Blob)> =
        image.blobs.iter().cloned().enumerate().filter(|(_, blob)| blob.plain).collect();
    if plain.is_empty() {
        return Ok(());
    }
    let packed: Vec<(usize, String, Blob)> = plain
        .into_par_iter()
        .map(|(index, blob)| {
            let packed = compress(&blob, &folder.join(index.to_string()))?;
            done(&blob.digest, blob.part.size, packed.part.size);
            Ok((index, blob.digest, packed))
        })
        .collect::<Result<_, ArchiveError>>()?;
    let Some(last) = image.manifests.last_mut() else { return Ok(()) };
    let mut manifest: ImageManifest = serde_json::from_slice(&last.bytes)
        .map_err(|error| damaged(folder, format!("the manifest: {error}")))?;
    let layers = manifest.layers().iter().map(|layer| {
        let found = packed.iter().find(|(_, before, _)| {
            is_plain(layer.media_type()) && *before == layer.digest().to_string()
        });
        found.map_or_else(
            || layer.clone(),
            |(.., blob)| {
                let digest: Digest = blob.digest.parse().expect("a hash makes a valid digest");
                Descriptor::new(MediaType::ImageLayerGzip, blob.part.size, digest)
            },
        )
    });
    let layers = layers.collect();
    manifest.set_layers(layers);
    if manifest.media_type().is_none() {
        manifest.set_media_type(Some(MediaType::ImageManifest));
    }
    *last = serialize(&manifest);
    for (index, _, blob) in packed {
        image.blobs[index] = blob;
    }
    Ok(())
}

fn damaged(path: &Path, problem: String) -> ArchiveError {
    ArchiveError::Damaged { path: path.display().to_string(), problem }
}

/// A writer that hashes and counts the bytes.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    written: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Compresses a layer into a file.
fn compress(blob: &Blob, to: &Path) -> Result<Blob, ArchiveError> {
    let unreadable =
        |error| ArchiveError::Read { path: blob.part.file.display().to_string(), error };
    let unwritable = |error| ArchiveError::Write { path: to.display().to_string(), error };
    let mut reader = blob.part.open().map_err(unreadable)?;
    let file = std::fs::File::create(to).map_err(unwritable)?;
    let mut encoder = GzEncoder::new(
        Hashing { inner: file, hash: Sha256::new(), written: 0 },
        Compression::fast(),
    );
    let mut plain = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = reader.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        plain.update(&buffer[..read]);
        encoder.write_all(&buffer[..read]).map_err(unwritable)?;
    }
    if digest::text(&plain.finalize()) != blob.digest {
        return Err(damaged(
            &blob.part.file,
            format!("the layer {} does not match its digest", blob.digest),
        ));
    }
    let Hashing { hash, written, .. } = encoder.finish().map_err(unwritable)?;
    let part = Part { file: to.to_owned(), offset: 0, size: written };
    Ok(Blob { digest: digest::text(&hash.finalize()), part, plain: false })
}
