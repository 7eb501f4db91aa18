//! Writes files. A regular file is replaced atomically, and keeps its mode, owner and links.

mod error;
#[cfg(not(unix))]
mod other;
mod privacy;
mod target;
#[cfg(unix)]
mod unix;

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use optakit_core::api::SourceText;
use tempfile::NamedTempFile;

pub(crate) use error::WriteError;
#[cfg(not(unix))]
use other as permissions;
pub(crate) use privacy::Privacy;
use target::Target;
#[cfg(unix)]
use unix as permissions;

/// Writes a file. If that fails, the old file stays unchanged.
///
/// # Errors
///
/// Fails if the file cannot be written. The message names the file.
pub(crate) fn write(path: &Path, text: &str, privacy: Privacy) -> Result<(), WriteError> {
    let prepare = || Prepared::new(path, text, privacy)?.commit();
    prepare().map_err(|error| WriteError::new(path, error))
}

/// Writes a file whose name the user did not choose. If that fails, the old file stays unchanged.
///
/// # Errors
///
/// Fails if the path is a symbolic link, because it may lead out of the folder. Fails if the file
/// cannot be written. The message names the file.
pub(crate) fn write_named(path: &Path, text: &str, privacy: Privacy) -> Result<(), WriteError> {
    check_no_link(path)?;
    write(path, text, privacy)
}

fn check_no_link(path: &Path) -> Result<(), WriteError> {
    if path.is_symlink() { Err(WriteError::link(path)) } else { Ok(()) }
}

/// Writes several files to a folder, which is created. Replaces no file before all texts are on
/// disk.
///
/// # Errors
///
/// Fails if a file cannot be written, or is a symbolic link. The message names the file.
pub(crate) fn write_all(
    folder: &Path,
    files: &[SourceText],
    privacy: Privacy,
) -> Result<(), WriteError> {
    std::fs::create_dir_all(folder).map_err(|error| WriteError::new(folder, error))?;
    let mut prepared = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        check_no_link(&path)?;
        match Prepared::new(&path, &file.text, privacy) {
            Ok(file) => prepared.push((path, file)),
            Err(error) => return Err(WriteError::new(&path, error)),
        }
    }
    for (path, file) in prepared {
        file.commit().map_err(|error| WriteError::new(&path, error))?;
    }
    Ok(())
}

/// A text that is ready to be written.
enum Prepared<'a> {
    /// The text is in a temporary file beside the file.
    Replace { temporary: NamedTempFile, path: PathBuf },
    /// The text is written into the file, because a new file would lose its owner or its links.
    Overwrite { file: File, text: &'a str, privacy: Privacy },
    /// The text is sent to a device or a pipe.
    Send { to: File, text: &'a str },
}

impl<'a> Prepared<'a> {
    fn new(path: &Path, text: &'a str, privacy: Privacy) -> std::io::Result<Self> {
        match Target::find(path)? {
            Target::Stream => {
                Ok(Self::Send { to: OpenOptions::new().append(true).open(path)?, text })
            }
            Target::Missing { path } => {
                let mut builder = tempfile::Builder::new();
                permissions::set_mode(&mut builder, privacy);
                let temporary = builder.tempfile_in(target::folder(&path))?;
                Ok(Self::Replace { temporary: filled(temporary, text)?, path })
            }
            Target::Regular { path, metadata } => {
                // Fails if the file may not be written, also if its folder allows to replace it.
                let file = OpenOptions::new().read(true).write(true).open(&path)?;
                if permissions::needs_overwrite(&file, &metadata) {
                    return Ok(Self::Overwrite { file, text, privacy });
                }
                // In a closed folder, or on a full disk, the file itself may still be written.
                let Ok(created) = NamedTempFile::new_in(target::folder(&path)) else {
                    return Ok(Self::Overwrite { file, text, privacy });
                };
                let temporary = filled(created, text)?;
                permissions::copy_permissions(temporary.as_file(), &metadata, privacy)?;
                Ok(Self::Replace { temporary, path })
            }
        }
    }

    fn commit(self) -> std::io::Result<()> {
        match self {
            Self::Send { mut to, text } => {
                to.write_all(text.as_bytes())?;
                to.flush()
            }
            Self::Overwrite { file, text, privacy } => {
                permissions::restrict(&file, privacy)?;
                overwrite(file, text)
            }
            Self::Replace { temporary, path } => match temporary.persist(&path) {
                Ok(_) => {
                    target::sync_folder(&path);
                    Ok(())
                }
                // A mounted file cannot be replaced.
                Err(failed) if permissions::is_mounted(&failed.error) => {
                    let text = std::fs::read_to_string(failed.file.path())?;
                    overwrite(OpenOptions::new().read(true).write(true).open(&path)?, &text)
                }
                Err(failed) => Err(failed.error),
            },
        }
    }
}

fn filled(mut file: NamedTempFile, text: &str) -> std::io::Result<NamedTempFile> {
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Replaces the text of a file. If that fails, restores the old text.
fn overwrite(mut file: File, text: &str) -> std::io::Result<()> {
    let mut old = Vec::new();
    file.read_to_end(&mut old)?;
    let written = fill(&mut file, text.as_bytes());
    if written.is_err() {
        // The old text needs no more space than before.
        drop(fill(&mut file, &old));
    }
    written
}

fn fill(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}
