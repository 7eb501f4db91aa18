//! The target of a write: nothing, a regular file, or a stream.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

/// How many symbolic links are followed at most.
const MAX_LINKS: usize = 40;

/// The target at a path. Symbolic links are followed.
pub(super) enum Target {
    Missing {
        path: PathBuf,
    },
    Regular {
        path: PathBuf,
        metadata: Metadata,
    },
    /// A device, a pipe, a socket, or an open file of this process.
    Stream,
}

impl Target {
    /// Finds out what is at a path.
    pub(super) fn find(path: &Path) -> std::io::Result<Self> {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(metadata) if metadata.is_file() && !is_open_file(path) => {
                if metadata.permissions().readonly() {
                    return Err(ErrorKind::PermissionDenied.into());
                }
                Ok(Self::Regular { path: path.canonicalize()?, metadata })
            }
            Ok(_) => Ok(Self::Stream),
            Err(error) if error.kind() == ErrorKind::NotFound => missing(path),
            Err(error) => Err(error),
        }
    }
}

/// Whether a path names a file that this process has open, as `/dev/stdout` does. Replacing it
/// would not change the open file.
fn is_open_file(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Follows the links that lead to a missing file.
fn missing(path: &Path) -> std::io::Result<Target> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match std::fs::read_link(&path) {
            Ok(link) => path = folder(&path).join(link),
            Err(_) => {
                // Without its folder, the file cannot be created.
                std::fs::metadata(folder(&path))?;
                return Ok(Target::Missing { path });
            }
        }
    }
    Err(Error::other("too many symbolic links"))
}

/// Returns the folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes the entry of a folder to the disk. A failure is ignored: the file is complete.
pub(super) fn sync_folder(path: &Path) {
    if cfg!(unix) {
        drop(File::open(folder(path)).and_then(|folder| folder.sync_all()));
    }
}
