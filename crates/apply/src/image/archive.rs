//! Files of an image archive, by their names: a folder, or a tar file that is read where it lies.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The largest manifest or configuration that is read, in bytes; registries take no more (OCI
/// distribution, §Push).
const MAX_JSON: u64 = 4 * 1024 * 1024;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("cannot read {path}: {error}")]
    Unreadable { path: String, error: std::io::Error },
    #[error("{path} is compressed; unpack it first: `{how}`")]
    Compressed { path: String, how: String },
    #[error(
        "{path} is no image archive: it is neither what `docker save` writes nor an OCI layout"
    )]
    NotAnArchive { path: String },
    #[error("{path} is broken off or damaged: {what}\n  make the archive again")]
    Damaged { path: String, what: String },
    #[error("{path} holds several images: {names}; say which with `--image NAME`")]
    Several { path: String, names: String },
    #[error("{path} holds no image `{wanted}`, only {names}")]
    NoSuch { path: String, wanted: String, names: String },
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) file: PathBuf,
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

impl Part {
    /// A reader of just this part.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened.
    pub(crate) fn open(&self) -> std::io::Result<std::io::Take<File>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.offset))?;
        Ok(file.take(self.size))
    }
}

/// An archive that is open.
pub(crate) struct Archive {
    path: PathBuf,
    /// Places by name; none for a folder, whose files are looked for when they are asked for.
    entries: Option<BTreeMap<String, Entry>>,
}

enum Entry {
    File {
        offset: u64,
        size: u64,
    },
    /// Old versions of Docker write a layer once and link to it from there on.
    Link(String),
}

impl Archive {
    /// Opens an archive.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is compressed as a whole.
    pub(crate) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let unreadable =
            |error| ArchiveError::Unreadable { path: path.display().to_string(), error };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            return Ok(Self { path: path.to_owned(), entries: None });
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let mut start = [0; 4];
        let read = file.read(&mut start).map_err(unreadable)?;
        let tool = match start.get(..read) {
            Some([0x1f, 0x8b, ..]) => Some("gunzip -k"),
            Some([0x28, 0xb5, 0x2f, 0xfd]) => Some("unzstd"),
            Some([b'B', b'Z', b'h', _]) => Some("bunzip2 -k"),
            _ => None,
        };
        if let Some(tool) = tool {
            return Err(ArchiveError::Compressed {
                path: path.display().to_string(),
                how: format!("{tool} {}", path.display()),
            });
        }
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut archive = Self { path: path.to_owned(), entries: Some(BTreeMap::new()) };
        let mut entries = BTreeMap::new();
        let mut tar = tar::Archive::new(file);
        for entry in tar.entries_with_seek().map_err(unreadable)? {
            // A text file is no tar: its first header has no checksum.
            let entry = match entry {
                Ok(entry) => entry,
                Err(_) if entries.is_empty() => return Err(archive.not_an_archive()),
                Err(error) => return Err(archive.damaged(error.to_string())),
            };
            let name =
                String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
            let kind = entry.header().entry_type();
            if kind.is_file() {
                let (offset, size) = (entry.raw_file_position(), entry.size());
                if offset.saturating_add(size) > length {
                    return Err(archive.damaged(format!("{name} is not whole")));
                }
                entries.insert(name, Entry::File { offset, size });
            } else if let Some(target) =
                entry.link_name_bytes().filter(|_| kind.is_symlink() || kind.is_hard_link())
            {
                let target = String::from_utf8_lossy(&target).into_owned();
                let target = if kind.is_symlink() { beside(&name, &target) } else { target };
                entries.insert(name, Entry::Link(target));
            }
        }
        archive.entries = Some(entries);
        Ok(archive)
    }

    pub(super) fn not_an_archive(&self) -> ArchiveError {
        ArchiveError::NotAnArchive { path: self.name() }
    }

    pub(super) fn damaged(&self, what: impl Into<String>) -> ArchiveError {
        ArchiveError::Damaged { path: self.name(), what: what.into() }
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// A file's place; none when there is no such file.
    pub(super) fn find(&self, name: &str) -> Option<Part> {
        let Some(entries) = &self.entries else {
            let inside = Path::new(name)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            let file = self.path.join(name);
            let size =
                std::fs::metadata(&file).ok().filter(|found| inside && found.is_file())?.len();
            return Some(Part { file, offset: 0, size });
        };
        let mut name = name;
        // As many as one may follow another by mistake, and no circle.
        for _ in 0..8 {
            match entries.get(name)? {
                Entry::File { offset, size } => {
                    return Some(Part { file: self.path.clone(), offset: *offset, size: *size });
                }
                Entry::Link(target) => name = target,
            }
        }
        None
    }

    /// The whole of a small file.
    ///
    /// # Errors
    ///
    /// When it is not there, too large, or cannot be read.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, ArchiveError> {
        let part = self.find(name).ok_or_else(|| self.damaged(format!("{name} is missing")))?;
        if part.size > MAX_JSON {
            return Err(
                self.damaged(format!("{name} is larger than {} MiB", MAX_JSON / 1024 / 1024))
            );
        }
        let mut bytes = Vec::new();
        part.open()
            .and_then(|mut reader| reader.read_to_end(&mut bytes))
            .map_err(|error| ArchiveError::Unreadable { path: self.name(), error })?;
        Ok(bytes)
    }
}

/// The name that a relative link means.
fn beside(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_where_they_stand() {
        assert_eq!(beside("a/layer.tar", "../b/layer.tar"), "b/layer.tar");
        assert_eq!(beside("layer.tar", "./x"), "x");
    }
}
