//! The files that the editor reads and writes: the service file and the environment files it
//! names. Each write names the version that it replaces.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{anyhow, bail};
use optakit_core::api::ServiceFile;
use serde::Serialize;

use super::version::{Condition, Content};
use crate::digest;
use crate::environment_file::{EnvironmentFiles, Outside, Reading};
use crate::file::{self, FileError};
use crate::output_file::{self, Privacy};

/// The path of the service file in requests.
const SERVICE: &str = "";

/// A service file on disk, with its environment files.
pub(super) struct Files {
    service: PathBuf,
    environments: EnvironmentFiles,
    /// The environment files outside the repository that the user allows; `None` for all.
    allowed: Option<Mutex<BTreeSet<String>>>,
    /// The number of writes. Two writes at once would both find the version that they replace.
    writes: Mutex<u64>,
}

/// The contents of the files.
#[derive(Serialize)]
pub(super) struct Contents {
    /// The path of the service file as the user gave it.
    name: String,
    /// The existing files by their path in the service file. The path of the service file is empty.
    files: BTreeMap<String, Content>,
    /// The environment files outside the repository that need the user's permission.
    outside: BTreeSet<String>,
    /// A hash of all of the above.
    pub(super) version: String,
}

/// The result of a write.
pub(super) enum Written {
    /// The file has the new text, with this version.
    Done { version: String },
    /// The file is not in the expected version. It has this content, or does not exist.
    Conflict { current: Option<Content> },
}

impl Files {
    /// Opens a service file. Creates it if it is missing.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read or created, or is not a regular file.
    pub(super) fn open(service: &Path, outside: Outside) -> anyhow::Result<Self> {
        if file::is_stdin(service) {
            bail!("the editor cannot write to standard input\n  help: name a service file");
        }
        if !service.exists() {
            output_file::write(service, "", Privacy::Public)?;
        }
        let metadata = service.metadata()?;
        if !metadata.is_file() && !metadata.is_dir() {
            bail!("{} is not a regular file\n  help: name a service file", service.display());
        }
        let files = Self {
            service: service.to_owned(),
            environments: EnvironmentFiles::of(service),
            allowed: match outside {
                Outside::Allow => None,
                Outside::Reject => Some(Mutex::default()),
            },
            writes: Mutex::default(),
        };
        files.read()?;
        Ok(files)
    }

    /// Returns the path of the service file.
    pub(super) fn service(&self) -> &Path {
        &self.service
    }

    /// Reads all files. A file that cannot be read is missing, except the service file.
    ///
    /// # Errors
    ///
    /// Fails if the service file exists and cannot be read.
    pub(super) fn read(&self) -> anyhow::Result<Contents> {
        let name = self.service.display().to_string();
        let (mut files, mut outside) = (BTreeMap::new(), BTreeSet::new());
        if let Some(service) = content(&self.service)? {
            for path in environment_paths(&name, &service.text) {
                if self.needs_permission(&path) {
                    outside.insert(path);
                } else if let Some(found) = self.read_environment(&path) {
                    files.insert(path, found);
                }
            }
            files.insert(SERVICE.to_owned(), service);
        }
        // With the number of writes, a change that reverts a write is a new version as well.
        let all = serde_json::to_vec(&(&files, &outside, *lock(&self.writes)))?;
        let version = digest::short_hex(&all);
        Ok(Contents { name, files, outside, version })
    }

    /// Allows an environment file outside the repository.
    pub(super) fn allow(&self, path: &str) {
        if let Some(allowed) = &self.allowed {
            lock(allowed).insert(path.to_owned());
        }
    }

    /// Writes one file if it still is in the expected version.
    ///
    /// # Errors
    ///
    /// Fails if the service file does not name this path, or the file cannot be written.
    pub(super) fn write(
        &self,
        path: &str,
        text: &str,
        condition: &Condition,
    ) -> anyhow::Result<Written> {
        let mut writes = lock(&self.writes);
        let target = self.target(path)?;
        let current = content(&target)?;
        if !condition.matches(current.as_ref()) {
            return Ok(Written::Conflict { current });
        }
        output_file::write(&target, text, Privacy::Public)?;
        *writes += 1;
        Ok(Written::Done { version: Content::version_of(text.as_bytes()) })
    }

    /// Returns the folders in which the files and the targets of links are.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let name = self.service.display().to_string();
        let text = content(&self.service).ok().flatten().map(|service| service.text);
        let environments = environment_paths(&name, &text.unwrap_or_default());
        let allowed = environments.into_iter().filter(|path| !self.needs_permission(path));
        let mut folders = BTreeSet::new();
        for path in allowed.map(|path| self.environments.path(&path)).chain([self.service.clone()])
        {
            let linked = path.canonicalize().ok();
            for path in linked.iter().chain([&path]) {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                folders.extend(folder.unwrap_or(Path::new(".")).canonicalize());
            }
        }
        folders
    }

    /// Returns the path of a file that may be written.
    fn target(&self, path: &str) -> anyhow::Result<PathBuf> {
        if path == SERVICE {
            return Ok(self.service.clone());
        }
        let name = self.service.display();
        let service = content(&self.service)?.map(|service| service.text);
        let known = environment_paths(&name.to_string(), &service.unwrap_or_default());
        if !known.iter().any(|known| known == path) {
            bail!("{name} has no environment file `{path}`");
        }
        if self.needs_permission(path) {
            bail!("{path} is outside the repository");
        }
        let found = if self.environments.is_outside(path) {
            self.environments.find(path, Outside::Allow)
        } else {
            self.environments.find_to_write(path)
        };
        found.map_err(|reason| anyhow!("cannot write {path}: {reason}"))
    }

    fn read_environment(&self, path: &str) -> Option<Content> {
        if self.environments.is_in_git(path) {
            let text = self.environments.read_or_fetch(path, &Reading::default()).ok()?;
            return Content::from_bytes(path, text.into_bytes()).ok();
        }
        let found = self.environments.find(path, Outside::Allow).ok()?;
        content(&found).ok().flatten()
    }

    fn needs_permission(&self, path: &str) -> bool {
        let Some(allowed) = &self.allowed else { return false };
        self.environments.is_outside(path) && !lock(allowed).contains(path)
    }
}

/// Reads a file. Returns `None` if it does not exist.
fn content(path: &Path) -> Result<Option<Content>, FileError> {
    match file::read(path) {
        Ok((name, bytes)) => Content::from_bytes(&name, bytes).map(Some),
        Err(FileError::Read { error, .. }) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the paths of the environment files that a service file names.
fn environment_paths(name: &str, text: &str) -> Vec<String> {
    let service = ServiceFile::parse(name, text);
    service.environments().into_iter().map(|environment| environment.path).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
