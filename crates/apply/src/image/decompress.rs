//! Archives that are compressed as a whole, such as the output of `docker save app | gzip`, and
//! archives from pipes.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, copy, stdin};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use tempfile::TempDir;

use super::archive_copy::{ArchiveCopy, Stopped};
use super::archive_error::ArchiveError;
use super::compression::Compression;
use super::unzstd::unzstd;
use crate::file::is_stdin;
use crate::hint;
use crate::report::{bytes, stdin_is_data};

/// The size of a buffer.
const BUFFER: usize = 256 * 1024;
/// The largest size of a copy. Images of programs are much smaller.
const MAX_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// A copy of an archive. It is deleted when this value is dropped.
pub(super) struct Copied {
    pub(super) file: PathBuf,
    pub(super) is_decompressed: bool,
    _folder: TempDir,
}

/// Copies an archive into a temporary folder, if it is compressed or is not a file that can be read
/// twice. Decompresses it.
///
/// # Errors
///
/// Fails if the archive cannot be read, is not a tar file, or the copy cannot be written.
pub(super) fn plain_copy(path: &Path, name: &str) -> Result<Option<Copied>, ArchiveError> {
    let unreadable = |error| ArchiveError::Read { path: name.to_owned(), error };
    let (from, is_stream): (Box<dyn Read>, bool) = if is_stdin(path) {
        stdin_is_data();
        (Box::new(stdin().lock()), true)
    } else {
        let file = File::open(path).map_err(unreadable)?;
        let is_stream = !file.metadata().map_err(unreadable)?.is_file();
        (Box::new(file), is_stream)
    };
    let mut from = BufReader::with_capacity(BUFFER, from);
    let compression = Compression::of(from.fill_buf().map_err(unreadable)?);
    if compression == Compression::None && !is_stream {
        return Ok(None);
    }
    if let Compression::Other { name: format, command } = compression {
        let command = format!("{command} {}", hint::quoted(name));
        return Err(ArchiveError::Compressed { path: name.to_owned(), format, command });
    }
    let folder = tempfile::tempdir().map_err(|error| {
        let path = std::env::temp_dir().display().to_string();
        ArchiveError::Write { path, error }
    })?;
    let file = folder.path().join("archive.tar");
    write(from, compression, (name, &file))?;
    let is_decompressed = compression != Compression::None;
    Ok(Some(Copied { file, is_decompressed, _folder: folder }))
}

/// Writes the plain content of an archive with a name to a file.
fn write(
    mut from: impl BufRead,
    compression: Compression,
    (name, file): (&str, &Path),
) -> Result<(), ArchiveError> {
    let unwritable = |error| ArchiveError::Write { path: file.display().to_string(), error };
    let to = BufWriter::with_capacity(BUFFER, File::create(file).map_err(unwritable)?);
    let mut to = ArchiveCopy::new(to, MAX_BYTES);
    let copied = match compression {
        Compression::Gzip => copy(&mut MultiGzDecoder::new(from), &mut to).map(drop),
        Compression::Zstd => unzstd(&mut from, &mut to),
        Compression::None | Compression::Other { .. } => copy(&mut from, &mut to).map(drop),
    };
    let Err(error) = copied.and_then(|()| to.finish()) else { return Ok(()) };
    let path = name.to_owned();
    Err(match (to.stopped, error.kind()) {
        (Some(Stopped::NotTar), _) => ArchiveError::NotAnArchive { path },
        (Some(Stopped::TooLarge), _) => ArchiveError::TooLarge { path, limit: bytes(MAX_BYTES) },
        (None, ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge) => {
            unwritable(error)
        }
        (None, _) if compression == Compression::None => ArchiveError::Read { path, error },
        (None, _) => {
            let problem = format!("it cannot be decompressed: {error}");
            ArchiveError::Damaged { path, problem }
        }
    })
}
