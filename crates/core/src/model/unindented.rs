//! Keys that have the indentation of the key above them, but belong below it.

use super::field::Keys;
use super::rules::UNKNOWN_FIELD;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::quote::quoted;
use crate::source::Source;
use crate::span::Span;
use crate::suggest;
use crate::syntax::Entry;

/// By how many spaces the diagnostic asks to indent.
const INDENT: usize = 2;

/// Unknown keys after a key without a value.
pub(super) struct Unindented<'a> {
    /// The key without a value.
    pub(super) parent: &'a Entry,
    /// The index after the last of the keys.
    pub(super) end: usize,
    keys: &'a [Entry],
    /// The column of the keys, counted from 0.
    column: usize,
}

impl<'a> Unindented<'a> {
    /// Returns the unknown keys from `start` on, if they belong to the empty map before them.
    pub(super) fn find(
        entries: &'a [Entry],
        start: usize,
        keys: &Keys,
        source: &Source,
    ) -> Option<Self> {
        let parent = entries.get(start.checked_sub(1)?)?;
        let takes_keys =
            |shape: &super::field::FieldShape| shape.takes_keys && *shape.name == *parent.key.value;
        if !parent.value.is_null() || !keys.shapes.iter().any(takes_keys) {
            return None;
        }
        let column = own_line(parent, source)?;
        let belongs = |entry: &&Entry| {
            let name = &*entry.key.value;
            let is_known = keys.names.contains(&name);
            let is_typo = keys.names.iter().any(|known| {
                suggest::is_similar(name, known) && entries.iter().all(|e| *e.key.value != **known)
            });
            !is_known && !is_typo && own_line(entry, source) == Some(column)
        };
        let count = entries.get(start..)?.iter().take_while(belongs).count();
        let end = start + count;
        (count > 0).then(|| Self { parent, end, keys: &entries[start..end], column })
    }

    /// Reports the keys, with a fix that indents them.
    pub(super) fn diagnostic(&self, path: String, source: &Source) -> Diagnostic {
        let first = &self.keys[0];
        let (key, parent) = (quoted(&first.key.value), quoted(&self.parent.key.value));
        let (found, expected) = (self.column + 1, self.column + 1 + INDENT);
        let message =
            format!("{key} is at column {found}, expected column {expected}, below {parent}");
        let edits = self.edits(source);
        Diagnostic::new(&UNKNOWN_FIELD, first.key.span, path, message)
            .help(format!("indent it by {INDENT} more spaces"))
            .label(self.parent.key.span, "this key has no value")
            .fix_edits(Applicability::Safe, format!("indent it to column {expected}"), edits)
    }

    /// Returns the edits that indent each line of the keys and of their values.
    fn edits(&self, source: &Source) -> Vec<TextEdit> {
        let start = self.keys[0].key.span.start as usize;
        let last = &self.keys[self.keys.len() - 1];
        let end = last.value.span.end.max(last.key.span.end) as usize;
        let text = source.text.get(start..end).unwrap_or_default().trim_end();
        let mut starts = vec![start];
        for (at, _) in text.match_indices('\n') {
            if text.get(at + 1..).is_some_and(|rest| !rest.starts_with(['\n', '\r'])) {
                starts.push(start + at + 1);
            }
        }
        let insertion =
            |at: usize| TextEdit { span: Span::new(source.file, at, at), text: " ".repeat(INDENT) };
        starts.into_iter().map(insertion).collect()
    }
}

/// Returns the column of a key that is the first text of its line, or follows a dash.
fn own_line(entry: &Entry, source: &Source) -> Option<usize> {
    let before = source.text.get(..entry.key.span.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.bytes().all(|byte| matches!(byte, b' ' | b'-')).then_some(line.len())
}
