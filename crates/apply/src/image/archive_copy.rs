//! Writes a copy of an archive. Checks that it is a tar file before it writes a large file.

use std::io::{Error, ErrorKind, Result, Write};

/// The size of the header of an entry of a tar file.
const HEADER: usize = 512;

/// Why a copy was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The content does not start like a tar file.
    NotTar,
    /// The content is longer than the limit.
    TooLarge,
}

/// Writes the content of an archive, until it is not a tar file or too large.
pub(super) struct ArchiveCopy<W> {
    to: W,
    /// The first bytes, until they are a whole header.
    start: Vec<u8>,
    /// The number of bytes that may still be written.
    left: u64,
    pub(super) stopped: Option<Stopped>,
}

impl<W: Write> ArchiveCopy<W> {
    pub(super) fn new(to: W, limit: u64) -> Self {
        Self { to, start: Vec::with_capacity(HEADER), left: limit, stopped: None }
    }

    /// Completes the copy.
    ///
    /// # Errors
    ///
    /// Fails if the content is too short for a tar file, or the copy cannot be written.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.start.len() < HEADER {
            return self.stop(Stopped::NotTar);
        }
        self.to.flush()
    }

    fn stop<T>(&mut self, reason: Stopped) -> Result<T> {
        self.stopped = Some(reason);
        Err(Error::new(ErrorKind::InvalidData, "the copy was stopped"))
    }
}

impl<W: Write> Write for ArchiveCopy<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.start.len() < HEADER {
            let length = bytes.len().min(HEADER - self.start.len());
            self.start.extend_from_slice(&bytes[..length]);
            if self.start.len() == HEADER && !is_header(&self.start) {
                return self.stop(Stopped::NotTar);
            }
            self.to.write_all(&bytes[..length])?;
            return Ok(length);
        }
        let length = bytes.len() as u64;
        if length > self.left {
            return self.stop(Stopped::TooLarge);
        }
        self.to.write_all(bytes)?;
        self.left -= length;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }
}

/// Whether bytes are the header of an entry, by their checksum.
fn is_header(bytes: &[u8]) -> bool {
    let mut tar = tar::Archive::new(bytes);
    let first = tar.entries().ok().and_then(|entries| entries.raw(true).next());
    first.is_some_and(|first| first.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &[u8], limit: u64, expected: Option<Stopped>) {
        let mut copy = ArchiveCopy::new(Vec::new(), limit);
        let copied = std::io::copy(&mut &*content, &mut copy).and_then(|_| copy.finish());
        assert_eq!(copied.is_ok(), expected.is_none());
        assert_eq!(copy.stopped, expected);
        if copied.is_ok() {
            assert_eq!(copy.to, content);
        }
    }

    #[test]
    fn only_tar_files_up_to_the_limit_are_copied() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2000);
        tar.append_data(&mut header, "index.json", &[b'x'; 2000][..]).expect("it is memory");
        let tar = tar.into_inner().expect("it is memory");
        check(&tar, 1 << 20, None);
        check(&tar, 1000, Some(Stopped::TooLarge));
        check(&[0; 4096], 1 << 20, Some(Stopped::NotTar));
        check(b"text", 1 << 20, Some(Stopped::NotTar));
        check(b"", 1 << 20, Some(Stopped::NotTar));
    }
}
