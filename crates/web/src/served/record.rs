//! The state of the files on disk, as the page last read it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;

use super::file::{Disk, Problem};
use super::server::{Files, Server};
use crate::disk;
use crate::page::Page;
use crate::work::SERVICE_FILE;

/// The state of the files on disk, as the page last read it. The path of the service file is empty.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub(super) page: Page,
    inner: StoredValue<Inner>,
}

/// The known files, and how far their comparison is.
pub(super) struct Inner {
    pub(super) server: Server,
    name: String,
    /// The versions on disk that the texts of the page are based on.
    pub(super) bases: BTreeMap<String, Disk>,
    pub(super) problems: BTreeMap<String, Problem>,
    /// The files on disk, if they are not compared with the page yet.
    pub(super) latest: Option<Files>,
    pub(super) version: String,
    /// Whether the files may have changed since they were read.
    pub(super) is_outdated: bool,
    pub(super) is_typing: bool,
    pub(super) is_writing: bool,
    pub(super) is_running: bool,
    pub(super) runs_again: bool,
    /// The files that the user was asked about.
    pub(super) asked: BTreeSet<String>,
}

/// A text that can be written while the page closes.
pub(super) struct LateWrite {
    pub(super) path: String,
    pub(super) version: String,
    pub(super) text: String,
}

impl Record {
    /// Starts with the files that the page shows.
    pub(super) fn new(page: Page, server: Server, files: &Files) -> Self {
        let inner = Inner {
            server,
            name: files.name.clone(),
            bases: files.files.clone(),
            problems: BTreeMap::new(),
            latest: Some(files.clone()),
            version: files.version.clone(),
            is_outdated: false,
            is_typing: false,
            is_writing: false,
            is_running: false,
            runs_again: false,
            asked: BTreeSet::new(),
        };
        Self { page, inner: StoredValue::new(inner) }
    }

    /// Reads the record.
    pub(super) fn with<T>(self, read: impl FnOnce(&Inner) -> T) -> T {
        self.inner.with_value(read)
    }

    /// Changes the record.
    pub(super) fn update<T>(self, change: impl FnOnce(&mut Inner) -> T) -> T {
        self.inner.try_update_value(change).expect("the record lives as long as the page")
    }

    /// Returns the token of the server.
    pub(super) fn token(self) -> Arc<str> {
        self.with(|inner| inner.server.token.clone())
    }

    /// Sets the version that the text of the page is based on.
    pub(super) fn set_base(self, path: &str, disk: &Disk) {
        self.update(|inner| drop(inner.bases.insert(path.to_owned(), disk.clone())));
    }

    /// Sets or removes the problem of a file.
    pub(super) fn set_problem(self, path: &str, problem: Option<Problem>) {
        self.update(|inner| match problem {
            Some(problem) => drop(inner.problems.insert(path.to_owned(), problem)),
            None => drop(inner.problems.remove(path)),
        });
    }

    /// Returns the paths of the environment files that the service file names.
    pub(super) fn environment_paths(self) -> Vec<String> {
        untrack(|| self.page.state.results.environment_paths())
    }

    /// Returns the text of a file in the page.
    pub(super) fn text(self, path: &str) -> String {
        untrack(|| self.page.state.sources.text_of(page_name(path)))
    }

    /// Returns the name of a file for the user.
    pub(super) fn name(self, path: &str) -> String {
        if path.is_empty() { self.with(|inner| inner.name.clone()) } else { path.to_owned() }
    }

    /// Returns the texts that the page has and the disk has not, by path. The service file is
    /// first.
    pub(super) fn unwritten(self) -> Vec<(String, String)> {
        let paths = std::iter::once(String::new()).chain(self.environment_paths());
        let texts = paths.map(|path| (self.text(&path), path));
        let changed = texts.filter(|(text, path)| {
            let base = self.with(|inner| inner.bases.get(path).map(Disk::text));
            *text != base.unwrap_or_default()
        });
        changed.map(|(text, path)| (path, text)).collect()
    }

    /// Returns what can be written while the page closes; `None` if a change would be lost.
    pub(super) fn late_writes(self) -> Option<Vec<LateWrite>> {
        let unwritten = self.unwritten();
        self.with(|inner| {
            if !unwritten.is_empty() && (inner.is_writing || !inner.problems.is_empty()) {
                return None;
            }
            let late = unwritten.into_iter().map(|(path, text)| {
                let base = inner.bases.get(&path)?;
                let text = disk::to_disk(&base.raw, &text);
                Some(LateWrite { path, version: base.version.clone(), text })
            });
            late.collect()
        })
    }
}

/// Returns the name of a file in the page.
pub(super) fn page_name(path: &str) -> &str {
    if path.is_empty() { SERVICE_FILE } else { path }
}
