//! Edits that add an entry to a map or an item to a list, for fixes.
//!
//! [`set`](super::set) can do more, but only forms need its code.

use super::lines::{line_end, line_start};
use super::node::{Entry, Mapping, Node, NodeKind};
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::Span;

/// A text to insert: in a block, and inside braces or brackets.
#[derive(Clone, Copy, Debug)]
pub struct Insertion<'a> {
    /// The lines in a block, without indentation.
    pub block: &'a str,
    /// The text inside braces or brackets.
    pub flow: &'a str,
}

/// Returns the edit that adds an entry to a map at `at`; none if its layout is unusual.
#[must_use]
pub fn insert_entry(
    source: &Source,
    mapping: &Mapping,
    at: Span,
    entry: Insertion<'_>,
) -> Option<TextEdit> {
    let text = &*source.text;
    let insert =
        |at: usize, text: String| Some(TextEdit { span: Span::new(source.file, at, at), text });
    let Some(first) = mapping.entries.first() else {
        let is_empty_map = source.slice(at).strip_prefix('{')?.trim_start().starts_with('}');
        return is_empty_map
            .then(|| insert(at.start as usize + 1, entry.flow.to_owned()))
            .flatten();
    };
    let start = first.key.span.start as usize;
    let Some(indent) = block_indent(text, start) else {
        let is_flow = text.get(..start)?.trim_end().ends_with('{');
        return is_flow.then(|| insert(start, format!("{}, ", entry.flow))).flatten();
    };
    let line_break = line_break(text);
    let separator = format!("{line_break}{indent}");
    let lines = entry.block.replace('\n', &separator);
    let second = mapping.entries.get(1).map(|second| second.key.span.start as usize);
    if let Some(second) = second.filter(|at| block_indent(text, *at).as_ref() == Some(&indent)) {
        insert(second, format!("{lines}{separator}"))
    } else if mapping.entries.len() == 1 && is_on_one_line(text, first) {
        let end = line_end(text, first.value.span.end.max(first.key.span.end) as usize);
        let end = end - usize::from(text[..end].ends_with('\r'));
        insert(end, format!("{separator}{lines}"))
    } else {
        insert(start, format!("{lines}{separator}"))
    }
}

/// Returns the edit that adds an item to a list after the item at `last`; none if its layout is
/// unusual.
#[must_use]
pub fn insert_item(source: &Source, last: Span, item: Insertion<'_>) -> Option<TextEdit> {
    let text = &*source.text;
    let (start, end) = (last.start as usize, last.end as usize);
    let end = start + text.get(start..end)?.trim_end().len();
    let insert =
        |at: usize, text: String| Some(TextEdit { span: Span::new(source.file, at, at), text });
    let before = text.get(line_start(text, start)..start)?;
    let Some(dash) = before.trim_end().strip_suffix('-').filter(|rest| rest.trim().is_empty())
    else {
        let is_flow = text.get(..start)?.trim_end().ends_with(['[', ',']);
        return is_flow.then(|| insert(end, format!(", {}", item.flow))).flatten();
    };
    let separator = format!("{}{dash}", line_break(text));
    let lines = item.block.replace('\n', &format!("{separator}  "));
    let end = line_end(text, end);
    let end = end - usize::from(text[..end].ends_with('\r'));
    insert(end, format!("{separator}- {lines}"))
}

/// Returns the indentation of a key of a block; none if something else is before the key.
fn block_indent(text: &str, key: usize) -> Option<String> {
    let before = text.get(line_start(text, key)..key)?;
    let is_block = before.bytes().all(|byte| matches!(byte, b' ' | b'-'));
    is_block.then(|| " ".repeat(before.len()))
}

/// Whether the value of an entry is a scalar that ends on the line of its key.
fn is_on_one_line(text: &str, entry: &Entry) -> bool {
    let Node { span, kind } = &entry.value;
    let range = entry.key.span.start as usize..span.end.max(entry.key.span.end) as usize;
    let is_one_line = text.get(range).is_some_and(|value| !value.contains('\n'));
    matches!(kind, NodeKind::Scalar(_)) && is_one_line
}

/// Returns the line break that the text uses.
fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
