//! A text to edit: finds the range of each part of the text.

use std::ops::Range;

use serde_json::Value;

use super::error::EditError;
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::lines::{line_end, line_start};
use crate::syntax::literal::{flow, json};
use crate::syntax::node::{Node, NodeKind};
use crate::syntax::parse::parse;

/// A text to edit, and its tree.
pub(super) struct Editor<'a> {
    source: &'a Source,
    /// The root; none for an empty text.
    pub(super) root: Option<Node>,
}

impl<'a> Editor<'a> {
    /// Parses the text.
    ///
    /// # Errors
    ///
    /// Fails if the text has a syntax error, or uses YAML that cannot be edited by path.
    pub(super) fn new(source: &'a Source) -> Result<Self, EditError> {
        let (document, diagnostics) = parse(source);
        if let Some(first) = diagnostics.first() {
            let before = source.text.get(..first.span.start as usize).unwrap_or_default();
            return Err(EditError::Syntax { line: before.matches('\n').count() + 1 });
        }
        let root = document.root.filter(|root| !is_missing(root));
        // The value of an alias or a merge key is elsewhere, and others may use it too.
        if source.text.contains(['&', '*']) && root.as_ref().is_some_and(|root| !is_nested(root)) {
            return Err(EditError::Aliases);
        }
        if has_explicit_key(&source.text) {
            return Err(EditError::ExplicitKeys);
        }
        Ok(Self { source, root })
    }

    /// Returns the text.
    pub(super) fn text(&self) -> &'a str {
        &self.source.text
    }

    /// Returns an edit that replaces a range of bytes. Its line endings are those of the text
    /// around it.
    pub(super) fn edit(&self, range: Range<usize>, text: String) -> TextEdit {
        let text =
            if self.has_windows_lines(range.start) { text.replace('\n', "\r\n") } else { text };
        TextEdit { span: Span::new(self.source.file, range.start, range.end), text }
    }

    /// Whether the line ending before an offset, or else the next one, is `\r\n`.
    fn has_windows_lines(&self, at: usize) -> bool {
        let (before, after) = self.text().split_at(at);
        match before.rfind('\n') {
            Some(end) => before[..end].ends_with('\r'),
            None => after.find('\n').is_some_and(|end| self.text()[..at + end].ends_with('\r')),
        }
    }

    /// Whether a collection is in braces or brackets.
    pub(super) fn is_flow(&self, node: &Node) -> bool {
        self.source.slice(node.span).starts_with(['{', '['])
    }

    /// Returns the start of the line of an offset.
    pub(super) fn line_start(&self, at: usize) -> usize {
        line_start(self.text(), at)
    }

    /// Returns the end of the line of an offset, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        line_end(self.text(), at)
    }

    /// Returns the column of an offset in bytes, counted from 0.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Returns the end of a value, without trailing white space.
    pub(super) fn end(&self, node: &Node) -> usize {
        let last = match &node.kind {
            NodeKind::Mapping(mapping) if !self.is_flow(node) => {
                mapping.entries.last().map(|entry| self.entry_end(entry.key.span, &entry.value))
            }
            NodeKind::Sequence(items) if !self.is_flow(node) => {
                items.last().map(|item| self.end(item))
            }
            _ => None,
        };
        let end = last.unwrap_or(node.span.end as usize);
        let start = (node.span.start as usize).min(end);
        start + self.text()[start..end].trim_end().len()
    }

    /// Returns the end of an entry of a map.
    pub(super) fn entry_end(&self, key: Span, value: &Node) -> usize {
        // Without a value, the entry ends after the colon.
        if is_missing(value) { self.colon(key).0 } else { self.end(value) }
    }

    /// Returns the end of the colon of a key, and whether there is a colon. Inside braces, a key
    /// needs no colon: then this returns the end of the key.
    pub(super) fn colon(&self, key: Span) -> (usize, bool) {
        let end = key.end as usize;
        let mut rest = self.text()[end..].trim_start();
        while rest.starts_with('#') {
            rest = rest.find('\n').map_or("", |newline| rest[newline..].trim_start());
        }
        if rest.starts_with(':') {
            (self.text().len() - rest.len() + 1, true)
        } else {
            (end, false)
        }
    }

    /// Returns the offset of the dash of a list item.
    pub(super) fn dash(&self, item: &Node) -> usize {
        let mut before = &self.text()[..item.span.start as usize];
        loop {
            let trimmed = before.trim_end();
            // Skip comments between the dash and the value.
            match trimmed.rfind('\n').map_or(0, |newline| newline + 1) {
                _ if trimmed.is_empty() => return 0,
                _ if trimmed.ends_with('-') => return trimmed.len() - 1,
                line => {
                    let comment = trimmed[line..].find('#').unwrap_or_default();
                    before = &trimmed[..line + comment];
                }
            }
        }
    }

    /// Returns the range of an entry that starts with a key or a dash.
    pub(super) fn part(&self, start: Span, value: &Node) -> Range<usize> {
        start.start as usize
            ..self.entry_end(start, value).max(start.end as usize).max(self.end(value))
    }

    /// Whether an offset is inside braces or brackets.
    pub(super) fn is_inside_flow(&self, at: usize) -> bool {
        self.root.as_ref().is_some_and(|root| is_in_flow(root, at, &|node| self.is_flow(node)))
    }

    /// Returns a value on one line. Keeps the kind of quotes of the value before it.
    pub(super) fn inline(&self, before: &Node, value: &Value) -> String {
        if before.as_str() == Some("") {
            return flow(value);
        }
        match (value, self.source.slice(before.span).chars().next()) {
            (Value::String(text), Some('"')) => json(text),
            (Value::String(text), Some('\'')) if !text.contains(['\n', '\r', '\t']) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            _ => flow(value),
        }
    }
}

/// Whether a value is not written at all, as in `key:`.
pub(super) fn is_missing(node: &Node) -> bool {
    node.is_null() && node.span.start == node.span.end
}

/// Whether the text may have a key that starts with `?`. Also true for some `?` inside strings,
/// which are rare.
fn has_explicit_key(text: &str) -> bool {
    let mut before = '\n';
    let mut found = text.char_indices().filter(|(at, c)| {
        let starts_key =
            *c == '?' && (before.is_whitespace() || matches!(before, '{' | '[' | ',' | '-'));
        before = *c;
        starts_key && text[at + 1..].chars().next().is_none_or(char::is_whitespace)
    });
    found.next().is_some()
}

/// Whether every node is inside its parent. The values of aliases and merge keys are not.
fn is_nested(node: &Node) -> bool {
    let inside = |inner: &Node| {
        is_missing(inner)
            || (node.span.start <= inner.span.start
                && inner.span.end <= node.span.end.max(inner.span.end)
                && is_nested(inner))
    };
    match &node.kind {
        NodeKind::Mapping(mapping) => mapping.entries.iter().all(|entry| {
            entry.key.span.start >= node.span.start
                && entry.key.span.end <= entry.value.span.start.max(entry.key.span.end)
                && inside(&entry.value)
        }),
        NodeKind::Sequence(items) => items.iter().all(inside),
        NodeKind::Scalar(_) | NodeKind::Broken => true,
    }
}

/// Whether an offset is inside a collection in braces or brackets.
fn is_in_flow(node: &Node, at: usize, is_flow: &impl Fn(&Node) -> bool) -> bool {
    let contains = |node: &&Node| node.span.start as usize <= at && at <= node.span.end as usize;
    let inner = match &node.kind {
        NodeKind::Mapping(mapping) => {
            mapping.entries.iter().map(|entry| &entry.value).find(contains)
        }
        NodeKind::Sequence(items) => items.iter().find(contains),
        _ => None,
    };
    (node.as_scalar().is_none() && is_flow(node) && contains(&node))
        || inner.is_some_and(|inner| is_in_flow(inner, at, is_flow))
}
