//! Changes texts and shows places in them, through their editors.

use leptos::prelude::*;
use optakit_core::api::TextEdit;

use crate::disk::{self, Part};
use crate::editor::{Editor, Editors};
use crate::platform;
use crate::state::{Pane, State};
use crate::steps::{TextChange, Undo};
use crate::work::{SERVICE_FILE, VALUES_FILE, Work, page_text};

/// The state together with the text editors and the undo history.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    pub(crate) state: State,
    pub(crate) editors: Editors,
    pub(crate) undo: Undo,
}

impl Page {
    /// Replaces the work with other work, and keeps nothing of it.
    pub(crate) fn replace(self, work: Work) {
        let (sources, work) = (self.state.sources, work.with_page_texts());
        let before = sources.environment_files.get_untracked();
        for path in before.keys().filter(|path| !work.environment_files.contains_key(*path)) {
            self.replace_text(path, String::new());
        }
        for (path, text) in &work.environment_files {
            self.replace_text(path, text.clone());
        }
        sources.environment_files.set(work.environment_files);
        sources.environment.set(work.environment);
        sources.image.set(work.image);
        sources.choices.set(work.choices);
        sources.export.set(work.export);
        self.replace_text(VALUES_FILE, work.values);
        self.replace_text(SERVICE_FILE, work.service);
        self.state.view.file.set(SERVICE_FILE.to_owned());
        // The files of the work before must not be overwritten.
        platform::forget_opened();
        self.state.view.pane.set(Pane::Text);
        // In a low window the text may be outside the screen.
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Replaces the text of a file, as one undo step if it has an editor.
    pub(crate) fn replace_text(self, file: &str, text: String) {
        let text = page_text(text);
        match self.editors.of(file) {
            Some(editor) => editor.replace(&text),
            None => self.state.sources.set_text(file, text),
        }
    }

    /// Changes the text of a file to another one, as one undo step. The cursor stays in its line.
    /// Needs [`disk::load`].
    pub(crate) fn patch_text(self, file: &str, text: &str) {
        match self.editors.of(file) {
            Some(editor) => editor.patch(text),
            None => self.state.sources.set_text(file, text.to_owned()),
        }
    }

    /// Changes the text of a file to one that includes the changes of others. Undo does not take
    /// them back. Needs [`disk::load`].
    pub(crate) fn merge_text(self, file: &str, text: &str) {
        let before = untrack(|| self.state.sources.text_of(file));
        let change = |(start, removed, inserted)| TextChange {
            file: file.to_owned(),
            start,
            removed,
            inserted,
            existed: true,
            exists: true,
        };
        self.undo
            .expect_foreign(disk::differences(&before, text).into_iter().map(change).collect());
        self.patch_text(file, text);
    }

    /// Changes the text of a file to the lines that the user chose after a merge. Undo takes back
    /// the choice, but not the other changes of others. Needs [`disk::load`].
    pub(crate) async fn choose_text(self, file: &str, parts: &[Part], chosen: &str) {
        self.merge_text(file, &disk::join(parts, |mine, _| mine));
        // The undo history notes one change after the other.
        gloo_timers::future::TimeoutFuture::new(0).await;
        self.patch_text(file, chosen);
    }

    /// Applies edits to the text of a file, as one undo step.
    pub(crate) fn edit(self, file: &str, edits: &[TextEdit]) {
        match self.editors.of(file) {
            Some(editor) => editor.apply(edits),
            None => self.state.notify("Nothing was changed: the text editor is not loaded"),
        }
    }

    /// Moves the focus to the editor of a file.
    pub(crate) fn focus(self, file: &str) {
        if let Some(editor) = self.editors.of(file) {
            editor.focus();
        }
    }

    /// Opens a file as text and selects a range, in UTF-16 offsets.
    pub(crate) fn reveal(self, file: &str, from: usize, to: usize) {
        let (view, editor) = (self.state.view, self.editors.of(file));
        // A pane that was hidden is shown by the next rendering.
        let is_shown = *view.file.read_untracked() == file
            && view.pane.get_untracked() == Pane::Text
            && !view.form.get_untracked();
        view.form.set(false);
        view.pane.set(Pane::Text);
        if is_shown {
            reveal_in(editor, from, to);
            return;
        }
        view.file.set(file.to_owned());
        // The editor is hidden until the page is rendered again.
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(0).await;
            reveal_in(editor, from, to);
        });
    }
}

fn reveal_in(editor: Option<Editor>, from: usize, to: usize) {
    if let Some(editor) = editor {
        editor.reveal(from, to);
    }
}
