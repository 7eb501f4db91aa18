//! Closing brackets that are not indented more than their parent.

use std::ops::Range;

use oneyaml::code::{INVALID_INDENTATION, UNTERMINATED_FLOW_COLLECTION};

use super::lines::{line_end, line_start};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rule::rule;
use crate::source::Source;
use crate::span::Span;

rule! {
    /// The closing bracket is not indented more than the key of its list or map.
    ///
    /// YAML 1.2 does not allow it, but Opta and kubectl accept it, and so does Optakit.
    pub static BRACKET_NOT_INDENTED: Warning {
        fix: "Indent the bracket two spaces more than the key.",
        bad: Module("secrets: [\n  TOKEN\n]\n"),
        good: Module("secrets: [\n  TOKEN\n  ]\n"),
    }
}

/// A closing bracket at the start of a line.
pub(super) struct EarlyBracket {
    at: usize,
    /// The start of its line.
    line: usize,
    /// The text to replace by spaces: from the end of the previous line, without its comment.
    joined: Range<usize>,
    /// The indentation that the bracket should have.
    indentation: usize,
}

impl EarlyBracket {
    /// Returns the bracket that causes a syntax error.
    pub(super) fn find(text: &str, error: &oneyaml::Diagnostic) -> Option<Self> {
        let at = error.primary.span.start;
        let is_bracket = text.get(at..)?.starts_with([']', '}']);
        if !is_bracket || ![INVALID_INDENTATION, UNTERMINATED_FLOW_COLLECTION].contains(&error.code)
        {
            return None;
        }
        let line = line_start(text, at);
        let before = text.get(..line)?.trim_end();
        if before.is_empty() || !text.get(line..at)?.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let last = text.get(line_start(text, before.len())..before.len())?;
        // A comment would hide the bracket.
        let comment = comment_start(last);
        let end = before.len() - last.len() + comment.unwrap_or(last.len());
        let opened = error.secondary.first()?.span.start.min(text.len());
        let opening = text.get(line_start(text, opened)..line_end(text, opened))?;
        let indentation = opening.len() - opening.trim_start_matches([' ', '-']).len() + 2;
        Some(Self { at, line, joined: end..at, indentation })
    }

    /// Moves the bracket to the line before. Every offset stays the same.
    pub(super) fn join(&self, text: &mut String) {
        text.replace_range(self.joined.clone(), &" ".repeat(self.joined.len()));
    }

    pub(super) fn diagnostic(&self, source: &Source) -> Diagnostic {
        let span = |range: Range<usize>| Span::new(source.file, range.start, range.end);
        let bracket = source.text.get(self.at..=self.at).unwrap_or_default();
        let message = format!("the closing `{bracket}` is not indented more than its parent");
        let title = format!("indent it by {} spaces", self.indentation);
        Diagnostic::new(&BRACKET_NOT_INDENTED, span(self.at..self.at + 1), "", message)
            .help("indent the bracket more than the key")
            .fix(Applicability::Safe, title, span(self.line..self.at), " ".repeat(self.indentation))
    }
}

/// Returns the start of the comment on a line that starts outside of quotes.
fn comment_start(line: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open && (c != '"' || before != '\\') => quote = None,
            // The second backslash is escaped, so it escapes nothing.
            Some('"') if c == '\\' && before == '\\' => {
                before = ' ';
                continue;
            }
            Some(_) => {}
            None if matches!(c, '"' | '\'') && " \t,:[{".contains(before) => quote = Some(c),
            None if c == '#' && matches!(before, ' ' | '\t') => return Some(at),
            None => {}
        }
        before = c;
    }
    None
}
