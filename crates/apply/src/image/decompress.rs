//! Archives that are compressed as a whole, such as the output of `docker save app | gzip`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Write, copy};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use tempfile::TempDir;

use super::archive_error::ArchiveError;
use super::unzstd::unzstd;

/// The size of a buffer.
const BUFFER: usize = 256 * 1024;

/// A decompressed copy of an archive. It is deleted when this value is dropped.
pub(super) struct Decompressed {
    pub(super) file: PathBuf,
    _folder: TempDir,
}

/// Decompresses an archive into a temporary folder. Returns `None` if it is not compressed.
///
/// # Errors
///
/// Fails if the archive cannot be read, or the copy cannot be written.
pub(super) fn decompress(path: &Path) -> Result<Option<Decompressed>, ArchiveError> {
    let name = path.display().to_string();
    let unreadable = |error| ArchiveError::Read { path: name.clone(), error };
    let mut from = BufReader::with_capacity(BUFFER, File::open(path).map_err(unreadable)?);
    let start = from.fill_buf().map_err(unreadable)?;
    let format = match start {
        [0x1f, 0x8b, ..] => Format::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Format::Zstd,
        [b'B', b'Z', b'h', ..] => {
            let command = format!("bunzip2 -k {name}");
            return Err(ArchiveError::Compressed { path: name, command });
        }
        _ => return Ok(None),
    };
    let folder = tempfile::tempdir();
    let folder = folder.map_err(|error| {
        let path = std::env::temp_dir().display().to_string();
        ArchiveError::Write { path, error }
    })?;
    let file = folder.path().join("archive.tar");
    let unwritable = |error| ArchiveError::Write { path: file.display().to_string(), error };
    let mut to = BufWriter::with_capacity(BUFFER, File::create(&file).map_err(unwritable)?);
    let copied = match format {
        Format::Gzip => copy(&mut MultiGzDecoder::new(from), &mut to).map(drop),
        Format::Zstd => unzstd(&mut from, &mut to),
    };
    copied.and_then(|()| to.flush()).map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            unwritable(error)
        }
        _ => ArchiveError::Damaged {
            path: name.clone(),
            problem: format!("it cannot be decompressed: {error}"),
        },
    })?;
    Ok(Some(Decompressed { file, _folder: folder }))
}

#[derive(Clone, Copy)]
enum Format {
    Gzip,
    Zstd,
}
