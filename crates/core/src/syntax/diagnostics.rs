//! The rules of YAML syntax, and the diagnostics of the YAML library.

use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity, TextEdit};
use crate::source::Source;
use crate::span::Span;

/// Invalid YAML.
pub static SYNTAX: Rule = Rule {
    id: "yaml-syntax",
    severity: Severity::Error,
    doc: "The text is not valid YAML 1.2. The valid parts of the file are still checked.",
    bad: Example::Module("env_vars:\n  GREETING: \"hello\n"),
    good: Example::Module("env_vars:\n  GREETING: \"hello\"\n"),
}
.published();

/// A key that occurs twice in a map.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    doc: "A key occurs twice in the same map. YAML 1.2 forbids this: one of the two values would \
          be lost.",
    bad: Example::Module("min_containers: 1\nmin_containers: 2\n"),
    good: Example::Module("min_containers: 2\n"),
}
.published();

/// The help for a text that YAML reads as an alias.
pub(super) const QUOTE_ASTERISK: &str =
    "put a text that starts with `*` in quotes: `\"*.example.com\"`";

/// Returns a syntax error.
pub(super) fn syntax_error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&SYNTAX, span, String::new(), message)
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
