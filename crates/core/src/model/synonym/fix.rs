//! The help and the fix for a word of another tool.

use super::words::PORT;
use super::{Meaning, Synonym};
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::quote::quoted;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node, NodeKind, ScalarValue};

/// Adds what to do to the diagnostic of an unknown key, and a fix if the meaning is certain.
pub(in crate::model) fn advise(
    diagnostic: Diagnostic,
    synonym: &Synonym,
    entry: &Entry,
    mapping: &Mapping,
    source: &Source,
) -> Diagnostic {
    let place = Place { entry, mapping, source };
    match synonym.meaning {
        Meaning::Scalar(field) => {
            place.rename(diagnostic, field, matches!(entry.value.kind, NodeKind::Scalar(_)))
        }
        Meaning::Collection(field) => {
            let is_scalar = matches!(entry.value.kind, NodeKind::Scalar(_));
            place.rename(diagnostic, field, !is_scalar || entry.value.is_null())
        }
        Meaning::HttpPort => place.http_port(diagnostic),
        Meaning::FixedCount => place.fixed_count(diagnostic),
        Meaning::Resource(key) => place.resource(diagnostic, key),
        Meaning::Advice(advice) => diagnostic.help(advice),
    }
}

/// The entry with the unknown key.
struct Place<'a> {
    entry: &'a Entry,
    mapping: &'a Mapping,
    source: &'a Source,
}

impl Place<'_> {
    /// Renames the key, if the field is not set and `fits` says that it accepts the value.
    fn rename(&self, diagnostic: Diagnostic, field: &str, fits: bool) -> Diagnostic {
        if self.mapping.get(field).is_some() {
            return diagnostic
                .help(format!("merge it with {}, which is already set", quoted(field)));
        }
        let diagnostic = diagnostic.help(format!("rename it to {}", quoted(field)));
        if !fits {
            return diagnostic;
        }
        let title = format!("rename to {}", quoted(field));
        diagnostic.fix(Applicability::Safe, title, self.entry.key.span, field)
    }

    /// Replaces the number of a port by a port with a protocol.
    fn http_port(&self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = diagnostic.help(PORT);
        let is_set = ["port", "ports"].iter().any(|field| self.mapping.get(field).is_some());
        let scalar = self.entry.value.as_scalar().filter(|_| !is_set);
        let Some(number) = scalar.filter(|found| matches!(found.value, ScalarValue::Int(1..)))
        else {
            return diagnostic;
        };
        let text = format!("port: {{http: {}}}", number.text.as_str());
        let title = format!("change to `{text}`");
        diagnostic.fix(Applicability::Safe, title, self.whole(), text)
    }

    /// Replaces a number of replicas by a minimum and a maximum.
    fn fixed_count(&self, diagnostic: Diagnostic) -> Diagnostic {
        let is_set = |field| self.mapping.get(field).is_some();
        if is_set("min_containers") {
            return diagnostic.help("remove it: `min_containers` is already set");
        }
        let scalar = self.entry.value.as_scalar();
        let number = scalar.filter(|scalar| matches!(scalar.value, ScalarValue::Int(0..)));
        let Some(number) = number else {
            return diagnostic.help("use `min_containers` and `max_containers`");
        };
        let number = number.text.as_str();
        if is_set("max_containers") {
            return self.rename(diagnostic, "min_containers", true);
        }
        let both = format!("`min_containers: {number}` and `max_containers: {number}`");
        let Some(separator) = self.separator() else {
            return diagnostic.help(format!("write {both}"));
        };
        let text = format!("min_containers: {number}{separator}max_containers: {number}");
        let title = format!("change to {both}");
        diagnostic.help(format!("write {both}")).fix(Applicability::Safe, title, self.whole(), text)
    }

    /// Moves the key into `resource_request`.
    fn resource(&self, diagnostic: Diagnostic, key: &str) -> Diagnostic {
        let value = self.source.slice(self.entry.value.span);
        let diagnostic =
            diagnostic.help(format!("write it as `resource_request: {{{key}: {value}}}`"));
        let is_simple = self.entry.value.as_scalar().is_some_and(|scalar| {
            scalar.value != ScalarValue::Null && !scalar.text.is_interpolated()
        });
        if !is_simple || self.separator().is_none() {
            return diagnostic;
        }
        let new = format!("{key}: {value}");
        let title = "move it into `resource_request`";
        let Some(target) = self.mapping.get("resource_request") else {
            let text = format!("resource_request: {{{new}}}");
            return diagnostic.fix(Applicability::Safe, title, self.whole(), text);
        };
        let (Some(insertion), Some(line)) = (self.insertion(&target.value, &new, key), self.line())
        else {
            return diagnostic.help("move it into `resource_request`");
        };
        let removal = TextEdit { span: line, text: String::new() };
        diagnostic.help("move it into `resource_request`").fix_edits(
            Applicability::Safe,
            title,
            vec![insertion, removal],
        )
    }

    /// Returns the edit that adds an entry to a map; none if the map has the key already.
    fn insertion(&self, target: &Node, new: &str, key: &str) -> Option<TextEdit> {
        let map = target.as_mapping().filter(|map| map.get(key).is_none())?;
        let last = map.entries.last()?;
        last.value.as_scalar()?;
        let end = last.value.span.end as usize;
        let separator = if self.source.slice(target.span).starts_with('{') {
            ", ".to_owned()
        } else {
            // A comment on the line is about the last entry.
            let rest = self.source.text.get(end..)?;
            rest.lines().next().unwrap_or_default().trim().is_empty().then_some(())?;
            self.line_break(last.key.span)
        };
        let span = Span::new(self.source.file, end, end);
        Some(TextEdit { span, text: format!("{separator}{new}") })
    }

    /// Returns what separates two entries of the map; none if the entry is not on one line.
    fn separator(&self) -> Option<String> {
        let whole = self.source.slice(self.whole());
        if whole.contains(['\n', '#']) || self.entry.key.span.start >= self.entry.value.span.start {
            return None;
        }
        let rest = self.source.text.get(self.entry.value.span.end as usize..)?;
        // In braces, a comma or the closing brace follows the value.
        let is_flow = significant(rest).starts_with([',', '}']);
        Some(if is_flow { ", ".to_owned() } else { self.line_break(self.entry.key.span) })
    }

    /// Returns a line break of the file, and the indentation of a key.
    fn line_break(&self, key: Span) -> String {
        let before = self.source.text.get(..key.start as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_break = if self.source.text.contains("\r\n") { "\r\n" } else { "\n" };
        format!("{line_break}{}", " ".repeat(before.len() - start))
    }

    /// Returns the span of the key and the value.
    fn whole(&self) -> Span {
        Span { end: self.entry.value.span.end, ..self.entry.key.span }
    }

    /// Returns the line of the entry with its line break; none if the line contains more.
    fn line(&self) -> Option<Span> {
        let (text, whole) = (&self.source.text, self.whole().range());
        let start = text.get(..whole.start)?.rfind('\n')? + 1;
        let end = whole.end + text.get(whole.end..)?.find('\n')? + 1;
        let is_alone = text.get(start..whole.start)?.trim().is_empty()
            && text.get(whole.end..end)?.trim().is_empty();
        is_alone.then(|| Span::new(self.source.file, start, end))
    }
}

/// Returns the text after white space and comments.
fn significant(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.find('\n').map_or("", |end| rest[end..].trim_start());
    }
    rest
}
