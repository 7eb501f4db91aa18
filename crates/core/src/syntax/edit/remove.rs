//! Removes the entry or item at a path.

use std::ops::Range;

use super::editor::Editor;
use super::error::EditError;
use super::path::{Found, PathStep, follow};
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::syntax::node::{Node, NodeKind};

/// Returns the edit that removes the entry or item at a path; none if there is none.
///
/// # Errors
///
/// Fails if the text has a syntax error.
pub fn remove(source: &Source, path: &[PathStep]) -> Result<Option<TextEdit>, EditError> {
    let editor = Editor::new(source)?;
    let Some((step, parents)) = path.split_last() else { return Ok(None) };
    let Some(root) = &editor.root else { return Ok(None) };
    let (parent, []) = follow(root, parents) else { return Ok(None) };
    Ok(match (step, &parent.node.kind) {
        (PathStep::Key(key), NodeKind::Mapping(mapping)) => {
            let entries = mapping.entries.iter();
            let index = entries.clone().position(|entry| *entry.key.value == **key);
            let parts: Vec<_> =
                entries.map(|entry| editor.part(entry.key.span, &entry.value)).collect();
            index.map(|index| remove_part(&editor, &parent, &parts, index))
        }
        (PathStep::Index(index), NodeKind::Sequence(items)) if *index < items.len() => {
            let is_flow = editor.is_flow(parent.node);
            let start =
                |item: &Node| if is_flow { item.span.start as usize } else { editor.dash(item) };
            let parts: Vec<_> = items
                .iter()
                .map(|item| start(item)..editor.end(item).max(start(item) + 1))
                .collect();
            Some(remove_part(&editor, &parent, &parts, *index))
        }
        _ => None,
    })
}

/// Removes one of the parts of a collection.
fn remove_part(
    editor: &Editor<'_>,
    parent: &Found<'_>,
    parts: &[Range<usize>],
    index: usize,
) -> TextEdit {
    let part = parts[index].clone();
    if editor.is_flow(parent.node) {
        return match (parts.get(index + 1), index.checked_sub(1).map(|before| &parts[before])) {
            (Some(next), _) => editor.edit(part.start..next.start, String::new()),
            (None, Some(before)) => editor.edit(before.end..part.end, String::new()),
            (None, None) => editor.edit(part, String::new()),
        };
    }
    if parts.len() == 1 {
        // The collection stays, but empty.
        let empty = if parent.node.as_mapping().is_some() { "{}" } else { "[]" };
        return match parent.key {
            Some(key) => editor.edit(editor.colon(key).0..part.end, format!(" {empty}")),
            None => editor.edit(parent.node.span.start as usize..part.end, empty.to_owned()),
        };
    }
    let line = editor.line_start(part.start);
    if editor.text()[line..part.start].trim().is_empty() {
        let end = editor.line_end(part.end);
        return if editor.text()[end..].starts_with('\n') {
            editor.edit(line..end + 1, String::new())
        } else {
            let before = editor.text()[..line].strip_suffix('\n').unwrap_or_default();
            let before = before.strip_suffix('\r').unwrap_or(before);
            editor.edit(before.len()..end, String::new())
        };
    }
    // The first key of a list item is after the dash: the next key moves to its place.
    match parts.get(index + 1) {
        Some(next) => editor.edit(part.start..next.start, String::new()),
        None => editor.edit(parts[index - 1].end..part.end, String::new()),
    }
}
