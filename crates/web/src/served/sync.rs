//! Keeps the page and the files on disk equal.
//!
//! Each write names the version that it replaces. One pass runs at a time, while the user does not
//! type: it takes or merges what changed on disk, and then writes what changed in the page.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::file::{Disk, Problem, Step, step};
use super::record::{Inner, Record, page_name};
use super::server::{Files, Written};
use crate::disk::{self, Part};
use crate::state::{Conflict, Dialog, DiskStatus, Question};
use crate::storage;

/// How long after the last change the text is written, in milliseconds.
const REST_TIME: u32 = 300;
/// How long to wait before the next attempt after a failure, in milliseconds.
const RETRY_TIME: u32 = 2000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = watchFiles)]
    fn watch_files(
        id: &str,
        token: &str,
        version: &Closure<dyn Fn() -> String>,
        changed: &Closure<dyn Fn()>,
    );
}

/// Keeps the page and the files on disk equal.
#[derive(Clone, Copy)]
pub(super) struct Sync(Record);

impl Sync {
    /// Starts with the files that the page shows. `id` names the service file.
    pub(super) fn start(record: Record, id: &str) {
        let sync = Self(record);
        sync.show_status();
        sync.follow_page();
        sync.follow_disk(id);
        sync.wake();
    }

    /// Waits for changes of the texts in the page.
    fn follow_page(self) {
        let sources = self.0.page.state.sources;
        let latest = StoredValue::new(0_u32);
        Effect::new(move |is_later: Option<bool>| {
            sources.service.track();
            sources.environment_files.track();
            if is_later.is_none() {
                return true;
            }
            self.0.update(|inner| inner.is_typing = true);
            self.show_change();
            latest.update_value(|turn| *turn += 1);
            let turn = latest.get_value();
            leptos::task::spawn_local(async move {
                TimeoutFuture::new(REST_TIME).await;
                if latest.get_value() == turn {
                    self.0.update(|inner| inner.is_typing = false);
                    self.wake();
                }
            });
            true
        });
    }

    /// Waits for changes of the files on disk.
    fn follow_disk(self, id: &str) {
        let version =
            Closure::<dyn Fn() -> String>::new(move || self.0.with(|inner| inner.version.clone()));
        let changed = Closure::<dyn Fn()>::new(move || self.read_again());
        watch_files(id, &self.0.token(), &version, &changed);
        // They are needed as long as the page is open.
        version.forget();
        changed.forget();
        // Not every file system reports changes.
        let focus = window_event_listener(leptos::ev::focus, move |_| self.read_again());
        on_cleanup(move || focus.remove());
    }

    fn read_again(self) {
        self.0.update(|inner| inner.is_outdated = true);
        self.wake();
    }

    /// Starts a pass, or another one after the running one.
    fn wake(self) {
        let was_running = self.0.update(|inner| {
            inner.runs_again = true;
            std::mem::replace(&mut inner.is_running, true)
        });
        if was_running {
            return;
        }
        leptos::task::spawn_local(async move {
            while self.0.update(|inner| std::mem::take(&mut inner.runs_again)) {
                self.pass().await;
            }
            self.0.update(|inner| inner.is_running = false);
        });
    }

    async fn pass(self) {
        // The watch of a folder that was moved away ends, so a removed file is looked for again.
        let is_outdated = |inner: &Inner| {
            inner.is_outdated || inner.problems.values().any(|one| *one == Problem::Removed)
        };
        if self.0.with(is_outdated) && !self.read().await {
            return;
        }
        if self.0.with(|inner| inner.is_typing) {
            return;
        }
        if let Some(files) = self.0.update(|inner| inner.latest.take()) {
            self.compare(&files);
        }
        self.write().await;
        self.show_status();
    }

    /// Reads the files on disk. Returns false if that failed.
    async fn read(self) -> bool {
        self.0.update(|inner| inner.is_outdated = false);
        let server = self.0.with(|inner| inner.server.clone());
        match server.read().await {
            Ok(files) => {
                self.0.update(|inner| {
                    inner.version.clone_from(&files.version);
                    inner.latest = Some(files);
                    inner.problems.retain(|_, problem| !matches!(problem, Problem::Failed(_)));
                });
                true
            }
            Err(reason) => {
                self.fail("", reason);
                false
            }
        }
    }

    fn fail(self, path: &str, reason: String) {
        self.0.set_problem(path, Some(Problem::Failed(reason)));
        self.show_status();
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(RETRY_TIME).await;
            self.read_again();
        });
    }

    /// Takes or merges the changes on disk. The service file is first: it names the others.
    fn compare(self, files: &Files) {
        self.compare_file("", files.files.get(""));
        if self.0.with(|inner| inner.problems.contains_key("")) {
            return;
        }
        let used = self.0.environment_paths();
        self.0.update(|inner| {
            inner.bases.retain(|path, _| path.is_empty() || used.contains(path));
            inner.problems.retain(|path, _| path.is_empty() || used.contains(path));
        });
        for path in used {
            if files.outside.contains(&path) {
                self.ask_for_permission(&path);
            } else {
                self.compare_file(&path, files.files.get(&path));
            }
        }
    }

    fn compare_file(self, path: &str, now: Option<&Disk>) {
        let base = self.0.with(|inner| inner.bases.get(path).cloned());
        let mine = self.0.text(path);
        let problem = match (step(base.as_ref(), now, &mine), now) {
            (Step::Nothing, _) => None,
            (Step::Agree, Some(now)) => {
                self.0.set_base(path, now);
                None
            }
            (Step::Take, Some(now)) => {
                self.take(path, &now.text(), now);
                None
            }
            (Step::Merge, Some(now)) => self.merge(path, base.as_ref(), now),
            (Step::Removed, _) | (Step::Agree | Step::Take | Step::Merge, None) => {
                Some(Problem::Removed)
            }
        };
        self.0.set_problem(path, problem);
    }

    /// Merges a change on disk with the change in the page. Asks if both changed the same lines.
    fn merge(self, path: &str, base: Option<&Disk>, now: &Disk) -> Option<Problem> {
        let base = base.map(Disk::text).unwrap_or_default();
        let parts = disk::merge(&base, &self.0.text(path), &now.text());
        if let Some(text) = disk::merged(&parts) {
            self.take(path, &text, now);
            return None;
        }
        let was_asked = self.0.with(|inner| inner.problems.get(path) == Some(&Problem::Conflict));
        let file = self.0.name(path);
        let (path, now, both) = (path.to_owned(), now.clone(), parts.clone());
        let resolve = Callback::new(move |text: String| {
            let (path, now, both) = (path.clone(), now.clone(), both.clone());
            leptos::task::spawn_local(async move {
                self.choose(&path, &both, &text).await;
                self.0.set_base(&path, &now);
                self.0.set_problem(&path, None);
                self.wake();
            });
        });
        let view = self.0.page.state.view;
        view.conflict.set(Some(Conflict { file, parts, resolve }));
        if !was_asked {
            view.dialog.set(Some(Dialog::Conflict));
        }
        Some(Problem::Conflict)
    }

    /// Shows the lines that the user chose. The previous work goes to the history.
    async fn choose(self, path: &str, parts: &[Part], text: &str) {
        let page = self.0.page;
        storage::remember(page.state, "before the file changed on disk");
        page.choose_text(page_name(path), parts, text).await;
    }

    /// Shows a text that includes a version on disk. The previous work goes to the history.
    fn take(self, path: &str, text: &str, now: &Disk) {
        let page = self.0.page;
        if self.0.text(path) != text {
            storage::remember(page.state, "before the file changed on disk");
            page.merge_text(page_name(path), text);
            page.state.notify("The file changed on disk. Your earlier text is in History.");
        }
        self.0.set_base(path, now);
    }

    /// Writes the texts that changed in the page.
    async fn write(self) {
        for (path, text) in self.0.unwritten() {
            let (base, problem) = self.0.with(|inner| {
                (inner.bases.get(&path).cloned(), inner.problems.get(&path).cloned())
            });
            if matches!(problem, Some(Problem::Conflict | Problem::Removed)) {
                continue;
            }
            let raw = disk::to_disk(base.as_ref().map_or("", |base| &base.raw), &text);
            if !self.write_file(&path, raw, base.map(|base| base.version)).await {
                return;
            }
        }
    }

    /// Writes one file. Returns false if the server does not accept it.
    async fn write_file(self, path: &str, raw: String, base: Option<String>) -> bool {
        let server = self.0.with(|inner| inner.server.clone());
        self.0.update(|inner| inner.is_writing = true);
        let written = server.write(path, raw.clone(), base.as_deref()).await;
        self.0.update(|inner| inner.is_writing = false);
        match written {
            Ok(Written::Done(version)) => {
                self.0.set_base(path, &Disk { raw, version });
                self.0.set_problem(path, None);
            }
            Ok(Written::Conflict(now)) => {
                self.compare_file(path, now.as_ref());
                self.wake();
            }
            Err(reason) => {
                self.fail(path, reason);
                return false;
            }
        }
        true
    }

    /// Asks once whether an environment file outside the repository is read and written.
    fn ask_for_permission(self, path: &str) {
        if !self.0.update(|inner| inner.asked.insert(path.to_owned())) {
            return;
        }
        let text = format!(
            "`{path}` is outside the repository of the service file. \
             The editor reads and writes it only if you allow it."
        );
        let path = path.to_owned();
        let on_yes = Callback::new(move |()| {
            let path = path.clone();
            leptos::task::spawn_local(async move {
                let server = self.0.with(|inner| inner.server.clone());
                if let Err(reason) = server.allow(&path).await {
                    self.0.page.state.notify(reason);
                }
                self.read_again();
            });
        });
        let view = self.0.page.state.view;
        view.question.set(Some(Question { text, yes: "Allow", on_yes }));
        view.dialog.set(Some(Dialog::Question));
    }

    /// Shows that a text is not on disk yet.
    fn show_change(self) {
        let disk = self.0.page.state.view.disk;
        if let DiskStatus::Saved { file } = disk.get_untracked() {
            disk.set(DiskStatus::Saving { file });
        }
    }

    /// Shows whether the texts are on disk.
    fn show_status(self) {
        let is_saved = self.0.unwritten().is_empty();
        let first = self.0.with(|inner| {
            inner.problems.iter().next().map(|(path, problem)| (path.clone(), problem.clone()))
        });
        let file = self.0.name("");
        let status = match first {
            None if is_saved => DiskStatus::Saved { file },
            None => DiskStatus::Saving { file },
            Some((_, Problem::Failed(reason))) => DiskStatus::NotSaved { reason, action: None },
            Some((path, Problem::Conflict)) => DiskStatus::NotSaved {
                reason: format!("{} changed on disk", self.0.name(&path)),
                action: Some(("Compare", self.compare_again(path))),
            },
            Some((path, Problem::Removed)) => DiskStatus::NotSaved {
                reason: format!("{} was removed", self.0.name(&path)),
                action: Some(("Restore file", self.write_again(path))),
            },
        };
        self.0.page.state.view.disk.set(status);
    }

    fn compare_again(self, path: String) -> Callback<()> {
        Callback::new(move |()| {
            // The next comparison opens the dialog again.
            self.0.set_problem(&path, None);
            self.read_again();
        })
    }

    fn write_again(self, path: String) -> Callback<()> {
        Callback::new(move |()| {
            self.0.update(|inner| drop(inner.bases.remove(&path)));
            self.0.set_problem(&path, None);
            self.wake();
        })
    }
}
