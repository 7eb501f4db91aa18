//! The files of an image archive. An archive is a folder or a tar file. Tar files are not unpacked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use oci_spec::image::{Digest, DigestAlgorithm};
use serde::de::DeserializeOwned;

use super::archive_error::ArchiveError;
use super::decompress::{Copied, plain_copy};
use crate::file::{STDIN, is_stdin};

/// The maximum size of a manifest or configuration in bytes. Registries accept no larger ones (OCI
/// distribution, §Push).
const MAX_JSON: u64 = 4 * 1024 * 1024;
/// The files that list the images: of an OCI layout, and of `docker save`.
pub(super) const LISTS: [&str; 2] = ["index.json", "manifest.json"];
/// The file of the transport `dir:` of skopeo, beside the manifest.
const DIRECTORY: &str = "version";
/// The maximum number of links that lead to a file.
const MAX_LINKS: usize = 8;

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) file: PathBuf,
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

impl Part {
    /// Returns a reader of this part.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened.
    pub(crate) fn open(&self) -> std::io::Result<std::io::Take<File>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.offset))?;
        Ok(file.take(self.size))
    }

    /// Returns the first bytes. They show the compression of a layer.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub(super) fn start(&self) -> std::io::Result<Vec<u8>> {
        const LENGTH: u64 = 8;
        let mut start = Vec::new();
        self.open()?.take(LENGTH).read_to_end(&mut start)?;
        Ok(start)
    }
}

/// An open archive.
pub(crate) struct Archive {
    /// The path in messages.
    path: PathBuf,
    /// The folder or the tar file. It is a copy if the archive is compressed or a stream.
    content: PathBuf,
    copied: Option<Copied>,
    /// The entries of a tar file by name. `None` for a folder.
    entries: Option<BTreeMap<String, Entry>>,
    /// The folder with the image: empty, or a name with a slash at its end.
    root: String,
}

/// An entry of a tar file.
enum Entry {
    File {
        offset: u64,
        size: u64,
    },
    /// A link. Old versions of Docker write a repeated layer as a link.
    Link(String),
}

impl Archive {
    /// Opens an archive: a folder, a file, a pipe, or standard input for `-`. Decompresses it if it
    /// is compressed as a whole.
    ///
    /// # Errors
    ///
    /// Fails if the archive cannot be read or decompressed.
    pub(crate) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let name = if is_stdin(path) { STDIN.to_owned() } else { path.display().to_string() };
        let unreadable = |error| ArchiveError::Read { path: name.clone(), error };
        if !is_stdin(path) && std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            return Ok(Self::folder(path));
        }
        let copied = plain_copy(path, &name)?;
        let content = copied.as_ref().map_or(path, |copy| &copy.file).to_owned();
        let file = File::open(&content).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let entries = Some(BTreeMap::new());
        let mut archive = Self { content, copied, entries, ..Self::folder(Path::new(&name)) };
        let mut entries = BTreeMap::new();
        let mut tar = tar::Archive::new(file);
        for entry in tar.entries_with_seek().map_err(unreadable)? {
            // The first entry of another file than a tar file has no valid checksum.
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
                    return Err(archive.damaged(format!("{name} is incomplete")));
                }
                entries.insert(name, Entry::File { offset, size });
            } else if let Some(target) =
                entry.link_name_bytes().filter(|_| kind.is_symlink() || kind.is_hard_link())
            {
                let target = String::from_utf8_lossy(&target).into_owned();
                let target = if kind.is_symlink() { resolve(&name, &target) } else { target };
                entries.insert(name, Entry::Link(target));
            }
        }
        archive.root = root(&entries);
        archive.entries = Some(entries);
        Ok(archive)
    }

    fn folder(path: &Path) -> Self {
        let (path, content) = (path.to_owned(), path.to_owned());
        Self { path, content, copied: None, entries: None, root: String::new() }
    }

    /// Whether the archive was compressed as a whole.
    pub(crate) fn is_decompressed(&self) -> bool {
        self.copied.as_ref().is_some_and(|copied| copied.is_decompressed)
    }

    /// Whether skopeo wrote the archive with the transport `dir:`.
    pub(super) fn is_directory(&self) -> bool {
        let has = |name| self.find(name).is_some();
        has(DIRECTORY) && has(LISTS[1]) && !has(LISTS[0])
    }

    pub(super) fn not_an_archive(&self) -> ArchiveError {
        ArchiveError::NotAnArchive { path: self.name() }
    }

    pub(super) fn damaged(&self, problem: impl Into<String>) -> ArchiveError {
        ArchiveError::Damaged { path: self.name(), problem: problem.into() }
    }

    pub(super) fn not_an_image(&self, found: &str) -> ArchiveError {
        ArchiveError::NotAnImage { path: self.name(), found: found.to_owned() }
    }

    pub(super) fn foreign_layer(&self, digest: &str, url: &str) -> ArchiveError {
        let (digest, url) = (digest.to_owned(), url.to_owned());
        ArchiveError::ForeignLayer { path: self.name(), digest, url }
    }

    pub(super) fn unreadable(&self, error: std::io::Error) -> ArchiveError {
        ArchiveError::Read { path: self.name(), error }
    }

    /// Returns the name of the archive in messages.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Finds a file by its name.
    pub(super) fn find(&self, name: &str) -> Option<Part> {
        let Some(entries) = &self.entries else {
            let inside = Path::new(name)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            let file = self.content.join(name);
            let size =
                std::fs::metadata(&file).ok().filter(|found| inside && found.is_file())?.len();
            return Some(Part { file, offset: 0, size });
        };
        let inside = format!("{}{name}", self.root);
        let mut name = &inside;
        for _ in 0..=MAX_LINKS {
            match entries.get(name)? {
                Entry::File { offset, size } => {
                    return Some(Part { file: self.content.clone(), offset: *offset, size: *size });
                }
                Entry::Link(target) => name = target,
            }
        }
        None
    }

    /// Reads a small file.
    ///
    /// # Errors
    ///
    /// Fails if the file is missing or too large, or if it cannot be read.
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
            .map_err(|error| self.unreadable(error))?;
        Ok(bytes)
    }

    /// Reads a small JSON file.
    ///
    /// # Errors
    ///
    /// Fails if the file is missing, too large or not valid, or if it cannot be read.
    pub(super) fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<T, ArchiveError> {
        self.parse(name, &self.read(name)?)
    }

    /// Parses the JSON file `name`.
    ///
    /// # Errors
    ///
    /// Fails if the text is not valid.
    pub(super) fn parse<T: DeserializeOwned>(
        &self,
        name: &str,
        bytes: &[u8],
    ) -> Result<T, ArchiveError> {
        serde_json::from_slice(bytes).map_err(|error| self.damaged(format!("{name}: {error}")))
    }

    /// Returns the name of the file with a blob.
    ///
    /// # Errors
    ///
    /// Fails if the digest is not a sha256 digest.
    pub(super) fn blob_name(&self, digest: &Digest) -> Result<String, ArchiveError> {
        self.check_algorithm(digest)?;
        let folder = if self.is_directory() { "" } else { "blobs/sha256/" };
        Ok(format!("{folder}{}", digest.digest()))
    }

    /// Returns the name of the file with a manifest that an index refers to.
    ///
    /// # Errors
    ///
    /// Fails if the digest is not a sha256 digest.
    pub(super) fn manifest_name(&self, digest: &Digest) -> Result<String, ArchiveError> {
        let name = self.blob_name(digest)?;
        Ok(if self.is_directory() { format!("{name}.manifest.json") } else { name })
    }

    /// Checks that a digest is a sha256 digest.
    ///
    /// # Errors
    ///
    /// Fails if it uses another algorithm.
    pub(super) fn check_algorithm(&self, digest: &Digest) -> Result<(), ArchiveError> {
        match digest.algorithm() {
            DigestAlgorithm::Sha256 => Ok(()),
            _ => Err(ArchiveError::Algorithm { path: self.name(), digest: digest.to_string() }),
        }
    }
}

/// Returns the folder of the image. `tar -cf app.tar layout` packs a layout with its folder.
fn root(entries: &BTreeMap<String, Entry>) -> String {
    let at = |list: &str| {
        let folders = entries.keys().filter_map(|name| name.strip_suffix(list));
        // The list itself, or a list in a folder without parents.
        let folders = folders
            .filter(|folder| folder.is_empty() || folder.find('/') == Some(folder.len() - 1));
        folders.min_by_key(|folder| folder.len()).map(str::to_owned)
    };
    LISTS.iter().find_map(|list| at(list)).unwrap_or_default()
}

/// Returns the name that a relative link of the file `name` leads to.
fn resolve(name: &str, target: &str) -> String {
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
    fn links_are_relative_to_their_own_folder() {
        assert_eq!(resolve("a/layer.tar", "../b/layer.tar"), "b/layer.tar");
        assert_eq!(resolve("layer.tar", "./x"), "x");
    }
}
