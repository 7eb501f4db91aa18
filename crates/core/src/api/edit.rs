//! Changes of a text at a path, as plain data.

use serde::{Deserialize, Serialize};

use super::data::{Place, Replacement, SourceText};
use super::texts::Texts;
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::FileId;
use crate::syntax::{self, EditError, PathStep};

/// A step of a path: the key of a map, or the index of a list from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Index(usize),
}

/// The replacement that sets the value at a path, comments and layout kept; none when it has that
/// value already.
///
/// # Errors
///
/// When the text is not YAML, or the path passes through something that is no map or list.
pub fn set(
    text: &SourceText,
    path: &[Step],
    value: &serde_json::Value,
) -> Result<Option<Replacement>, EditError> {
    edit(text, |source| syntax::set(source, &steps(path), value))
}

/// The replacement that takes the entry or item at a path away; none when there is none.
///
/// # Errors
///
/// When the text is not YAML.
pub fn remove(text: &SourceText, path: &[Step]) -> Result<Option<Replacement>, EditError> {
    edit(text, |source| syntax::remove(source, &steps(path)))
}

/// A text as data, for a form; none while a part of it cannot be read. Nothing at all is null.
#[must_use]
pub fn data(text: &SourceText) -> Option<serde_json::Value> {
    let source = Source::new(FileId::Service, &*text.name, &*text.text);
    let (document, faults) = syntax::parse(&source);
    let readable = !faults.iter().any(|fault| fault.rule.id == syntax::SYNTAX.id);
    readable.then(|| document.root.as_ref().map_or(serde_json::Value::Null, syntax::as_data))
}

fn steps(path: &[Step]) -> Vec<PathStep> {
    let step = |step: &Step| match step {
        Step::Key(key) => PathStep::Key(key.clone()),
        Step::Index(index) => PathStep::Index(*index),
    };
    path.iter().map(step).collect()
}

fn edit(
    text: &SourceText,
    edit: impl FnOnce(&Source) -> Result<Option<TextEdit>, EditError>,
) -> Result<Option<Replacement>, EditError> {
    let source = Source::new(FileId::Service, &*text.name, &*text.text);
    let edit = edit(&source)?;
    let mut texts = Texts::default();
    texts.push(source);
    let replacement = |edit: TextEdit| {
        let place: Place = texts.place(edit.span).1;
        Replacement { place, text: edit.text }
    };
    Ok(edit.map(replacement))
}
