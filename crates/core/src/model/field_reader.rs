//! Reads the fields of a map by their declarations.

use std::fmt::Write;

use super::field::{Field, FieldType, list};
use super::rules::{MISSING_FIELD, UNKNOWN_FIELD, WRONG_TYPE};
use super::unsupported::{self, LATER_FIELD};
use crate::diagnostic::{Applicability, Diagnostic, Rule};
use crate::source::Source;
use crate::span::{Defaulted, Span, Spanned};
use crate::suggest;
use crate::syntax::{Entry, Mapping, Node};

/// A type that a field can have.
pub trait FieldValue: Sized {
    /// Its description.
    const KIND: FieldType;

    /// Reads it from a node that is neither broken nor, for most types, null; what is wrong goes to
    /// `reader`.
    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self>;
}

/// What lowering carries: the source, the path so far, the faults found.
pub struct FieldReader<'a> {
    /// The source that is read.
    pub source: &'a Source,
    /// The faults found so far.
    pub diagnostics: Vec<Diagnostic>,
    path: String,
    /// The key whose value is being read, if it is the value of one.
    key: Option<Span>,
}

impl<'a> FieldReader<'a> {
    /// Starts at the root of a source.
    #[must_use]
    pub const fn new(source: &'a Source) -> Self {
        Self { source, diagnostics: Vec::new(), path: String::new(), key: None }
    }

    /// The path of the node being read.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path of a key below the node being read.
    #[must_use]
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Runs `read` at a path of its own.
    pub fn under<T>(&mut self, path: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.deeper(None, |all| all.push_str(path), read)
    }

    /// Runs `read` one key deeper.
    pub fn in_entry<T>(&mut self, entry: &Entry, read: impl FnOnce(&mut Self) -> T) -> T {
        let step = |path: &mut String| {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&entry.key.value);
        };
        self.deeper(Some(entry.key.span), step, read)
    }

    /// Runs `read` one list item deeper.
    pub fn in_item<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let step = |path: &mut String| {
            let _ = write!(path, "[{index}]");
        };
        self.deeper(None, step, read)
    }

    /// Runs `read` with the path one step longer. The path is one text that grows and shrinks:
    /// nearly all are never read.
    fn deeper<T>(
        &mut self,
        key: Option<Span>,
        step: impl FnOnce(&mut String),
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (length, outer) = (self.path.len(), std::mem::replace(&mut self.key, key));
        step(&mut self.path);
        let value = read(self);
        self.path.truncate(length);
        self.key = outer;
        value
    }

    /// Where to point at a value: at itself, or at its key when it begins on a line of its own.
    #[must_use]
    pub fn place_of(&self, node: &Node) -> Span {
        let collection = node.as_mapping().is_some() || node.as_sequence().is_some();
        self.key.filter(|_| collection).unwrap_or(node.span)
    }

    /// A fault of the node being read.
    #[must_use]
    pub fn fault(&self, rule: &'static Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, span, self.path.clone(), message)
    }

    /// The fault of a node that is not what its field takes.
    #[must_use]
    pub fn wrong_type(&self, node: &Node, expected: &str) -> Diagnostic {
        let name = last_key(&self.path);
        let message = format!("`{name}` is {}, expected {expected}", node.describe());
        let diagnostic = self.fault(&WRONG_TYPE, self.place_of(node), message);
        match node.as_scalar().and_then(|scalar| scalar.text.variable()) {
            Some(variable) => diagnostic.label(variable, "the value comes from here"),
            None => diagnostic,
        }
    }

    /// Reports a fault.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports the keys that no field has, with the nearest known one.
    pub fn unknown_keys(&mut self, mapping: &Mapping, known: &[&'static str], of: &str) {
        for entry in mapping.entries.iter() {
            if !known.contains(&&*entry.key.value) {
                let at = self.path_of(&entry.key.value);
                self.unknown_key(entry, known, of, at);
            }
        }
    }

    fn unknown_key(&mut self, entry: &Entry, known: &[&'static str], of: &str, path: String) {
        if let Some(advice) = unsupported::advice(of, &entry.key.value) {
            let message =
                format!("`{}` came with a later Opta and is not rendered", entry.key.value);
            self.push(Diagnostic::new(&LATER_FIELD, entry.key.span, path, message).help(advice));
            return;
        }
        let message = format!("unknown key `{}` in {of}", entry.key.value);
        let mut diagnostic = Diagnostic::new(&UNKNOWN_FIELD, entry.key.span, path, message);
        diagnostic = match suggest::nearest(&entry.key.value, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                Applicability::Safe,
                format!("rename to `{near}`"),
                entry.key.span,
                near,
            ),
            None => diagnostic.help(format!("it takes {}", list(known))),
        };
        self.push(diagnostic);
    }

    /// Reads a field that may be absent.
    pub fn optional<T: FieldValue>(
        &mut self,
        mapping: &Mapping,
        field: &Field,
    ) -> Option<Spanned<T>> {
        let entry = mapping.get(field.name)?;
        let node = &entry.value;
        if node.is_broken() {
            return None;
        }
        self.in_entry(entry, |reader| {
            if node.is_null() && !field.required {
                return None;
            }
            T::read(node, field, reader).map(|value| Spanned::new(value, node.span))
        })
    }

    /// Reads a field that must be there; `owner` is where to point when it is not.
    pub fn required<T: FieldValue>(
        &mut self,
        mapping: &Mapping,
        field: &Field,
        owner: Span,
    ) -> Option<Spanned<T>> {
        if mapping.get(field.name).is_none() {
            self.missing(mapping, field, owner);
            return None;
        }
        self.optional(mapping, field)
    }

    /// Reports a required field that is absent, unless it may stand in a line that could not be
    /// read.
    pub fn missing(&mut self, mapping: &Mapping, field: &Field, owner: Span) {
        // A misspelt key is said once, as an unknown key with the right name beside it.
        let misspelt = mapping.entries.iter().any(|entry| {
            suggest::nearest(&entry.key.value, [field.name]).is_some()
                && &*entry.key.value != field.name
        });
        if mapping.broken || misspelt {
            return;
        }
        let path = self.path_of(field.name);
        let diagnostic =
            Diagnostic::new(&MISSING_FIELD, owner, path, format!("`{}` is missing", field.name))
                .help(format!("add `{}: {}`", field.name, field.example.replace('\n', "; ")));
        self.diagnostics.push(diagnostic);
    }

    /// Reads a field that has a default.
    pub fn defaulted<T: FieldValue>(
        &mut self,
        mapping: &Mapping,
        field: &Field,
        default: impl FnOnce() -> T,
    ) -> Defaulted<T> {
        match self.optional(mapping, field) {
            Some(Spanned { value, span }) => Defaulted { value, span: Some(span) },
            None => Defaulted::default_value(default()),
        }
    }
}

/// The last key of a path: `http` of `modules[0].port.http`, `secrets[1]` of
/// `modules[0].secrets[1]`.
fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
