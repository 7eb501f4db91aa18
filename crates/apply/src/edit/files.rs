//! The files that the editor reads and writes: the service file and the environment files it
//! names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use optakit_core::api::{ServiceFile, SourceText};
use serde::Serialize;

use crate::environment_file::{EnvironmentFiles, Outside};
use crate::output_file::{self, Privacy};
use crate::{digest, file};

/// A service file on disk, with its environment files.
pub(super) struct Files {
    service: PathBuf,
}

/// The contents of the files.
#[derive(Serialize)]
pub(super) struct Contents {
    /// The path of the service file as the user gave it.
    name: String,
    /// The text of the service file.
    service: String,
    /// The texts of the environment files that exist, by their path in the service file.
    environment_files: BTreeMap<String, String>,
    /// A hash of all texts.
    pub(super) version: String,
}

impl Files {
    /// Opens a service file. Creates it if it is missing.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read or created.
    pub(super) fn open(service: &Path) -> anyhow::Result<Self> {
        if !service.exists() {
            output_file::write(service, "", Privacy::Public)?;
        }
        let files = Self { service: service.to_owned() };
        files.read()?;
        Ok(files)
    }

    /// Reads all files.
    ///
    /// # Errors
    ///
    /// Fails if the service file cannot be read.
    pub(super) fn read(&self) -> anyhow::Result<Contents> {
        let service = file::read_text(&self.service)?;
        let mut environment_files = BTreeMap::new();
        for path in environment_paths(&service) {
            if let Ok(text) = self.environments().read(&path, Outside::Reject) {
                environment_files.insert(path, text);
            }
        }
        let all = serde_json::to_vec(&(&service.text, &environment_files))?;
        let version = digest::sha256(&all);
        Ok(Contents { name: service.name, service: service.text, environment_files, version })
    }

    /// Writes one file. The empty path means the service file. Returns the new version.
    ///
    /// # Errors
    ///
    /// Fails if the service file does not name this path, or the file cannot be written.
    pub(super) fn write(&self, path: &str, text: &str) -> anyhow::Result<String> {
        if path.is_empty() {
            output_file::write(&self.service, text, Privacy::Public)?;
        } else {
            let service = file::read_text(&self.service)?;
            if !environment_paths(&service).iter().any(|known| known == path) {
                bail!("{} has no environment file `{path}`", service.name);
            }
            let target = self.environments().find_to_write(path);
            let target = target.map_err(|reason| anyhow!("cannot write {path}: {reason}"))?;
            output_file::write(&target, text, Privacy::Public)?;
        }
        Ok(self.read()?.version)
    }

    fn environments(&self) -> EnvironmentFiles {
        EnvironmentFiles::of(&self.service)
    }
}

/// Returns the paths of the environment files that a service file names.
fn environment_paths(service: &SourceText) -> Vec<String> {
    let service = ServiceFile::parse(&service.name, &service.text);
    service.environments().into_iter().map(|environment| environment.path).collect()
}
