//! Parses YAML 1.2 into a tree with spans. Always returns a tree: parts that cannot be parsed are
//! [`NodeKind::Broken`] and have a diagnostic.
//!
//! The YAML library stops at the first syntax error. So this module replaces the invalid part by
//! spaces and parses the text again. Every offset stays the same, and one invalid line does not
//! hide the problems of the others.

use std::borrow::Cow;
use std::ops::Range;

use super::bracket::EarlyBracket;
use super::compose::{Composed, compose};
use super::diagnostics::from_library;
use super::document::Document;
use super::hidden;
use super::indentation::Misplaced;
use super::lines::{line_end, line_start};
use super::node::{Node, NodeKind};
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::span::Span;

/// How many invalid parts of a file are replaced before the parser gives up.
const MAX_BLANKS: usize = 40;

/// How many diagnostics a file has when closing brackets are no longer moved.
const MAX_BRACKETS: usize = 200;

/// Parses a text. Returns the tree and the diagnostics.
#[must_use]
pub fn parse(source: &Source) -> (Document, Vec<Diagnostic>) {
    let (document, mut diagnostics) = parse_lines(source);
    hidden::check(source, &mut diagnostics);
    (document, diagnostics)
}

fn parse_lines(source: &Source) -> (Document, Vec<Diagnostic>) {
    let span = Span::new(source.file, 0, source.text.len());
    let (mut diagnostics, mut blanks) = (Vec::new(), Vec::new());
    let mut text = Cow::Borrowed(&*source.text);
    loop {
        let error = match compose(source, &text, &blanks) {
            Ok(Composed { root, diagnostics: found, has_anchors }) => {
                diagnostics.extend(found);
                return (Document { root, span, has_anchors }, diagnostics);
            }
            Err(error) => error,
        };
        let bracket =
            if diagnostics.len() < MAX_BRACKETS { EarlyBracket::find(&text, &error) } else { None };
        if let Some(bracket) = bracket {
            diagnostics.push(bracket.diagnostic(source));
            bracket.join(text.to_mut());
            continue;
        }
        let misplaced =
            if blanks.len() < MAX_BLANKS { Misplaced::find(source, &text, &error) } else { None };
        if let Some(misplaced) = misplaced {
            diagnostics.push(misplaced.diagnostic(source));
            let lines = misplaced.with_children(&text);
            blank_out(text.to_mut(), &lines);
            blanks.push(lines);
            continue;
        }
        // An unclosed quote on a line that was replaced has the same cause: report it once.
        let start =
            error.secondary.first().map_or(error.primary.span.start, |label| label.span.start);
        let line = line_start(&text, start.min(text.len()));
        let is_reported = blanks
            .iter()
            .any(|blank: &Range<usize>| line_start(&text, blank.start) <= line && line < blank.end);
        if !is_reported {
            diagnostics.push(from_library(source, &error));
        }
        let blank =
            if blanks.len() < MAX_BLANKS { invalid_part(&text, &error, &blanks) } else { None };
        let Some(blank) = blank else {
            let root = Some(Node { span, kind: NodeKind::Broken });
            return (Document { root, span, has_anchors: false }, diagnostics);
        };
        blank_out(text.to_mut(), &blank);
        blanks.push(blank);
    }
}

/// Returns the part of the text to replace by spaces; none if everything is replaced already.
///
/// After an unclosed quote or bracket, this is the text up to the place where the parser stopped.
/// Otherwise it is the value on the line of the error, or the whole line.
fn invalid_part(
    text: &str,
    error: &oneyaml::Diagnostic,
    blanks: &[Range<usize>],
) -> Option<Range<usize>> {
    let stopped = error.primary.span.start.min(text.len());
    let opened =
        error.secondary.first().map(|label| label.span.start).filter(|start| *start < stopped);
    if let Some(start) = opened {
        // Keep the line where the parser stopped, unless nothing follows.
        let end = if text.get(stopped..)?.trim().is_empty() {
            line_end(text, start)
        } else {
            line_start(text, stopped).max(line_end(text, start))
        };
        return unless_blank(text, start..end, blanks);
    }
    let mut line = line_start(text, stopped);
    // An error on an empty line is about the line before.
    if text.get(line..line_end(text, line))?.trim().is_empty() && line > 0 {
        line = line_start(text, text.get(..line)?.trim_end().len());
    }
    let end = line_end(text, line);
    let value = value_start(text.get(line..end)?)
        .map(|offset| line + offset)
        .filter(|start| *start <= stopped);
    value
        .and_then(|start| unless_blank(text, start..end, blanks))
        .or_else(|| unless_blank(text, line..end, blanks))
}

/// Returns the part if replacing it by spaces would change the text.
fn unless_blank(text: &str, part: Range<usize>, blanks: &[Range<usize>]) -> Option<Range<usize>> {
    let has_text = text
        .get(part.clone())
        .is_some_and(|part| part.bytes().any(|byte| !byte.is_ascii_whitespace()));
    (has_text && !blanks.contains(&part)).then_some(part)
}

/// Returns the start of the value on a line like `key: value`.
fn value_start(line: &str) -> Option<usize> {
    let colon = line.find(": ")?;
    let key = line.get(..colon)?.trim_start_matches([' ', '-']);
    let is_plain =
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    is_plain.then_some(colon + 2)
}

/// Replaces bytes by spaces. Keeps line breaks, so that every offset stays the same.
fn blank_out(text: &mut String, part: &Range<usize>) {
    let blank: String = text
        .get(part.clone())
        .unwrap_or_default()
        .bytes()
        .map(|byte| if byte == b'\n' || byte == b'\r' { byte as char } else { ' ' })
        .collect();
    text.replace_range(part.clone(), &blank);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::span::FileId;

    /// Checks which part of a text is replaced after its first syntax error.
    fn check(text: &str, expected: Option<&str>) {
        let source = Source::new(FileId::Service, "opta.yml", text);
        let Err(error) = compose(&source, text, &[]) else { panic!("{text} has no error") };
        let part = invalid_part(text, &error, &[]);
        assert_eq!(part.map(|part| &text[part]), expected, "{text}");
    }

    #[test]
    fn the_smallest_part_with_the_error_is_replaced() {
        check("a: \"x\nb: 1\n", Some("\"x\n"));
        check("a: [1, 2\nb: 1\n", Some("[1, 2\n"));
        check("a: b: c\nd: 1\n", Some(": c"));
        check("a: 1\nx y\nd: 1\n", Some("x y"));
    }
}
