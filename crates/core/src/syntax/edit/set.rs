//! Sets the value at a path.

use serde_json::Value;

use super::editor::{Editor, is_missing};
use super::error::EditError;
use super::path::{Found, PathStep, follow};
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::literal::{
    block, flow, has_long_key, is_collection, is_long_key, scalar, scalar_value,
};
use crate::syntax::node::{Mapping, Node, NodeKind, ScalarValue};
use crate::syntax::plain_data::as_data;

/// Returns the edit that sets the value at a path; none if the value is already there. Creates the
/// missing maps on the path.
///
/// # Errors
///
/// Fails if the text has a syntax error, or if the path leads through a value that is not a map or
/// list.
pub fn set(
    source: &Source,
    path: &[PathStep],
    value: &Value,
) -> Result<Option<TextEdit>, EditError> {
    let editor = Editor::new(source)?;
    let is_long = |step: &PathStep| matches!(step, PathStep::Key(key) if is_long_key(key));
    if path.iter().any(is_long) || has_long_key(value) {
        return Err(EditError::LongKey);
    }
    let Some(root) = &editor.root else {
        return Ok(Some(set_root(&editor, &nested(path, value)?)));
    };
    let (found, missing) = follow(root, path);
    let edit = match (missing, &found.node.kind) {
        ([], _) if as_data(found.node) == *value => return Ok(None),
        ([], _) => replace(&editor, &found, value),
        (rest, NodeKind::Scalar(scalar)) if scalar.value == ScalarValue::Null => {
            replace(&editor, &found, &nested(rest, value)?)
        }
        ([PathStep::Key(key), rest @ ..], NodeKind::Mapping(mapping)) => {
            add_entry(&editor, found.node, mapping, (key, &nested(rest, value)?))
        }
        ([PathStep::Index(index), rest @ ..], NodeKind::Sequence(items))
            if *index == items.len() =>
        {
            add_item(&editor, found.node, items, &nested(rest, value)?)
        }
        ([step, ..], _) => return Err(EditError::not_a_collection(step, found.node)),
    };
    Ok(Some(edit))
}

/// Puts a value into the maps and lists of a path.
fn nested(path: &[PathStep], value: &Value) -> Result<Value, EditError> {
    path.iter().rev().try_fold(value.clone(), |value, step| match step {
        PathStep::Key(key) => Ok(Value::Object([(key.clone(), value)].into_iter().collect())),
        PathStep::Index(0) => Ok(Value::Array(vec![value])),
        PathStep::Index(index) => Err(EditError::EmptyList { index: *index }),
    })
}

/// Writes the first value of an empty text.
fn set_root(editor: &Editor<'_>, value: &Value) -> TextEdit {
    let text = block(value, 0).trim_start_matches('\n').to_owned() + "\n";
    let (end, line) = (editor.text().len(), editor.line_start(editor.text().len()));
    if editor.text()[line..].trim().is_empty() {
        // Spaces on the last line would indent the value.
        editor.edit(line..end, text)
    } else {
        // A comment on the last line would contain the value.
        editor.edit(end..end, format!("\n{text}"))
    }
}

/// Replaces a value.
fn replace(editor: &Editor<'_>, found: &Found<'_>, value: &Value) -> TextEdit {
    let node = found.node;
    if let Some(key) = found.key {
        return replace_value(editor, key, node, value);
    }
    let start = node.span.start as usize;
    if is_missing(node) && !editor.is_inside_flow(start) {
        // An item with nothing after its dash.
        let end = editor.dash(node) + 1;
        return editor.edit(end..end, format!(" {}", editor.inline(node, value)));
    }
    editor.edit(start..editor.end(node).max(start), editor.inline(node, value))
}

/// Replaces the value of a key, on the line of the key or in a block below it.
fn replace_value(editor: &Editor<'_>, key: Span, node: &Node, value: &Value) -> TextEdit {
    let missing = is_missing(node);
    let is_block = !missing && !editor.is_flow(node) && node.as_scalar().is_none();
    let (colon, has_colon) = editor.colon(key);
    let end = if missing { colon } else { editor.end(node) };
    let key_start = key.start as usize;
    if is_collection(value) && (is_block || missing) && !editor.is_inside_flow(key_start) {
        let text = block(value, editor.column(key_start) + 2);
        // Keep a comment after the colon.
        let start = if missing { editor.line_end(colon) } else { colon };
        return editor.edit(start..end.max(start), text);
    }
    let start = if is_block || missing { colon } else { node.span.start as usize };
    let separator = match (start == colon, has_colon) {
        (true, true) => " ",
        (true, false) => ": ",
        (false, _) => "",
    };
    editor.edit(start..end, format!("{separator}{}", editor.inline(node, value)))
}

/// Adds an entry at the end of a map.
fn add_entry(
    editor: &Editor<'_>,
    node: &Node,
    mapping: &Mapping,
    (key, value): (&str, &Value),
) -> TextEdit {
    let key = scalar(key);
    let Some(last) = mapping.entries.last().filter(|_| !editor.is_flow(node)) else {
        let last = mapping.entries.last();
        let end = last.map(|entry| editor.entry_end(entry.key.span, &entry.value));
        return add_to_flow(editor, node, end, format!("{key}: {}", flow(value)));
    };
    let column = editor.column(last.key.span.start as usize);
    let text = if is_collection(value) {
        format!("{key}:{}", block(value, column + 2))
    } else {
        format!("{key}: {}", scalar_value(value))
    };
    add_line(editor, editor.entry_end(last.key.span, &last.value), column, &text)
}

/// Adds an item at the end of a list.
fn add_item(editor: &Editor<'_>, node: &Node, items: &[Node], value: &Value) -> TextEdit {
    let Some(last) = items.last().filter(|_| !editor.is_flow(node)) else {
        let end = items.last().map(|item| editor.end(item));
        return add_to_flow(editor, node, end, flow(value));
    };
    let column = editor.column(editor.dash(last));
    let text = match value {
        Value::Object(map) if !map.is_empty() => {
            format!("- {}", block(value, column + 2).trim_start())
        }
        _ => format!("- {}", flow(value)),
    };
    add_line(editor, editor.end(last), column, &text)
}

/// Adds a line below the line of an offset.
fn add_line(editor: &Editor<'_>, offset: usize, column: usize, text: &str) -> TextEdit {
    let end = editor.line_end(offset);
    let end = if editor.text()[..end].ends_with('\r') { end - 1 } else { end };
    editor.edit(end..end, format!("\n{}{text}", " ".repeat(column)))
}

/// Adds a part to a collection in braces or brackets. `last` is the end of its last part.
fn add_to_flow(editor: &Editor<'_>, node: &Node, last: Option<usize>, text: String) -> TextEdit {
    match last {
        Some(end) => editor.edit(end..end, format!(", {text}")),
        None => {
            let start = node.span.start as usize + 1;
            editor.edit(start..editor.end(node) - 1, text)
        }
    }
}
