//! Diagnostics and text edits, in the form that the JavaScript editor needs.

use optakit_core::api::{Diagnostic, Severity, TextEdit};
use serde::Serialize;

/// An underlined range with its message and fixes.
#[derive(Serialize)]
pub(super) struct Mark<'a> {
    from: usize,
    to: usize,
    severity: Severity,
    message: String,
    fixes: Vec<MarkFix<'a>>,
}

#[derive(Serialize)]
struct MarkFix<'a> {
    title: &'a str,
    edits: Vec<MarkEdit<'a>>,
}

/// A replacement of a range of the text.
#[derive(Serialize)]
pub(super) struct MarkEdit<'a> {
    from: usize,
    to: usize,
    text: &'a str,
}

/// Converts a text edit.
pub(super) fn edit(edit: &TextEdit) -> MarkEdit<'_> {
    MarkEdit { from: edit.place.utf16_start, to: edit.place.utf16_end, text: &edit.text }
}

/// Converts a diagnostic.
pub(super) fn mark(diagnostic: &Diagnostic) -> Mark<'_> {
    let fixes = diagnostic
        .fixes
        .iter()
        .map(|fix| MarkFix { title: &fix.title, edits: fix.edits.iter().map(edit).collect() });
    let message = match &diagnostic.help {
        Some(help) => format!("{}\n{help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    Mark {
        from: diagnostic.place.utf16_start,
        to: diagnostic.place.utf16_end,
        severity: diagnostic.severity,
        message,
        fixes: fixes.collect(),
    }
}
