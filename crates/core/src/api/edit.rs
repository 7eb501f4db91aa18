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
///
/// ```
/// use optakit_core::api::{PathStep, SourceText, set};
///
/// let text = SourceText { name: "opta.yml".to_owned(), text: "name: shop # short\n".to_owned() };
/// let edit = set(&text, &[PathStep::Key("name".to_owned())], &"store".into())
///     .expect("the text is valid")
///     .expect("the value changes");
/// let mut edited = text.text.clone();
/// edited.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
/// assert_eq!(edited, "name: store # short\n");
/// ```
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
///
/// ```
/// use optakit_core::api::{PathStep, SourceText, remove};
///
/// let text = SourceText { name: String::new(), text: "a: 1\nb: 2\n".to_owned() };
/// let edit = remove(&text, &[PathStep::Key("b".to_owned())]).expect("the text is valid");
/// assert_eq!(edit.expect("the key exists").place.line, 2);
/// ```
pub fn remove(text: &SourceText, path: &[PathStep]) -> Result<Option<TextEdit>, EditError> {
    edit(text, |source| syntax::remove(source, path))
}

/// Returns the data of a text; none if a part of the text has a syntax error.
///
/// ```
/// use optakit_core::api::{SourceText, read_data};
///
/// let text = SourceText { name: String::new(), text: "a: [1, yes]".to_owned() };
/// assert_eq!(read_data(&text), Some(serde_json::json!({"a": [1, "yes"]})));
/// ```
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
