//! Changes of a text at a path, as edits: comments, layout and all the rest of the text stay.
//!
//! The YAML library can do this too, and more, but its part for it is 140 KB of the page after
//! compression.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data::as_data;
use super::lines::{line_end, line_start};
use super::literal::{
    block, flow, has_long_key, is_collection, is_long_key, json, scalar, scalar_value,
};
use super::node::{Mapping, Node, NodeKind, ScalarValue};
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::Span;

/// A step of a path in a document: the key of a map, or the index of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum PathStep {
    /// A key of a map.
    Key(String),
    /// An index of a list, counted from 0.
    Index(usize),
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is not YAML, so that nobody can tell what would stay.
    #[error("the text cannot be read yet: repair line {line} first")]
    Unreadable {
        /// The line of the first fault, from 1.
        line: usize,
    },
    /// The path leads nowhere, or the value has no place there.
    #[error("this cannot be written there: {reason}")]
    Impossible {
        /// Why.
        reason: String,
    },
}

/// The edit that sets the value at a path, making the keys on the way; none when it has that value
/// already.
///
/// # Errors
///
/// When the text cannot be read, or the path passes through something that is no map or list.
pub fn set(
    source: &Source,
    path: &[PathStep],
    value: &Value,
) -> Result<Option<TextEdit>, EditError> {
    let editor = Editor::new(source)?;
    let long_step = |step: &PathStep| matches!(step, PathStep::Key(key) if is_long_key(key));
    if path.iter().any(long_step) || has_long_key(value) {
        return Err(EditError::Impossible {
            reason: "a key has more than 1,024 characters".to_owned(),
        });
    }
    let Some(root) = &editor.root else {
        let text = block(&nested(path, value)?, 0).trim_start_matches('\n').to_owned() + "\n";
        // A last line of spaces would indent it, and one of a comment swallow it.
        let (end, line) = (source.text.len(), editor.line_start(source.text.len()));
        let blank = source.text[line..].trim().is_empty();
        return Ok(Some(if blank {
            editor.edit(line..end, text)
        } else {
            editor.edit(end..end, format!("\n{text}"))
        }));
    };
    let (found, missing) = walk(root, path);
    let edit = match (missing, &found.node.kind) {
        ([], _) if as_data(found.node) == *value => return Ok(None),
        ([], _) => editor.replace(&found, value),
        (rest, NodeKind::Scalar(scalar)) if scalar.value == ScalarValue::Null => {
            editor.replace(&found, &nested(rest, value)?)
        }
        ([PathStep::Key(key), rest @ ..], NodeKind::Mapping(mapping)) => {
            editor.add_entry(&found, mapping, key, &nested(rest, value)?)
        }
        ([PathStep::Index(index), rest @ ..], NodeKind::Sequence(items))
            if *index == items.len() =>
        {
            editor.add_item(&found, items, &nested(rest, value)?)
        }
        ([step, ..], _) => return Err(no_place(step, found.node)),
    };
    Ok(Some(edit))
}

/// The edit that takes the entry or item at a path away; none when there is none.
///
/// # Errors
///
/// When the text cannot be read.
pub fn remove(source: &Source, path: &[PathStep]) -> Result<Option<TextEdit>, EditError> {
    let editor = Editor::new(source)?;
    let Some((step, parents)) = path.split_last() else { return Ok(None) };
    let Some(root) = &editor.root else { return Ok(None) };
    let (parent, []) = walk(root, parents) else { return Ok(None) };
    Ok(match (step, &parent.node.kind) {
        (PathStep::Key(key), NodeKind::Mapping(mapping)) => {
            let at = mapping.entries.iter().position(|entry| *entry.key.value == **key);
            let parts: Vec<_> = mapping
                .entries
                .iter()
                .map(|entry| editor.part(entry.key.span, &entry.value))
                .collect();
            at.map(|at| editor.take(&parent, &parts, at, "{}"))
        }
        (PathStep::Index(index), NodeKind::Sequence(items)) if *index < items.len() => {
            let in_flow = editor.is_flow(parent.node);
            let start =
                |item: &Node| if in_flow { item.span.start as usize } else { editor.dash(item) };
            let parts: Vec<_> = items
                .iter()
                .map(|item| start(item)..editor.end(item).max(start(item) + 1))
                .collect();
            Some(editor.take(&parent, &parts, *index, "[]"))
        }
        _ => None,
    })
}

fn no_place(step: &PathStep, node: &Node) -> EditError {
    let step = match step {
        PathStep::Key(key) => format!("key `{key}`"),
        PathStep::Index(index) => format!("item {index}"),
    };
    EditError::Impossible { reason: format!("there is no place for {step} in {}", node.describe()) }
}

/// A value below the maps that a path names.
fn nested(path: &[PathStep], value: &Value) -> Result<Value, EditError> {
    path.iter().rev().try_fold(value.clone(), |value, step| match step {
        PathStep::Key(key) => Ok(Value::Object([(key.clone(), value)].into_iter().collect())),
        PathStep::Index(0) => Ok(Value::Array(vec![value])),
        PathStep::Index(index) => Err(EditError::Impossible {
            reason: format!("there is no list yet, and item {index} cannot be its first"),
        }),
    })
}

/// A node with the key that it is the value of.
struct Found<'n> {
    node: &'n Node,
    key: Option<Span>,
}

/// Follows a path as far as it leads: the last node on it, and the steps that are missing.
fn walk<'n, 'p>(root: &'n Node, path: &'p [PathStep]) -> (Found<'n>, &'p [PathStep]) {
    let mut found = Found { node: root, key: None };
    for (done, step) in path.iter().enumerate() {
        let next = match (step, &found.node.kind) {
            (PathStep::Key(key), NodeKind::Mapping(mapping)) => mapping
                .get(key)
                .map(|entry| Found { node: &entry.value, key: Some(entry.key.span) }),
            (PathStep::Index(index), NodeKind::Sequence(items)) => {
                items.get(*index).map(|item| Found { node: item, key: None })
            }
            _ => None,
        };
        let Some(next) = next else { return (found, &path[done..]) };
        found = next;
    }
    (found, &[])
}

struct Editor<'a> {
    source: &'a Source,
    root: Option<Node>,
}

impl<'a> Editor<'a> {
    fn new(source: &'a Source) -> Result<Self, EditError> {
        let (document, faults) = super::parse(source);
        if let Some(fault) = faults.first() {
            let before = source.text.get(..fault.span.start as usize).unwrap_or_default();
            return Err(EditError::Unreadable { line: before.matches('\n').count() + 1 });
        }
        // What an alias or a merge brings in stands elsewhere, where others use it too.
        if source.text.contains(['&', '*'])
            && document.root.as_ref().is_some_and(|root| !stands_here(root))
        {
            return Err(EditError::Impossible {
                reason: "the text uses aliases, which must be changed by hand".to_owned(),
            });
        }
        if has_explicit_key(&source.text) {
            let reason =
                "the text has keys that begin with `?`, which must be changed by hand".to_owned();
            return Err(EditError::Impossible { reason });
        }
        let root =
            document.root.filter(|root| !(root.is_null() && root.span.start == root.span.end));
        Ok(Self { source, root })
    }

    fn text(&self) -> &'a str {
        &self.source.text
    }

    fn edit(&self, range: Range<usize>, text: String) -> TextEdit {
        TextEdit { span: Span::new(self.source.file, range.start, range.end), text }
    }

    fn is_flow(&self, node: &Node) -> bool {
        self.source.slice(node.span).starts_with(['{', '['])
    }

    fn line_start(&self, at: usize) -> usize {
        line_start(self.text(), at)
    }

    /// The end of the line, before its break.
    fn line_end(&self, at: usize) -> usize {
        line_end(self.text(), at)
    }

    /// The column of a byte, dashes before it counted.
    fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Where a value ends: behind its last character that is neither space nor break.
    fn end(&self, node: &Node) -> usize {
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

    fn entry_end(&self, key: Span, value: &Node) -> usize {
        // A missing value ends with its key's colon.
        if value.is_null() && value.span.start == value.span.end {
            self.colon(key).0
        } else {
            self.end(value)
        }
    }

    /// Where the colon of a key ends, and whether it has one: in braces a key may stand alone, and
    /// ends itself.
    fn colon(&self, key: Span) -> (usize, bool) {
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

    /// The dash of an item of a list in lines.
    fn dash(&self, item: &Node) -> usize {
        let mut before = &self.text()[..item.span.start as usize];
        loop {
            let trimmed = before.trim_end();
            // Only comments may stand between a dash and its value.
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

    /// From where an entry or item begins to where it ends.
    fn part(&self, start: Span, value: &Node) -> Range<usize> {
        start.start as usize
            ..self.entry_end(start, value).max(start.end as usize).max(self.end(value))
    }

    /// Puts a value in another's place.
    fn replace(&self, found: &Found<'_>, value: &Value) -> TextEdit {
        let node = found.node;
        let missing = node.span.start == node.span.end && node.is_null();
        let in_block = !missing && !self.is_flow(node) && node.as_scalar().is_none();
        let whole = is_collection(value);
        match found.key {
            // Behind a key: on its line, or below it in a block.
            Some(key) => {
                let (colon, has_colon) = self.colon(key);
                let end = if missing { colon } else { self.end(node) };
                if whole && (in_block || missing) && !self.within_flow(key.start as usize) {
                    let text = block(value, self.column(key.start as usize) + 2);
                    // What stands behind the colon, a comment, stays there.
                    let start = if missing { self.line_end(colon) } else { colon };
                    return self.edit(start..end.max(start), text);
                }
                let start = if in_block || missing { colon } else { node.span.start as usize };
                let space = match (start == colon, has_colon) {
                    (true, true) => " ",
                    (true, false) => ": ",
                    (false, _) => "",
                };
                self.edit(start..end, format!("{space}{}", self.inline(node, value)))
            }
            // An item with nothing behind its dash.
            None if missing && !self.within_flow(node.span.start as usize) => {
                let behind = self.dash(node) + 1;
                self.edit(behind..behind, format!(" {}", self.inline(node, value)))
            }
            None => {
                let start = node.span.start as usize;
                self.edit(start..self.end(node).max(start), self.inline(node, value))
            }
        }
    }

    /// A value on one line, in the quotes that are there; those of nothing are no one's choice.
    fn inline(&self, before: &Node, value: &Value) -> String {
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

    fn within_flow(&self, at: usize) -> bool {
        self.root.as_ref().is_some_and(|root| flow_around(root, at, &|node| self.is_flow(node)))
    }

    fn add_entry(
        &self,
        found: &Found<'_>,
        mapping: &Mapping,
        key: &str,
        value: &Value,
    ) -> TextEdit {
        let key = scalar(key);
        let Some(last) = mapping.entries.last().filter(|_| !self.is_flow(found.node)) else {
            let last =
                mapping.entries.last().map(|entry| self.entry_end(entry.key.span, &entry.value));
            return self.add_inside(found.node, last, format!("{key}: {}", flow(value)));
        };
        let column = self.column(last.key.span.start as usize);
        let text = match is_collection(value) {
            true => format!("{key}:{}", block(value, column + 2)),
            false => format!("{key}: {}", scalar_value(value)),
        };
        self.below(self.entry_end(last.key.span, &last.value), column, text)
    }

    fn add_item(&self, found: &Found<'_>, items: &[Node], value: &Value) -> TextEdit {
        let Some(last) = items.last().filter(|_| !self.is_flow(found.node)) else {
            return self.add_inside(
                found.node,
                items.last().map(|item| self.end(item)),
                flow(value),
            );
        };
        let column = self.column(self.dash(last));
        let text = match value {
            Value::Object(map) if !map.is_empty() => {
                format!("- {}", block(value, column + 2).trim_start())
            }
            _ => format!("- {}", flow(value)),
        };
        self.below(self.end(last), column, text)
    }

    /// A line below the one where something ends.
    fn below(&self, end: usize, column: usize, text: String) -> TextEdit {
        let at = self.line_end(end);
        let at = if self.text()[..at].ends_with('\r') { at - 1 } else { at };
        self.edit(at..at, format!("\n{}{text}", " ".repeat(column)))
    }

    fn add_inside(&self, node: &Node, last: Option<usize>, text: String) -> TextEdit {
        match last {
            Some(end) => self.edit(end..end, format!(", {text}")),
            None => {
                let inside = node.span.start as usize + 1;
                self.edit(inside..self.end(node) - 1, text)
            }
        }
    }

    /// Takes one of a collection's parts away; `empty` is what stays when it was the only one.
    fn take(&self, parent: &Found<'_>, parts: &[Range<usize>], at: usize, empty: &str) -> TextEdit {
        let part = parts[at].clone();
        if self.is_flow(parent.node) {
            return match (parts.get(at + 1), at.checked_sub(1).map(|before| &parts[before])) {
                (Some(next), _) => self.edit(part.start..next.start, String::new()),
                (None, Some(before)) => self.edit(before.end..part.end, String::new()),
                (None, None) => self.edit(part, String::new()),
            };
        }
        if parts.len() == 1 {
            let start = match parent.key {
                Some(key) => self.colon(key).0,
                None => parent.node.span.start as usize,
            };
            let space = if parent.key.is_some() { " " } else { "" };
            return self.edit(start..part.end, format!("{space}{empty}"));
        }
        let line = self.line_start(part.start);
        let lead = &self.text()[line..part.start];
        if lead.trim().is_empty() {
            let end = self.line_end(part.end);
            return match self.text()[end..].starts_with('\n') {
                true => self.edit(line..end + 1, String::new()),
                false => self.edit(line.saturating_sub(1)..end, String::new()),
            };
        }
        // The first key of a list's item: the next one comes up to its dash.
        match parts.get(at + 1) {
            Some(next) => self.edit(part.start..next.start, String::new()),
            None => self.edit(parts[at - 1].end..part.end, String::new()),
        }
    }
}

/// Whether a text may have a key that begins with `?`; one within a text counts too, for it is
/// rare.
fn has_explicit_key(text: &str) -> bool {
    let mut before = '\n';
    let mut marks = text.char_indices().filter(|(at, c)| {
        let opens =
            *c == '?' && (before.is_whitespace() || matches!(before, '{' | '[' | ',' | '-'));
        before = *c;
        opens && text[at + 1..].chars().next().is_none_or(char::is_whitespace)
    });
    marks.next().is_some()
}

/// Whether every node stands within the one around it, which those of aliases and merges do not.
fn stands_here(node: &Node) -> bool {
    let inside = |inner: &Node| {
        let missing = inner.is_null() && inner.span.start == inner.span.end;
        missing
            || (node.span.start <= inner.span.start
                && inner.span.end <= node.span.end.max(inner.span.end)
                && stands_here(inner))
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

fn flow_around(node: &Node, at: usize, is_flow: &impl Fn(&Node) -> bool) -> bool {
    let holds = |node: &&Node| node.span.start as usize <= at && at <= node.span.end as usize;
    let inner = match &node.kind {
        NodeKind::Mapping(mapping) => mapping.entries.iter().map(|entry| &entry.value).find(holds),
        NodeKind::Sequence(items) => items.iter().find(holds),
        _ => None,
    };
    (node.as_scalar().is_none() && is_flow(node) && holds(&node))
        || inner.is_some_and(|inner| flow_around(inner, at, is_flow))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{EditError, PathStep, remove, set};
    use crate::source::Source;
    use crate::span::FileId;

    const TEXT: &str = "# The shop.\nname: shop # short\n\nmodules:\n  # Talks to people.\n  - name: api\n    type: k8s-service\n    \
                        port: {http: 8080} # plain\n    env_vars:\n      A: \"1\" # first\n      B: '2'\n";

    fn path(steps: &[&str]) -> Vec<PathStep> {
        let step = |step: &&str| match step.parse() {
            Ok(index) => PathStep::Index(index),
            Err(_) => PathStep::Key((*step).to_owned()),
        };
        steps.iter().map(step).collect()
    }

    fn apply(
        text: &str,
        edit: impl FnOnce(&Source) -> Result<Option<crate::diagnostic::TextEdit>, EditError>,
    ) -> String {
        let source = Source::new(FileId::Service, "opta.yml", text);
        let mut after = text.to_owned();
        if let Some(edit) = edit(&source).expect("it can be written") {
            after.replace_range(edit.span.range(), &edit.text);
        }
        after
    }

    fn with(text: &str, steps: &[&str], value: Value) -> String {
        apply(text, |source| set(source, &path(steps), &value))
    }

    fn without(text: &str, steps: &[&str]) -> String {
        apply(text, |source| remove(source, &path(steps)))
    }

    #[test]
    fn values_change_and_everything_else_stays() {
        assert_eq!(
            with(TEXT, &["name"], json!("store")),
            TEXT.replace("name: shop #", "name: store #")
        );
        assert_eq!(
            with(TEXT, &["modules", "0", "port", "http"], json!(80)),
            TEXT.replace("8080", "80")
        );
        assert_eq!(
            with(TEXT, &["modules", "0", "env_vars", "A"], json!("2")),
            TEXT.replace("\"1\"", "\"2\"")
        );
        assert_eq!(with(TEXT, &["name"], json!("shop")), TEXT, "the same value changes nothing");
    }

    #[test]
    fn new_keys_stand_behind_the_others() {
        assert_eq!(
            with(TEXT, &["modules", "0", "min_containers"], json!(2)),
            format!("{TEXT}    min_containers: 2\n")
        );
        assert_eq!(
            with(TEXT, &["modules", "0", "env_vars", "C"], json!("true")),
            format!("{TEXT}      C: 'true'\n")
        );
        let nested = with(TEXT, &["modules", "0", "resource_request", "cpu"], json!(250));
        assert_eq!(nested, format!("{TEXT}    resource_request:\n      cpu: 250\n"));
        let list = with(TEXT, &["modules", "0", "secrets"], json!(["A", "B"]));
        assert_eq!(list, format!("{TEXT}    secrets:\n      - A\n      - B\n"));
        assert_eq!(with("", &["name"], json!("shop")), "name: shop\n");
        assert_eq!(with("\u{feff}  a: 1\n", &["b"], json!(2)), "\u{feff}  a: 1\n  b: 2\n");
        // A return alone ends a line too.
        assert_eq!(with("a:\n  b: 2\rc: 3\n", &["d"], json!(4)), "a:\n  b: 2\rc: 3\nd: 4\n");
        // A key's tag and anchor belong to it.
        assert_eq!(with("! a: 1\n! b: 2\n", &["c"], json!(3)), "! a: 1\n! b: 2\nc: 3\n");
        assert_eq!(with("&x a: 1\n", &["c"], json!(3)), "&x a: 1\nc: 3\n");
        // In braces a key may stand alone.
        assert_eq!(with("a: {b}\nc: {d: 1}\n", &["a", "e"], json!(3)), "a: {b, e: 3}\nc: {d: 1}\n");
        assert_eq!(with("a: {b }\nc: {d: 1}\n", &["a", "b"], json!(3)), "a: {b: 3 }\nc: {d: 1}\n");
        assert_eq!(with("a: {b # c\n  : }\n", &["a", "b"], json!(3)), "a: {b # c\n  : 3 }\n");
    }

    #[test]
    fn what_goes_takes_its_own_line_and_comment_only() {
        assert_eq!(
            without(TEXT, &["modules", "0", "env_vars", "A"]),
            TEXT.replace("      A: \"1\" # first\n", "")
        );
        assert_eq!(
            without(TEXT, &["modules", "0", "port"]),
            TEXT.replace("    port: {http: 8080} # plain\n", "")
        );
        assert_eq!(without(TEXT, &["modules", "0", "links"]), TEXT, "there is none");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let source = Source::new(FileId::Service, "opta.yml", "name: shop\nmodules: [\n");
        assert!(matches!(
            set(&source, &path(&["name"]), &json!("x")),
            Err(EditError::Unreadable { .. })
        ));
        for text in ["a: 1\n? b\n", "a: {? b : c}\n"] {
            let source = Source::new(FileId::Service, "opta.yml", text);
            assert!(
                matches!(set(&source, &path(&["c"]), &json!(1)), Err(EditError::Impossible { .. })),
                "{text}"
            );
        }
        let source = Source::new(FileId::Service, "opta.yml", "name: shop\n");
        assert!(matches!(
            set(&source, &path(&[&"k".repeat(1025)]), &json!(1)),
            Err(EditError::Impossible { .. })
        ));
        assert!(matches!(
            set(&source, &path(&["x"]), &json!([{ "\u{1}".repeat(300): 1 }])),
            Err(EditError::Impossible { .. })
        ));
        assert!(matches!(
            set(&source, &path(&["name", "x"]), &json!("x")),
            Err(EditError::Impossible { .. })
        ));
    }

    /// Texts of every layout.
    const LAYOUTS: &[&str] = &[
        TEXT,
        "",
        "# only a comment\n",
        "# only a comment",
        "\n   ",
        "name: shop",
        "a: {b: [1, 2, {c: d}], 'e f': \"g\"}\nh: [] # none\ni: {}\n",
        "list:\n- a\n- b: 1\n  c: 2\n-\n  - x\n  - y\n# end\n",
        "list:\n  - name: a # first\n    port:\n      http: 80\n\n  # between\n  - {name: b}\nlast: |\n  one\n  two\n",
        "a:\n  b:\n    c:\n\n# after\nd: >-\n  folded\n  text\ne: 'single'\r\nf: 1\r\n",
        "list:\n  -",
        "list:\n  - # nothing\n  - a\n",
        "\"quoted key\": x\nnull_value: ~\nempty: # comment\nother: y\n",
    ];

    fn data(text: &str) -> Value {
        let (document, faults) = crate::syntax::parse(&Source::new(FileId::Service, "x", text));
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
        document.root.as_ref().map_or(Value::Null, super::as_data)
    }

    /// Every path there is, and some that are not.
    fn paths(value: &Value, path: &mut Vec<PathStep>, found: &mut Vec<Vec<PathStep>>) {
        found.push(path.clone());
        let mut step = |step: PathStep, value: Option<&Value>, path: &mut Vec<PathStep>| {
            path.push(step);
            match value {
                Some(value) => paths(value, path, found),
                None => found.push(path.clone()),
            }
            path.pop();
        };
        match value {
            Value::Object(map) => {
                map.iter()
                    .for_each(|(key, value)| step(PathStep::Key(key.clone()), Some(value), path));
                step(PathStep::Key("new".to_owned()), None, path);
                step(PathStep::Key("a: b".to_owned()), None, path);
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| step(PathStep::Index(index), Some(item), path));
                step(PathStep::Index(items.len()), None, path);
            }
            Value::Null => step(PathStep::Key("below".to_owned()), None, path),
            _ => {}
        }
    }

    fn expected(mut value: Value, path: &[PathStep], new: &Value) -> Value {
        let Some((step, rest)) = path.split_first() else { return new.clone() };
        match step {
            PathStep::Key(key) => {
                if value.is_null() {
                    value = json!({});
                }
                let inner = expected(value[key].take(), rest, new);
                value[key] = inner;
            }
            PathStep::Index(index) => {
                let items = value.as_array_mut().expect("the path leads through lists");
                items.resize(items.len().max(index + 1), Value::Null);
                items[*index] = expected(items[*index].take(), rest, new);
            }
        }
        value
    }

    fn expected_without(value: &mut Value, path: &[PathStep]) {
        let (last, parents) = path.split_last().expect("not the root");
        let parent = parents.iter().fold(value, |value, step| match step {
            PathStep::Key(key) => &mut value[key],
            PathStep::Index(index) => &mut value[index],
        });
        match (last, parent) {
            (PathStep::Key(key), Value::Object(map)) => drop(map.shift_remove(key)),
            (PathStep::Index(index), Value::Array(items)) if *index < items.len() => {
                drop(items.remove(*index))
            }
            _ => {}
        }
    }

    #[test]
    fn every_change_of_every_layout_changes_that_and_nothing_else() {
        let values = [
            json!("text"),
            json!("two words, [and] {more}: #x"),
            json!("line\nbreak"),
            json!(""),
            json!("true"),
            json!(-7),
            json!(false),
            json!(null),
            json!([]),
            json!({}),
            json!(["a", "b, c", {"d": 1, "e": ["f"]}]),
            json!({"x": {"y": ["z"]}, "port: 1": "{v}"}),
        ];
        let mut changes = 0;
        for text in LAYOUTS {
            let before = data(text);
            let mut all = Vec::new();
            paths(&before, &mut Vec::new(), &mut all);
            for path in all.iter().filter(|path| !path.is_empty()) {
                let source = Source::new(FileId::Service, "x", *text);
                for value in &values {
                    let after = apply(text, |source| set(source, path, value));
                    let wanted = expected(before.clone(), path, value);
                    let faults =
                        crate::syntax::parse(&Source::new(FileId::Service, "x", &*after)).1;
                    assert!(
                        faults.is_empty(),
                        "{path:?} = {value} in\n{text}\ngave\n{after}\n{faults:#?}"
                    );
                    assert_eq!(
                        data(&after),
                        wanted,
                        "{path:?} = {value} in\n{text}\ngave\n{after}"
                    );
                    changes += 1;
                }
                if remove(&source, path).expect("it can be read").is_some() {
                    let after = apply(text, |source| remove(source, path));
                    let mut wanted = before.clone();
                    expected_without(&mut wanted, path);
                    assert_eq!(data(&after), wanted, "without {path:?} in\n{text}\ngave\n{after}");
                    changes += 1;
                }
            }
        }
        assert!(changes > 500, "{changes}");
    }

    #[test]
    fn comments_survive_every_change_beside_them() {
        let mut all = Vec::new();
        paths(&data(TEXT), &mut Vec::new(), &mut all);
        for path in all.iter().filter(|path| path.len() > 2) {
            let after = apply(TEXT, |source| set(source, path, &json!("x")));
            for comment in ["# The shop.", "# short", "# Talks to people."] {
                assert!(after.contains(comment), "{path:?}\n{after}");
            }
        }
    }
}
