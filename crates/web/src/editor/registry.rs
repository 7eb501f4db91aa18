//! All text editors of the page.

use leptos::prelude::*;

use super::codemirror;
use super::handle::Editor;
use crate::lazy;
use crate::platform;
use crate::state::State;

/// The text editors of the page. Their code is loaded after the first paint.
#[derive(Clone, Copy)]
pub(crate) struct Editors {
    list: RwSignal<Vec<(String, Editor)>, LocalStorage>,
    /// How far loading is.
    pub(crate) status: RwSignal<EditorStatus>,
}

/// How far the loading of the text editors is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EditorStatus {
    /// Their code is being fetched.
    Loading,
    /// Their code could not be fetched.
    Failed,
    /// The editor of the open file exists.
    Open,
    /// All editors exist.
    All,
}

impl Editors {
    /// Creates an empty list.
    pub(crate) fn new() -> Self {
        let status = RwSignal::new(EditorStatus::Loading);
        Self { list: RwSignal::new_local(Vec::new()), status }
    }

    /// Loads the code of the editors.
    pub(crate) fn load(self, state: State) {
        self.status.set(EditorStatus::Loading);
        leptos::task::spawn_local(async move {
            platform::painted().await;
            if codemirror::bring_editor().await.is_err() {
                self.status.set(EditorStatus::Failed);
                return lazy::report(state).await;
            }
            self.status.set(EditorStatus::Open);
            platform::painted().await;
            self.status.set(EditorStatus::All);
        });
    }

    /// Returns the editor of a file.
    pub(crate) fn of(self, file: &str) -> Option<Editor> {
        self.list.with_untracked(|editors| {
            editors.iter().find(|(name, _)| name == file).map(|(_, editor)| editor.clone())
        })
    }

    /// Returns all editors with their files.
    pub(crate) fn all(self) -> Vec<(String, Editor)> {
        self.list.get_untracked()
    }

    /// Subscribes the running effect to new editors.
    pub(crate) fn track(self) {
        self.list.track();
    }

    /// Adds the editor of a file.
    pub(crate) fn add(self, file: String, editor: Editor) {
        self.list.update(|editors| editors.push((file, editor)));
    }

    /// Removes and destroys the editor of a file.
    pub(crate) fn remove(self, file: &str) {
        self.list.try_update(|editors| {
            for (_, editor) in editors.extract_if(.., |(known, _)| known == file) {
                editor.destroy();
            }
        });
    }
}
