//! The rules of YAML syntax, and the diagnostics of the YAML library.

use super::compose::MAX_DEPTH;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::rule::rule;
use crate::source::Source;
use crate::span::Span;

rule! {
    /// The text is not valid YAML 1.2.
    ///
    /// Optakit skips the part that it cannot read and checks the rest of the file.
    ///
    /// Opta and kubectl accept some forms that YAML 1.2 does not allow. Optakit rejects them,
    /// because other YAML tools reject them or read them differently:
    ///
    /// - a text in quotes whose next lines are not indented more than its key
    /// - a comment directly after a closing quote
    /// - a colon directly before a comma, in braces
    ///
    /// Opta and kubectl also read `?x` in brackets as a key, U+0085 in quotes as a line break, and
    /// `1_000` as a number. For Optakit, they are text, as in YAML 1.2.
    pub static YAML_SYNTAX: Error {
        fix: "Correct the YAML at the reported position. Common causes are a missing quote or \
              bracket and wrong indentation.",
        bad: Module("env_vars:\n  GREETING: \"hello\n"),
        good: Module("env_vars:\n  GREETING: \"hello\"\n"),
    }
}

rule! {
    /// A map contains the same key twice.
    ///
    /// YAML 1.2 does not allow duplicate keys, because one of the two values would be lost.
    pub static DUPLICATE_KEY: Error {
        fix: "Remove one of the two keys, or rename it.",
        bad: Module("min_containers: 1\nmin_containers: 2\n"),
        good: Module("min_containers: 2\n"),
    }
}

/// The help for a text that YAML reads as an alias.
pub(super) const QUOTE_ASTERISK: &str =
    "put a text that starts with `*` in quotes: `\"*.example.com\"`";

/// Returns a syntax error.
pub(super) fn syntax_error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&YAML_SYNTAX, span, String::new(), message)
}

/// Converts a diagnostic of the YAML library.
pub(super) fn from_library(source: &Source, found: &oneyaml::Diagnostic) -> Diagnostic {
    let span = |span: oneyaml::Span| Span::new(source.file, span.start, span.end);
    let (opened, primary) = (found.secondary.first(), &found.primary);
    // Point at the open quote or bracket, not at the place where the parser stopped.
    let place = opened.map_or(primary.span, |label| label.span);
    let mut diagnostic = syntax_error(span(place), message(found));
    if let Some(help) = help(source, found) {
        diagnostic = diagnostic.help(help);
    }
    let is_open = opened.is_some() && found.code != oneyaml::code::INLINE_COLON_IN_PLAIN_VALUE;
    if is_open && primary.span.start < source.text.len() {
        diagnostic = diagnostic.label(span(primary.span), "still open here");
    }
    for suggestion in &found.suggestions {
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

/// Returns the message for the most common mistake, else the message of the library.
fn message(found: &oneyaml::Diagnostic) -> String {
    match found.code {
        oneyaml::code::INLINE_COLON_IN_PLAIN_VALUE => {
            "the value contains a colon and a space, so it needs quotes".to_owned()
        }
        code if is_too_deep(code) => {
            format!("maps and lists are nested more than {MAX_DEPTH} levels deep")
        }
        _ => found.message.clone(),
    }
}

fn is_too_deep(code: oneyaml::Code) -> bool {
    use oneyaml::code::{DEPTH_LIMIT_EXCEEDED, VALUE_DEPTH_EXCEEDED};
    matches!(code, DEPTH_LIMIT_EXCEEDED | VALUE_DEPTH_EXCEEDED)
}

/// Returns help for the most common mistakes, else the help of the library.
fn help(source: &Source, found: &oneyaml::Diagnostic) -> Option<String> {
    let offset = found.primary.span.start;
    if source.text.get(offset..).is_some_and(|rest| rest.starts_with('*')) {
        return Some(QUOTE_ASTERISK.to_owned());
    }
    match found.code {
        oneyaml::code::INVALID_NODE_START => Some("put the text in quotes".to_owned()),
        oneyaml::code::INLINE_COLON_IN_PLAIN_VALUE => Some(
            "put the value in quotes; if it is a map, start its first key on the next line"
                .to_owned(),
        ),
        oneyaml::code::MISSING_FLOW_SEPARATOR => {
            Some("add a comma; put a text that contains a colon and a space in quotes".to_owned())
        }
        code if is_too_deep(code) => Some("nest fewer maps and lists".to_owned()),
        _ => found.help.clone(),
    }
}
