//! The layout of a text.

use crate::source::{Source, SourceText};
use crate::span::FileId;
use crate::syntax::{self, FormatError};

/// Returns a text with normalized layout: two spaces per level, no blanks at the end of lines, and
/// one line break at the end. Values, comments, the order of keys and the kind of line breaks stay.
///
/// # Errors
///
/// Fails if the text has a syntax error, or if a value or a comment would change.
///
/// ```
/// use optakit_core::api::{SourceText, format};
///
/// let text = SourceText { name: String::new(), text: "a:\n    b: 1  # c".to_owned() };
/// assert_eq!(format(&text).as_deref(), Ok("a:\n  b: 1  # c\n"));
/// ```
pub fn format(text: &SourceText) -> Result<String, FormatError> {
    syntax::format(&Source::new(FileId::Service, &*text.name, &*text.text))
}
