//! Finds the service files of folders.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ignore::{DirEntry, WalkBuilder};

use crate::request;

/// Folders with code of others or with build output. They are searched only if they are named.
const SKIPPED: &[&str] = &[
    ".git",
    "node_modules",
    "bower_components",
    "jspm_packages",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "target",
    "venv",
    "site-packages",
    "__pypackages__",
    "Pods",
    "Carthage",
];

/// Returns the service files that the paths name, in order and without duplicates. A folder means
/// every service file below it. Without a path, returns the service file of this folder.
///
/// # Errors
///
/// Fails if a folder cannot be read or contains no service file.
pub(crate) fn find(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if paths.is_empty() {
        return Ok(vec![request::find(None)?]);
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let found = if path.is_dir() { below(path)? } else { vec![request::find(Some(path))?] };
        for file in found {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

fn below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = walk(folder, true)?;
    if files.is_empty() {
        // A folder above can ignore this one, but the user names it.
        files = walk(folder, false)?;
    }
    if files.is_empty() {
        bail!("no opta.yml found below {}", folder.display());
    }
    Ok(files)
}

fn walk(folder: &Path, with_parents: bool) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut walk = WalkBuilder::new(folder);
    walk.parents(with_parents).sort_by_file_path(Ord::cmp).filter_entry(is_searched);
    for entry in walk.build() {
        let entry = entry.with_context(|| format!("cannot search {}", folder.display()))?;
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && request::is_service_file_name(entry.file_name()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn is_searched(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let is_skipped = entry.file_name().to_str().is_some_and(|name| SKIPPED.contains(&name));
    entry.depth() == 0 || !is_folder || !is_skipped
}
