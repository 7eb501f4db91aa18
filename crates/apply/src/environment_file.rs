//! Reads the environment files that a service file names.
//!
//! A service file may come from someone else, for example in a pull request. So it can only name
//! regular files of the same repository, unless the user allows others.

use std::path::{Path, PathBuf};

use optakit_core::api::is_git_address;

use crate::file;
use crate::git_file::{self, Network};

/// The size of the largest environment file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;
/// The folders of files that the operating system generates.
const SYSTEM_FOLDERS: &[&str] = &["/dev", "/proc", "/sys"];
const FROM_GIT: &str = "it is a file of another Git repository";

/// Whether environment files outside the repository are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Outside {
    /// They are rejected.
    #[default]
    Reject,
    /// They are read, but their lines are not printed.
    Allow,
}

impl Outside {
    /// Returns the choice of the option `--allow-outside`.
    pub(crate) const fn allowed(allow_outside: bool) -> Self {
        if allow_outside { Self::Allow } else { Self::Reject }
    }
}

/// How the environment files of a service file are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) outside: Outside,
    pub(crate) network: Network,
    /// The files of environments that replace those of the service file, by the name of the
    /// environment.
    pub(crate) replaced: Vec<(String, PathBuf)>,
}

/// The environment files of a service file.
pub(crate) struct EnvironmentFiles {
    /// The folder that paths are relative to.
    folder: PathBuf,
    /// The folder that contains all environment files: the repository of the service file, or its
    /// own folder if it is in none. `None` if the folder does not exist.
    root: Option<PathBuf>,
}

impl EnvironmentFiles {
    /// Returns the environment files of a service file. Standard input and pipes are in the
    /// working directory.
    pub(crate) fn of(service: &Path) -> Self {
        let is_pipe = file::is_stdin(service) || service.exists() && !service.is_file();
        let folder = service.parent().filter(|_| !is_pipe).unwrap_or(Path::new(""));
        let existing = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { folder: folder.to_owned(), root: existing.canonicalize().ok().map(repository) }
    }

    /// Returns the path of an environment file from the working directory.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Reads an environment file, or fetches it with git.
    ///
    /// # Errors
    ///
    /// Fails with a reason if the file cannot be read or fetched.
    pub(crate) fn read_or_fetch(&self, path: &str, reading: &Reading) -> Result<String, String> {
        if self.is_in_git(path) {
            return git_file::read(path, reading.network);
        }
        self.read(path, reading.outside)
    }

    /// Reads an environment file.
    ///
    /// # Errors
    ///
    /// Fails with a reason if the file cannot be read, is not a regular file, is too large, or is
    /// outside the repository.
    pub(crate) fn read(&self, path: &str, outside: Outside) -> Result<String, String> {
        let found = self.find(path, outside)?;
        let text = file::read_text(&found).map(|source| source.text);
        // The diagnostic already names the file.
        text.map_err(|error| anyhow::Error::new(error).root_cause().to_string())
    }

    /// Returns the path of an existing file if `path` has no extension, has the other one, or ends
    /// with a dot or with the folder.
    fn similar(&self, path: &str) -> Option<String> {
        let path = path.trim_end_matches(['.', '/']);
        let stem = path.strip_suffix(".yml").or(path.strip_suffix(".yaml")).unwrap_or(path);
        let names = ["", ".yml", ".yaml", "/opta.yml", "/opta.yaml"];
        let mut similar = names.iter().map(|end| format!("{stem}{end}"));
        similar.find(|similar| self.path(similar).is_file())
    }

    /// Returns the canonical path of an environment file that may be read.
    ///
    /// # Errors
    ///
    /// Fails like [`read`](Self::read).
    pub(crate) fn find(&self, path: &str, outside: Outside) -> Result<PathBuf, String> {
        let found = self.path(path).canonicalize().map_err(|error| {
            if is_git_address(path) {
                FROM_GIT.to_owned()
            } else if let Some(similar) = self.similar(path) {
                format!("{error}; did you mean `{similar}`?")
            } else {
                error.to_string()
            }
        })?;
        if SYSTEM_FOLDERS.iter().any(|folder| found.starts_with(folder)) {
            return Err("it is a file of the operating system".to_owned());
        }
        if outside == Outside::Reject && !self.contains(&found) {
            let root = self.root.as_deref().unwrap_or(Path::new("."));
            return Err(format!(
                "it is outside {}; pass `--allow-outside` to read it",
                root.display()
            ));
        }
        // A pipe would block.
        let metadata = found.metadata().map_err(|error| error.to_string())?;
        if metadata.is_dir() {
            return Err("it is a folder".to_owned());
        }
        if !metadata.is_file() {
            return Err("it is not a regular file".to_owned());
        }
        if metadata.len() > MAX_BYTES {
            return Err(format!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024));
        }
        Ok(found)
    }

    /// Returns the path of an environment file that may be written, which may not exist yet.
    ///
    /// # Errors
    ///
    /// Fails with a reason if the file is outside the repository, or is not a regular file.
    pub(crate) fn find_to_write(&self, path: &str) -> Result<PathBuf, String> {
        let new = self.path(path);
        if new.symlink_metadata().is_ok() {
            return self.find(path, Outside::Reject);
        }
        let folder = new.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        let folder = folder.map_err(|error| error.to_string())?;
        if self.contains(&folder) {
            Ok(new)
        } else {
            Err("it is outside the repository".to_owned())
        }
    }

    /// Whether a path is the address of a Git repository, and not a file.
    pub(crate) fn is_in_git(&self, path: &str) -> bool {
        is_git_address(path) && !self.path(path).exists()
    }

    /// Whether an environment file is in another repository, or outside the repository.
    pub(crate) fn is_outside(&self, path: &str) -> bool {
        self.is_in_git(path)
            || self.path(path).canonicalize().is_ok_and(|found| !self.contains(&found))
    }

    fn contains(&self, found: &Path) -> bool {
        self.root.as_ref().is_some_and(|root| found.starts_with(root))
    }
}

/// Returns the folder with `.git` that contains a folder, or the folder itself.
fn repository(folder: PathBuf) -> PathBuf {
    let found = folder.ancestors().find(|folder| folder.join(".git").exists());
    found.map(Path::to_owned).unwrap_or(folder)
}
