//! Finds the keys and list items around an offset, and the word at the offset.
//!
//! This module reads the lines instead of the tree: while a user types, the text often has syntax
//! errors.

mod flow;
mod line;
mod position;
#[cfg(test)]
mod tests;

pub use self::position::{Cursor, CursorKind, CursorStep};

use self::flow::flow;
use self::line::{Token, ends_in_comment, indent, is_blank, tokens};

/// Finds what is at a byte offset. Returns none inside a comment, or if the offset is not in the
/// text.
#[must_use]
pub fn cursor(text: &str, offset: usize) -> Option<Cursor> {
    let before = text.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |line_break| line_break + 1);
    let typed = text.get(line_start..offset)?;
    if ends_in_comment(typed) {
        return None;
    }
    let (tokens, rest) = tokens(typed);
    let value = text.get(line_start + rest..offset)?;
    // The key on this line whose value the user types.
    let key = tokens.last().and_then(|token| token.entry.map(|entry| (token.column, entry.0)));
    let column = match (&key, tokens.last()) {
        (Some((column, _)), _) => *column,
        (None, Some(_)) => rest,
        (None, None) => typed.len() - typed.trim_start().len(),
    };
    let dashes: Vec<&Token<'_>> = tokens.iter().filter(|token| token.entry.is_none()).collect();
    let mut path = enclosing(text.get(..line_start)?, &dashes, column);
    path.extend(key.map(|(_, key)| CursorStep::Key(key.to_owned())));
    let siblings = siblings(text, line_start, column, !dashes.is_empty());
    let (start, kind, siblings) = if let Some(start) = open_reference(value, key.is_some()) {
        (start, CursorKind::Reference, siblings)
    } else {
        let flow = flow(value);
        path.extend(flow.path);
        let is_value = flow.kind == CursorKind::Key && flow.depth == 0 && key.is_some();
        let kind = if is_value { CursorKind::Value } else { flow.kind };
        (flow.word, kind, if flow.depth > 0 { flow.siblings } else { siblings })
    };
    let start = line_start + rest + start;
    Some(Cursor {
        path,
        kind,
        start,
        end: word_end(text, offset, kind),
        typed: text.get(start..offset).unwrap_or_default().to_owned(),
        siblings,
    })
}

/// Returns the end of the word at an offset.
fn word_end(text: &str, offset: usize, kind: CursorKind) -> usize {
    let is_inside = |c: char| {
        let is_path = kind != CursorKind::Reference && matches!(c, '/' | '$');
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || is_path
    };
    let rest = text.get(offset..).unwrap_or_default();
    offset + rest.find(|c| !is_inside(c)).unwrap_or(rest.len())
}

/// Returns the steps to a column: the dashes of its line, and the keys and dashes of the lines
/// above.
fn enclosing(above: &str, dashes: &[&Token<'_>], column: usize) -> Vec<CursorStep> {
    let mut steps = Vec::new();
    let mut left = column;
    let mut step = |token: &Token<'_>, steps: &mut Vec<CursorStep>| {
        let last_is_item = matches!(steps.last(), Some(CursorStep::Item));
        match token.entry {
            None if token.column < left => {
                steps.push(CursorStep::Item);
                left = token.column;
            }
            // A list may start in the same column as its key.
            Some((key, value))
                if (token.column < left || (last_is_item && token.column == left))
                    && may_have_block(value) =>
            {
                steps.push(CursorStep::Key(key.to_owned()));
                left = token.column;
            }
            _ => {}
        }
        left
    };
    for token in dashes.iter().rev() {
        step(token, &mut steps);
    }
    for line in above.lines().rev().filter(|line| !is_blank(line)) {
        let (tokens, _) = tokens(line);
        let outermost = tokens.iter().rev().map(|token| step(token, &mut steps)).last();
        let in_list = matches!(steps.last(), Some(CursorStep::Item));
        if outermost == Some(0) && !in_list {
            break;
        }
    }
    steps.reverse();
    steps
}

/// Whether a key with this value on its line may have a block below.
fn may_have_block(value: &str) -> bool {
    value.is_empty() || value.starts_with(['#', '&', '!', '|', '>'])
}

/// Returns the keys and values of the map around a line whose keys are in a column. `has_dash` is
/// true if the line starts with a dash, so that the map starts here.
fn siblings(text: &str, line_start: usize, column: usize, has_dash: bool) -> Vec<(String, String)> {
    let key_and_dash = |line: &str| {
        let (tokens, _) = tokens(line);
        let key = tokens
            .iter()
            .find(|token| token.entry.is_some() && token.column == column)
            .and_then(|token| token.entry);
        (
            key.map(|(key, value)| (key.to_owned(), value.to_owned())),
            tokens.iter().any(|token| token.entry.is_none()),
        )
    };
    let mut found = Vec::new();
    if !has_dash {
        for line in text[..line_start].lines().rev().filter(|line| !is_blank(line)) {
            let (key, dash) = key_and_dash(line);
            if indent(line) < column && key.is_none() {
                break;
            }
            found.extend(key);
            if dash && indent(line) < column {
                break;
            }
        }
    }
    for line in text[line_start..].lines().skip(1).filter(|line| !is_blank(line)) {
        if indent(line) < column {
            break;
        }
        found.extend(key_and_dash(line).0);
    }
    found
}

/// Returns the start of a reference that is still open at the end of a value, after its brace.
fn open_reference(value: &str, has_key: bool) -> Option<usize> {
    let brace = value.rfind('{')?;
    if value[brace..].contains('}') {
        return None;
    }
    let before = &value[..brace];
    let is_escaped = before.ends_with('{');
    let is_terraform = before.ends_with("${") || before.ends_with('$');
    // A brace at the start of a value without quotes opens a map.
    let is_quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
    let in_plain_text = has_key
        && !before.trim().is_empty()
        && !before.trim_start().starts_with(['{', '[', '"', '\'']);
    ((is_quoted || in_plain_text) && (!is_escaped || is_terraform)).then_some(brace + 1)
}
