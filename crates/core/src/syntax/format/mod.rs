//! Formats a text: indentation, trailing blanks and the end of the file. Values, comments, the
//! order of keys and the kind of line breaks stay.

mod levels;
#[cfg(test)]
mod tests;
mod writer;

use oneyaml_syntax::event::{EventKind, TriviaKind};

use self::writer::Writer;
use super::compose::settings;
use super::diagnostics::{DUPLICATE_KEY, YAML_SYNTAX};
use super::parse::parse;
use super::plain_data::as_data;
use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// Why a text cannot be formatted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text has a syntax error.
    #[error(
        "line {line} has a syntax error\n  help: fix the problems that `optakit validate` reports"
    )]
    Syntax {
        /// The line of the first error, counted from 1.
        line: usize,
    },
    /// The layout is so unusual that formatting could change a value or a comment.
    #[error("its layout is unusual, so a value or comment could change\n  help: format it by hand")]
    Layout,
}

/// Returns the formatted text.
///
/// # Errors
///
/// Fails if the text has a syntax error, or if a value or a comment would change.
pub fn format(source: &Source) -> Result<String, FormatError> {
    let (document, diagnostics) = parse(source);
    if let Some(first) = diagnostics.iter().find(is_broken) {
        let before = source.text.get(..first.span.start as usize).unwrap_or_default();
        return Err(FormatError::Syntax { line: before.matches('\n').count() + 1 });
    }
    let mut writer = Writer::new(&source.text);
    for event in oneyaml_syntax::events_with(&source.text, &settings()) {
        writer.write(&event);
    }
    let formatted = writer.finish();
    if formatted == *source.text {
        return Ok(formatted);
    }
    let after = Source::new(source.file, &*source.name, &*formatted);
    let (new, diagnostics) = parse(&after);
    let is_same = !diagnostics.iter().any(|found| is_broken(&found))
        && document.root.as_ref().map(as_data) == new.root.as_ref().map(as_data)
        && comments(&source.text) == comments(&formatted);
    if is_same { Ok(formatted) } else { Err(FormatError::Layout) }
}

/// Whether a diagnostic means that the values of the text are not certain.
fn is_broken(diagnostic: &&Diagnostic) -> bool {
    [YAML_SYNTAX.id, DUPLICATE_KEY.id].contains(&diagnostic.rule.id)
}

/// Returns the comments of a text without white space at their ends.
fn comments(text: &str) -> Vec<String> {
    oneyaml_syntax::events_with(text, &settings())
        .filter(|event| matches!(event.kind(), EventKind::Trivia(TriviaKind::Comment)))
        .map(|event| text[event.span().start..event.span().end].trim_end().to_owned())
        .collect()
}
