//! The state of the view: open file, tabs, dialog, message.

use leptos::prelude::*;
use optakit_core::api::LineExplanation;

use crate::disk::Part;
use crate::platform::Saved;
use crate::work::SERVICE_FILE;

/// The state of the view.
#[derive(Clone, Copy)]
pub(crate) struct View {
    /// The open file: the service file, the path of an environment file, or the values file.
    pub(crate) file: RwSignal<String>,
    /// Whether files are shown as forms.
    pub(crate) form: RwSignal<bool>,
    /// The open tab of the results.
    pub(crate) tab: RwSignal<ResultTab>,
    /// The pane that a narrow window shows.
    pub(crate) pane: RwSignal<Pane>,
    /// The open dialog.
    pub(crate) dialog: RwSignal<Option<Dialog>>,
    /// Whether to introduce Optakit: on the first visit, until the user closes it.
    pub(crate) first_visit: RwSignal<bool>,
    /// A message that disappears after a moment.
    pub(crate) message: RwSignal<Message>,
    /// Whether the work is saved in this browser.
    pub(crate) saved: RwSignal<Saved>,
    /// Whether the texts are in the files that `optakit edit` serves.
    pub(crate) disk: RwSignal<DiskStatus>,
    /// The conflict that the dialog shows.
    pub(crate) conflict: RwSignal<Option<Conflict>>,
    /// The question that the dialog shows.
    pub(crate) question: RwSignal<Option<Question>>,
    /// Whether a newer release of the page is ready.
    pub(crate) has_new_release: RwSignal<bool>,
    /// Whether a part of the text editor could not be fetched.
    pub(crate) is_incomplete: RwSignal<bool>,
}

/// A message of the page.
#[derive(Clone, Default)]
pub(crate) struct Message {
    /// The number of messages before this one. Two messages can have the same text.
    pub(crate) number: u32,
    /// The shown text. It is empty if no message is shown.
    pub(crate) text: String,
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

impl ResultTab {
    /// Returns the title of the tab.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Manifests => "Manifests",
            Self::Aws => "AWS",
            Self::Bundle => "Bundle",
            Self::Diagram => "Diagram",
            Self::Changes => "Changes",
        }
    }
}

/// The panes. A narrow window shows one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    Text,
    Problems,
    Results,
}

impl Pane {
    /// Returns the name that the style sheet uses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Problems => "problems",
            Self::Results => "results",
        }
    }
}

/// The dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    Commands,
    Menu,
    Options,
    Shortcuts,
    History,
    Examples,
    New,
    Share,
    Conflict,
    Question,
}

/// Whether the texts are in files on disk.
#[derive(Clone)]
pub(crate) enum DiskStatus {
    /// The page does not write files alone.
    NoFiles,
    Saved {
        file: String,
    },
    Saving {
        file: String,
    },
    NotSaved {
        reason: String,
        /// A button: its name, and what it does.
        action: Option<(&'static str, Callback<()>)>,
    },
}

/// A text that changed in the page and on disk, in the same lines.
#[derive(Clone)]
pub(crate) struct Conflict {
    /// The name of the file.
    pub(crate) file: String,
    pub(crate) parts: Vec<Part>,
    /// Receives the text that the user chose.
    pub(crate) resolve: Callback<String>,
}

/// A question that can be answered with yes.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) text: String,
    /// The name of the button for yes.
    pub(crate) yes: &'static str,
    pub(crate) on_yes: Callback<()>,
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
    /// The place that the active line comes from.
    pub(crate) origin: RwSignal<Option<LineOrigin>>,
    /// The UTF-16 offset of the problem that was opened last.
    pub(crate) last_problem: RwSignal<Option<usize>>,
    /// The index of the problem that was opened last.
    pub(crate) current_problem: RwSignal<Option<usize>>,
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

/// The file and the line that a manifest line comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineOrigin {
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// A line of a manifest: the index of the manifest, and the index of the line in it.
pub(crate) type ManifestLine = (usize, usize);

impl View {
    pub(super) fn new() -> Self {
        Self {
            file: RwSignal::new(SERVICE_FILE.to_owned()),
            form: RwSignal::new(false),
            tab: RwSignal::new(ResultTab::Manifests),
            pane: RwSignal::new(Pane::Text),
            dialog: RwSignal::new(None),
            first_visit: RwSignal::new(false),
            message: RwSignal::new(Message::default()),
            saved: RwSignal::new(Saved::Yes),
            disk: RwSignal::new(DiskStatus::NoFiles),
            conflict: RwSignal::new(None),
            question: RwSignal::new(None),
            has_new_release: RwSignal::new(false),
            is_incomplete: RwSignal::new(false),
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
            origin: RwSignal::new(None),
            last_problem: RwSignal::new(None),
            current_problem: RwSignal::new(None),
        }
    }
}
