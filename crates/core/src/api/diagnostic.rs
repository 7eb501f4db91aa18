//! Diagnostics as plain data, with places instead of spans.

use serde::Serialize;

use super::places::{Place, Places};
use crate::diagnostic::{self, Applicability};
use crate::rule::Severity;
use crate::span::FileId;

/// A problem in one of the texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Diagnostic {
    /// The name of the file.
    pub file: String,
    /// The place of the problem.
    pub place: Place,
    /// The severity.
    pub severity: Severity,
    /// The id of the rule.
    pub rule: &'static str,
    /// The path in the document, like `modules[0].port`.
    pub path: String,
    /// The message: what was found, then what was expected.
    pub message: String,
    /// The next action.
    pub help: Option<String>,
    /// A second place that matters.
    pub label: Option<Label>,
    /// The fixes, best first.
    pub fixes: Vec<Fix>,
    /// Whether the lines may contain secrets. Show the place, but not the line.
    pub confidential: bool,
}

/// A second place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Label {
    /// The name of the file.
    pub file: String,
    /// The place.
    pub place: Place,
    /// Why the place matters.
    pub message: String,
}

/// A fix of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Fix {
    /// The title, in the imperative.
    pub title: String,
    /// Whether the fix may be applied without review.
    pub safe: bool,
    /// The edits of the diagnostic's file.
    pub edits: Vec<TextEdit>,
}

/// A replacement of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct TextEdit {
    /// The part to replace.
    pub place: Place,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// Converts a diagnostic with spans, and removes secrets from its texts.
    pub(super) fn new(diagnostic: &diagnostic::Diagnostic, places: &Places) -> Self {
        let (file, place) = places.place(diagnostic.span);
        let label = diagnostic.label.as_ref().map(|label| {
            let (file, place) = places.place(label.span);
            Label { file, place, message: places.redact(&label.message) }
        });
        // A fix must not write a secret into a file.
        let has_secret = |fix: &diagnostic::Fix| {
            places.has_secret(&fix.title)
                || fix.edits.iter().any(|edit| places.has_secret(&edit.text))
        };
        let fixes = diagnostic.fixes.iter().filter(|fix| !has_secret(fix));
        Self {
            file: if file.is_empty() { places.file_name(FileId::Service) } else { file },
            place,
            severity: diagnostic.severity,
            rule: diagnostic.rule.id,
            path: diagnostic.path.clone(),
            message: places.redact(&diagnostic.message),
            help: diagnostic.help.as_deref().map(|help| places.redact(help)),
            label,
            fixes: fixes.map(|fix| Fix::new(fix, places)).collect(),
            confidential: diagnostic.is_confidential || diagnostic.span.file == FileId::Values,
        }
    }
}

impl Fix {
    fn new(fix: &diagnostic::Fix, places: &Places) -> Self {
        Self {
            title: fix.title.clone(),
            safe: fix.applicability == Applicability::Safe,
            edits: fix.edits.iter().map(|edit| TextEdit::new(edit, places)).collect(),
        }
    }
}

impl TextEdit {
    /// Converts an edit with a span.
    pub(super) fn new(edit: &diagnostic::TextEdit, places: &Places) -> Self {
        Self { place: places.place(edit.span).1, text: edit.text.clone() }
    }
}
