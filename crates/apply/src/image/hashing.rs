//! Digests of the bytes that pass a reader or a writer, and of what they are after decompression.

use std::io::{BufReader, Read, Result, Write, copy, sink};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::parts::Content;
use super::unzstd::unzstd;
use crate::digest;

/// The size of a buffer.
const BUFFER: usize = 256 * 1024;

/// A reader or writer that hashes and counts the bytes.
pub(super) struct Hashing<T> {
    inner: T,
    hash: Sha256,
    size: u64,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new(), size: 0 }
    }

    /// Returns the digest and the number of the bytes.
    pub(super) fn finish(self) -> (String, u64) {
        (digest::text(&self.hash.finalize()), self.size)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.inner.write(bytes)?;
        self.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer)?;
        self.add(&buffer[..read]);
        Ok(read)
    }
}

/// The digests of a blob.
pub(super) struct Digests {
    /// The digest of the bytes as they are.
    pub(super) exact: String,
    /// The digest of the bytes after decompression.
    pub(super) plain: String,
}

/// Reads a blob to its end.
///
/// # Errors
///
/// Fails if the blob cannot be read or decompressed.
pub(super) fn digests(reader: impl Read, content: Content) -> Result<Digests> {
    let mut reader = BufReader::with_capacity(BUFFER, Hashing::new(reader));
    let mut plain = Hashing::new(sink());
    match content {
        Content::Exact | Content::Plain => drop(copy(&mut reader, &mut sink())?),
        Content::Gzip => drop(copy(&mut MultiGzDecoder::new(&mut reader), &mut plain)?),
        Content::Zstd => unzstd(&mut reader, &mut plain)?,
    }
    copy(&mut reader, &mut sink())?;
    let (exact, _) = reader.into_inner().finish();
    let plain = match content {
        Content::Exact | Content::Plain => exact.clone(),
        Content::Gzip | Content::Zstd => plain.finish().0,
    };
    Ok(Digests { exact, plain })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;

    #[test]
    fn every_frame_of_zstandard_is_read() {
        let frame = |text: &[u8]| {
            let mut compressed = Vec::new();
            ruzstd::encoding::compress(
                text,
                &mut compressed,
                ruzstd::encoding::CompressionLevel::Fastest,
            );
            compressed
        };
        let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, b'x', b'y', b'z'];
        let bytes = [frame(b"first "), skipped.to_vec(), frame(b"second")].concat();
        let found = digests(&*bytes, Content::Zstd).expect("the frames are valid");
        assert_eq!(found.plain, sha256(b"first second"));
        assert_eq!(found.exact, sha256(&bytes));
        assert!(digests(&bytes[..bytes.len() - 2], Content::Zstd).is_err());
    }
}
