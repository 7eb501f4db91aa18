//! What the page shows: open file, tabs, dialog, message.

use std::collections::BTreeMap;

use leptos::prelude::*;
use optakit_core::api::LineExplanation;

use crate::work::SERVICE_FILE;

/// What the page shows.
#[derive(Clone, Copy)]
pub(crate) struct View {
    /// The open file: the service file, the path of an environment file, or the values file.
    pub(crate) file: RwSignal<String>,
    /// Whether files are shown as forms.
    pub(crate) form: RwSignal<bool>,
    /// The open tab of the results.
    pub(crate) tab: RwSignal<ResultTab>,
    /// The open dialog.
    pub(crate) dialog: RwSignal<Option<Dialog>>,
    /// A message that disappears after a moment.
    pub(crate) message: RwSignal<String>,
    /// Whether the work is saved in this browser.
    pub(crate) saved: RwSignal<bool>,
    /// The file on disk that `optakit edit` serves; none without that command.
    pub(crate) served_file: RwSignal<Option<String>>,
    /// The path that each file was opened from, by its name in the page.
    pub(crate) opened_paths: RwSignal<BTreeMap<String, String>>,
}

/// The tabs of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultTab {
    Manifests,
    Aws,
    Bundle,
    Diagram,
    Changes,
}

/// The dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    Commands,
    Shortcuts,
    History,
    Examples,
    Share,
}

/// The lines that the user looks at, in the texts and in the manifests.
#[derive(Clone, Copy)]
pub(crate) struct Selection {
    /// The position of the text cursor; none while no editor has the focus.
    pub(crate) cursor: RwSignal<Option<Cursor>>,
    /// The manifest lines that come from the line of the cursor.
    pub(crate) highlighted: RwSignal<Vec<ManifestLine>>,
    /// The manifest line under the mouse or chosen by keys.
    pub(crate) active: RwSignal<Option<ManifestLine>>,
    /// Why the active line exists.
    pub(crate) why: RwSignal<Option<LineExplanation>>,
    /// The UTF-16 offset of the problem that was opened last.
    pub(crate) last_problem: RwSignal<Option<usize>>,
}

/// A position in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: u32,
    /// The UTF-16 offset in the file.
    pub(crate) offset: usize,
}

/// A line of a manifest: the index of the manifest, and the index of the line in it.
pub(crate) type ManifestLine = (usize, usize);

impl View {
    pub(super) fn new() -> Self {
        Self {
            file: RwSignal::new(SERVICE_FILE.to_owned()),
            form: RwSignal::new(false),
            tab: RwSignal::new(ResultTab::Manifests),
            dialog: RwSignal::new(None),
            message: RwSignal::new(String::new()),
            saved: RwSignal::new(true),
            served_file: RwSignal::new(None),
            opened_paths: RwSignal::new(BTreeMap::new()),
        }
    }
}

impl Selection {
    pub(super) fn new() -> Self {
        Self {
            cursor: RwSignal::new(None),
            highlighted: RwSignal::new(Vec::new()),
            active: RwSignal::new(None),
            why: RwSignal::new(None),
            last_problem: RwSignal::new(None),
        }
    }
}
