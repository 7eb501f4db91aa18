//! The error of a file that cannot be written.

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file cannot be written. The message names the path that the user gave.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {reason}\n  help: {help}", path.display())]
pub(crate) struct WriteError {
    path: PathBuf,
    reason: String,
    help: &'static str,
}

impl WriteError {
    /// Returns the error of a file whose name Optakit chose, and that is a symbolic link.
    pub(super) fn link(path: &Path) -> Self {
        let reason = "it is a symbolic link".to_owned();
        Self { path: path.to_owned(), reason, help: "remove the link, or name another folder" }
    }

    pub(super) fn new(path: &Path, error: std::io::Error) -> Self {
        let (reason, help) = match error.kind() {
            ErrorKind::NotFound => {
                ("its folder does not exist".to_owned(), "create the folder, or name another file")
            }
            ErrorKind::IsADirectory => ("it is a folder".to_owned(), "name a file"),
            ErrorKind::NotADirectory => (
                "a part of the path is not a folder".to_owned(),
                "create the folder, or name another file",
            ),
            ErrorKind::PermissionDenied => (
                "permission denied".to_owned(),
                "allow writing with `chmod u+w`, or name another file",
            ),
            ErrorKind::ReadOnlyFilesystem => {
                ("the file system is read-only".to_owned(), "name a file on another disk")
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
                "no space is left".to_owned(),
                "delete files that are no longer needed, or name a file on another disk",
            ),
            ErrorKind::FileTooLarge => {
                ("the file is too large".to_owned(), "raise the limit with `ulimit -f`")
            }
            _ => (innermost(&error), "name another file"),
        };
        Self { path: path.to_owned(), reason, help }
    }
}

/// Returns the reason without the path of the temporary file.
fn innermost(error: &std::io::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
