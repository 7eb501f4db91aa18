//! Reads YAML 1.2 into the spanned tree. Never fails: what cannot be read becomes `Broken` and a
//! diagnostic.
//!
//! The library stops at the first syntax error of a block. So a broken line is blanked out, byte
//! for byte, and the rest is read again: offsets stay true, and one bad line does not hide the
//! faults of the others.

use std::borrow::Cow;

use super::compose::{Composed, compose};
use super::node::{Node, NodeKind};
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity, TextEdit};
use crate::source::Source;
use crate::span::Span;

/// YAML that cannot be read.
pub static SYNTAX: Rule = Rule {
    id: "yaml-syntax",
    severity: Severity::Error,
    doc: "The text is not valid YAML 1.2. The rest of the file is checked as far as it can be read.",
    bad: Example::Module("env_vars:\n  GREETING: \"hello\n"),
    good: Example::Module("env_vars:\n  GREETING: \"hello\"\n"),
}
.published();

/// A key that stands twice in one map.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    doc: "A key stands twice in the same map. YAML 1.2 does not allow it, since one of the two values would be \
          silently lost.",
    bad: Example::Module("min_containers: 1\nmin_containers: 2\n"),
    good: Example::Module("min_containers: 2\n"),
}
.published();

/// How many broken places of one file are told apart before the rest is left unread.
const MAX_REPAIRS: usize = 40;

/// A parsed source.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root value; none for an empty text.
    pub root: Option<Node>,
    /// The whole text's span.
    pub span: Span,
    /// Whether any value has an anchor, so that others may stand for it.
    pub has_anchors: bool,
}

/// Reads a source.
///
/// Returns the tree, in which unreadable regions are `Broken`, and what could not be read.
#[must_use]
pub fn parse(source: &Source) -> (Document, Vec<Diagnostic>) {
    let span = Span::new(source.file, 0, source.text.len());
    let (mut diagnostics, mut blanks) = (Vec::new(), Vec::new());
    let mut text = Cow::Borrowed(&*source.text);
    loop {
        let fault = match compose(source, &text, &blanks) {
            Ok(Composed { root, faults, has_anchors }) => {
                diagnostics.extend(faults);
                return (Document { root, span, has_anchors }, diagnostics);
            }
            Err(fault) => fault,
        };
        // What is left open on a line that is broken already has the same cause.
        let at = fault.secondary.first().map_or(fault.primary.span.start, |label| label.span.start);
        let line = line_start(&text, at.min(text.len()));
        if !blanks.iter().any(|blank: &std::ops::Range<usize>| {
            line_start(&text, blank.start) <= line && line < blank.end
        }) {
            diagnostics.push(syntax_diagnostic(source, &fault));
        }
        let blank =
            if blanks.len() < MAX_REPAIRS { broken_region(&text, &fault, &blanks) } else { None };
        let Some(blank) = blank else {
            let root = Some(Node { span, kind: NodeKind::Broken });
            return (Document { root, span, has_anchors: false }, diagnostics);
        };
        blank_out(text.to_mut(), &blank);
        blanks.push(blank);
    }
}

/// The bytes to blank out so that the text after a fault can be read: from where an unclosed quote
/// or bracket opened to where the library gave up, else the value on the faulty line, else that
/// whole line. None when nothing is left to blank, which ends the reading.
fn broken_region(
    text: &str,
    fault: &oneyaml::Diagnostic,
    blanks: &[std::ops::Range<usize>],
) -> Option<std::ops::Range<usize>> {
    let at = fault.primary.span.start.min(text.len());
    let opened = fault.secondary.first().map(|label| label.span.start).filter(|start| *start < at);
    if let Some(start) = opened {
        // A quote or bracket that nobody closed owns at most the lines up to the place of
        // complaint.
        let end = if text.get(at..)?.trim().is_empty() {
            line_end(text, start)
        } else {
            line_start(text, at).max(line_end(text, start))
        };
        return fresh(text, start..end, blanks);
    }
    let mut line = line_start(text, at);
    // An error at the end of input or at a line's start may be about the line before.
    if text.get(line..line_end(text, line))?.trim().is_empty() && line > 0 {
        line = line_start(text, text.get(..line)?.trim_end().len());
    }
    let end = line_end(text, line);
    let value =
        value_start(text.get(line..end)?).map(|offset| line + offset).filter(|start| *start <= at);
    value
        .and_then(|start| fresh(text, start..end, blanks))
        .or_else(|| fresh(text, line..end, blanks))
}

/// The region, when blanking it would change the text.
fn fresh(
    text: &str,
    region: std::ops::Range<usize>,
    blanks: &[std::ops::Range<usize>],
) -> Option<std::ops::Range<usize>> {
    let changes = text
        .get(region.clone())
        .is_some_and(|part| part.bytes().any(|byte| !byte.is_ascii_whitespace()));
    (changes && !blanks.contains(&region)).then_some(region)
}

/// Where the line of an offset begins; the first behind a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let first = if text.starts_with('\u{feff}') { at.min('\u{feff}'.len_utf8()) } else { 0 };
    text.get(..at)
        .and_then(|before| before.rfind(['\n', '\r']))
        .map_or(first, |newline| newline + 1)
}

pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline)
}

/// Where the value begins on a line `key: value`, if the line looks like one.
fn value_start(line: &str) -> Option<usize> {
    let colon = line.find(": ")?;
    let key = line.get(..colon)?.trim_start_matches([' ', '-']);
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    plain.then_some(colon + 2)
}

/// Overwrites bytes with spaces, keeping line breaks, so that every later offset stays what it was.
fn blank_out(text: &mut String, region: &std::ops::Range<usize>) {
    let blank: String = text
        .get(region.clone())
        .unwrap_or_default()
        .bytes()
        .map(|byte| if byte == b'\n' || byte == b'\r' { byte as char } else { ' ' })
        .collect();
    text.replace_range(region.clone(), &blank);
}

/// What is to say of a fault that the library found.
pub(super) fn syntax_diagnostic(source: &Source, fault: &oneyaml::Diagnostic) -> Diagnostic {
    let span = |span: oneyaml::Span| Span::new(source.file, span.start, span.end);
    let (opened, primary) = (fault.secondary.first(), &fault.primary);
    // The place to repair is where the quote or bracket was opened, not where the reader gave up.
    let at = opened.map_or(primary.span, |label| label.span);
    let mut diagnostic = Diagnostic::new(&SYNTAX, span(at), String::new(), fault.message.clone());
    if let Some(help) = plain_help(source, fault) {
        diagnostic = diagnostic.help(help);
    }
    if opened.is_some() && primary.span.start < source.text.len() {
        diagnostic = diagnostic.label(span(primary.span), "still open here");
    }
    for suggestion in &fault.suggestions {
        let edits = suggestion
            .edits
            .iter()
            .map(|edit| TextEdit { span: span(edit.span), text: edit.text.clone() })
            .collect();
        let applicability = match suggestion.applicability {
            oneyaml::Applicability::MachineApplicable => Applicability::Safe,
            _ => Applicability::Unsafe,
        };
        diagnostic = diagnostic.fix_edits(applicability, suggestion.message.clone(), edits);
    }
    diagnostic
}

/// An asterisk begins an alias.
pub(super) const STAR_NEEDS_QUOTES: &str =
    "a text that starts with `*` needs quotes: `\"*.example.com\"`";

/// The help of the commonest mistakes of this format, else the library's.
fn plain_help(source: &Source, fault: &oneyaml::Diagnostic) -> Option<String> {
    let at = fault.primary.span.start;
    if source.text.get(at..).is_some_and(|rest| rest.starts_with('*')) {
        return Some(STAR_NEEDS_QUOTES.to_owned());
    }
    if fault.code == oneyaml::code::INVALID_NODE_START {
        return Some("put the text in quotes".to_owned());
    }
    fault.help.clone()
}
