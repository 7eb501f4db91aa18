//! The files that the page works on: the service file and the environment files it names, and no
//! others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;
use optakit_core::api::{ServiceFile, SourceText};
use serde::Serialize;

use crate::{digest, file};

/// A service file on disk.
pub(super) struct Files {
    service: PathBuf,
}

/// What the files say.
#[derive(Serialize)]
pub(super) struct Read {
    /// The name of the service file, as it was given.
    name: String,
    /// Its text.
    service: String,
    /// The texts of the environment files that are there, by the path that the service file gives.
    environment_files: BTreeMap<String, String>,
    /// A hash of all of it.
    pub(super) version: String,
}

impl Files {
    /// The files of a service file, which is made when it is missing.
    ///
    /// # Errors
    ///
    /// When it cannot be read or made.
    pub(super) fn new(service: &Path) -> anyhow::Result<Self> {
        if !service.exists() {
            file::write(service, "")?;
        }
        let files = Self { service: service.to_owned() };
        files.read()?;
        Ok(files)
    }

    /// Reads them.
    ///
    /// # Errors
    ///
    /// When the service file cannot be read.
    pub(super) fn read(&self) -> anyhow::Result<Read> {
        let service = file::read_text(&self.service)?;
        let mut environment_files = BTreeMap::new();
        for path in paths(&service) {
            if let Ok(file) = file::read_text(&self.beside(&path)) {
                environment_files.insert(path, file.text);
            }
        }
        let all = serde_json::to_vec(&(&service.text, &environment_files))?;
        let version = digest::sha256(&all);
        Ok(Read { name: service.name, service: service.text, environment_files, version })
    }

    /// Replaces one of them; the empty path is the service file. Gives the version of all that are
    /// there then.
    ///
    /// # Errors
    ///
    /// When the service file names no such file, or it cannot be written.
    pub(super) fn write(&self, path: &str, text: &str) -> anyhow::Result<String> {
        if path.is_empty() {
            replace(&self.service, text)?;
        } else {
            let service = file::read_text(&self.service)?;
            if !paths(&service).iter().any(|known| known == path) {
                bail!("{} names no environment file {path}", service.name);
            }
            replace(&self.beside(path), text)?;
        }
        Ok(self.read()?.version)
    }

    fn beside(&self, path: &str) -> PathBuf {
        self.service.parent().unwrap_or(Path::new("")).join(path)
    }
}

/// Replaces what a path leads to: a link stays one.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    file::write(&path.canonicalize().unwrap_or_else(|_| path.to_owned()), text)
}

/// The paths of the environment files that a service file names.
fn paths(service: &SourceText) -> Vec<String> {
    let service = ServiceFile::parse(&service.name, &service.text);
    service.environments().into_iter().map(|environment| environment.path).collect()
}
