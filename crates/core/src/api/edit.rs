//! Edits of a text at a path, for forms.

use serde_json::Value;

use super::diagnostic::TextEdit;
use super::places::Places;
use crate::diagnostic;
use crate::source::Source;
use crate::source::SourceText;
use crate::span::FileId;
use crate::syntax::{self, EditError, PathStep};

/// Returns the edit that sets the value at a path; none if the value is already there.
///
/// Comments and layout stay. Missing maps on the path are created.
///
/// # Errors
///
/// Fails if the text is not valid YAML, or if the path leads through a scalar.
pub fn set(
    text: &SourceText,
    path: &[PathStep],
    value: &Value,
) -> Result<Option<TextEdit>, EditError> {
    edit(text, |source| syntax::set(source, path, value))
}

/// Returns the edit that removes the entry or item at a path; none if there is none.
///
/// # Errors
///
/// Fails if the text is not valid YAML.
pub fn remove(text: &SourceText, path: &[PathStep]) -> Result<Option<TextEdit>, EditError> {
    edit(text, |source| syntax::remove(source, path))
}

/// Returns the data of a text; none if a part of the text has a syntax error.
#[must_use]
pub fn read_data(text: &SourceText) -> Option<Value> {
    let source = Source::new(FileId::Service, &*text.name, &*text.text);
    let (document, diagnostics) = syntax::parse(&source);
    let is_valid = !diagnostics.iter().any(|found| found.rule.id == syntax::YAML_SYNTAX.id);
    is_valid.then(|| document.root.as_ref().map_or(Value::Null, syntax::as_data))
}

fn edit(
    text: &SourceText,
    edit: impl FnOnce(&Source) -> Result<Option<diagnostic::TextEdit>, EditError>,
) -> Result<Option<TextEdit>, EditError> {
    let source = Source::new(FileId::Service, &*text.name, &*text.text);
    let edit = edit(&source)?;
    let mut places = Places::default();
    places.push(source);
    Ok(edit.map(|edit| TextEdit::new(&edit, &places)))
}
