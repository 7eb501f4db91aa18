//! The rules of YAML syntax, and the diagnostics of the YAML library.

use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::rule::rule;
use crate::source::Source;
use crate::span::Span;

rule! {
    /// The text is not valid YAML 1.2.
    ///
    /// Optakit skips the part that it cannot read and checks the rest of the file.
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
    let mut diagnostic = syntax_error(span(place), found.message.clone());
    if let Some(help) = help(source, found) {
        diagnostic = diagnostic.help(help);
    }
    if opened.is_some() && primary.span.start < source.text.len() {
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

/// Returns help for the most common mistakes, else the help of the library.
fn help(source: &Source, found: &oneyaml::Diagnostic) -> Option<String> {
    let offset = found.primary.span.start;
    if source.text.get(offset..).is_some_and(|rest| rest.starts_with('*')) {
        return Some(QUOTE_ASTERISK.to_owned());
    }
    if found.code == oneyaml::code::INVALID_NODE_START {
        return Some("put the text in quotes".to_owned());
    }
    found.help.clone()
}
