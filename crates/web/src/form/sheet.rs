//! The values of a text, read and written by path.

use leptos::prelude::*;
use optakit_core::api::{self, PathStep, SourceText, TextEdit};
use serde_json::Value;

use crate::page::Page;
use crate::undo;

/// The text that a form shows and edits.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    page: Page,
    /// The name of the file.
    file: StoredValue<String>,
    /// The values; none if the YAML has a syntax error.
    data: Memo<Option<Value>>,
}

/// The path of a value from the root of a text.
pub(super) type Path = Vec<PathStep>;

/// Returns the path of a value inside the value at `path`.
pub(super) fn below(path: &[PathStep], step: impl Into<NextStep>) -> Path {
    let mut path = path.to_vec();
    path.push(step.into().0);
    path
}

/// A key or an index.
pub(super) struct NextStep(PathStep);

impl From<&str> for NextStep {
    fn from(key: &str) -> Self {
        Self(PathStep::Key(key.to_owned()))
    }
}

impl From<usize> for NextStep {
    fn from(index: usize) -> Self {
        Self(PathStep::Index(index))
    }
}

/// Formats a path like the paths of diagnostics: `modules[0].port`.
fn dotted(path: &[PathStep]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            PathStep::Key(key) if text.is_empty() => text.push_str(key),
            PathStep::Key(key) => text.push_str(&format!(".{key}")),
            PathStep::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

impl Sheet {
    pub(super) fn new(page: Page, file: String) -> Self {
        let name = file.clone();
        let data = Memo::new(move |_| {
            let text = page.state.sources.text_of(&name);
            api::read_data(&SourceText { name: name.clone(), text })
        });
        Self { page, file: StoredValue::new(file), data }
    }

    /// Whether the text has no syntax error.
    pub(super) fn is_readable(self) -> bool {
        self.data.read().is_some()
    }

    /// Returns the line of the first error in the text.
    pub(super) fn error_line(self) -> Option<u32> {
        let outcome = self.page.state.results.outcome.read();
        let is_error = |diagnostic: &&api::Diagnostic| {
            diagnostic.severity == api::Severity::Error
                && self.file.with_value(|file| diagnostic.file == *file)
        };
        let first = outcome.analysis.diagnostics.iter().find(is_error);
        first.map(|diagnostic| diagnostic.place.line)
    }

    /// Returns the value at a path.
    pub(super) fn value(self, path: &[PathStep]) -> Option<Value> {
        let data = self.data.read();
        let mut value = data.as_ref()?;
        for step in path {
            value = match step {
                PathStep::Key(key) => value.get(key)?,
                PathStep::Index(index) => value.get(index)?,
            };
        }
        Some(value.clone()).filter(|value| !value.is_null())
    }

    /// Returns the length of the list at a path.
    pub(super) fn length(self, path: &[PathStep]) -> usize {
        self.value(path).and_then(|value| value.as_array().map(Vec::len)).unwrap_or(0)
    }

    /// Sets the value at a path, or removes it. The rest of the text stays the same.
    pub(super) fn set(self, path: &[PathStep], value: Option<Value>) {
        if let Some(edit) = self.edit_at(path, value.as_ref()) {
            self.file.with_value(|file| self.page.edit(file, &[edit]));
        }
    }

    /// Sets or removes the value that someone types. All edits of a value are one undo step.
    pub(super) fn type_value(self, path: &[PathStep], value: Option<Value>) {
        let Some(edit) = self.edit_at(path, value.as_ref()) else { return };
        self.page.undo.expect_field(dotted(path));
        self.file.with_value(|file| self.page.edit(file, &[edit]));
    }

    /// Returns the edit that sets or removes a value; none if nothing changes or if it fails.
    fn edit_at(self, path: &[PathStep], value: Option<&Value>) -> Option<TextEdit> {
        let name = self.file.get_value();
        let text = untrack(|| self.page.state.sources.text_of(&name));
        let text = SourceText { name, text };
        let edit = match value {
            Some(value) => api::set(&text, path, value),
            None => api::remove(&text, path),
        };
        edit.unwrap_or_else(|error| {
            self.page.state.notify(format!("Edit this field in Text: {error}"));
            None
        })
    }

    /// Adds a value to the list at a path.
    pub(super) fn push(self, path: &[PathStep], value: Value) {
        match self.length(path) {
            0 => self.set(path, Some(Value::Array(vec![value]))),
            length => self.set(&below(path, length), Some(value)),
        }
    }

    /// Returns the problems at a path, and inside it if `deep`.
    pub(super) fn problems(self, path: &[PathStep], deep: bool) -> Vec<String> {
        let (name, path) = (self.file.get_value(), dotted(path));
        let outcome = self.page.state.results.outcome.read();
        let is_here = |found: &str| {
            found
                .strip_prefix(&*path)
                .is_some_and(|rest| rest.is_empty() || (deep && rest.starts_with(['.', '['])))
        };
        let diagnostics = outcome.analysis.diagnostics.iter();
        let own =
            diagnostics.filter(|diagnostic| diagnostic.file == name && is_here(&diagnostic.path));
        own.map(|diagnostic| match &diagnostic.help {
            Some(help) => format!("{}; {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        })
        .collect()
    }

    /// Undoes the last change.
    pub(super) fn undo(self) {
        undo::undo(self.page);
    }

    /// Redoes the last undone change.
    pub(super) fn redo(self) {
        undo::redo(self.page);
    }
}
