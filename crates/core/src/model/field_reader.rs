//! Reads the fields of a map by their declarations.

use std::fmt::Write;

use super::field::{FieldShape, FieldType, Keys};
use super::rules::{MISSING_FIELD, UNKNOWN_FIELD, UNKNOWN_VALUE, WRONG_TYPE};
use super::synonym::{self, Synonym};
use super::unindented::Unindented;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::quote::{one_of, quoted};
use crate::rule::Rule;
use crate::source::Source;
use crate::span::{Defaulted, Span, Spanned};
use crate::suggest::{self, Suggestion};
use crate::syntax::{Entry, Insertion, Mapping, Node, insert_entry};

/// A type that a field can have.
pub trait FieldValue: Sized {
    /// The type in the declaration of the field.
    const KIND: FieldType;

    /// Reads the value from a node that is not broken. Reports errors to `reader`.
    ///
    /// The node of an optional field is never null.
    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self>;
}

/// Reads values and collects diagnostics.
pub struct FieldReader<'a> {
    /// The source of the nodes.
    pub source: &'a Source,
    /// The diagnostics so far.
    pub diagnostics: Vec<Diagnostic>,
    path: String,
    /// The key whose value is being read.
    key: Option<Span>,
    /// Keys without a value whose entries have the wrong indentation. That is already reported.
    unindented: Vec<Span>,
    /// The paths of fields that the file sets under another name. That is already reported.
    renamed: Vec<String>,
}

/// A node that is being read: the length of its path, and its key.
struct Position {
    length: usize,
    key: Option<Span>,
}

impl<'a> FieldReader<'a> {
    /// Returns a reader at the root of a source.
    #[must_use]
    pub const fn new(source: &'a Source) -> Self {
        Self {
            source,
            diagnostics: Vec::new(),
            path: String::new(),
            key: None,
            unindented: Vec::new(),
            renamed: Vec::new(),
        }
    }

    /// Returns the path of the current node.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path of a key of the current node.
    #[must_use]
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Returns the last part of the path: `http` of `modules[0].port.http`.
    #[must_use]
    pub fn last_key(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    /// Runs `read` with `path` appended to the path.
    pub fn under<T>(&mut self, path: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.enter(None);
        self.path.push_str(path);
        let value = read(self);
        self.leave(outer);
        value
    }

    /// Runs `read` with the path of an entry of the current map.
    pub fn in_entry<T>(&mut self, entry: &Entry, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.enter_entry(entry);
        let value = read(self);
        self.leave(outer);
        value
    }

    /// Runs `read` with the path of an item of the current list.
    pub fn in_item<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.enter(None);
        let _ = write!(self.path, "[{index}]");
        let value = read(self);
        self.leave(outer);
        value
    }

    /// Starts to read a value below the current node. The path is one string that grows and
    /// shrinks, because only diagnostics read it. The caller adds the step to the path.
    fn enter(&mut self, key: Option<Span>) -> Position {
        Position { length: self.path.len(), key: std::mem::replace(&mut self.key, key) }
    }

    fn enter_entry(&mut self, entry: &Entry) -> Position {
        let outer = self.enter(Some(entry.key.span));
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(&entry.key.value);
        outer
    }

    /// Returns to an outer node.
    fn leave(&mut self, outer: Position) {
        self.path.truncate(outer.length);
        self.key = outer.key;
    }

    /// Returns the span to report for a value: its key for a map or list, else the value.
    #[must_use]
    pub fn place_of(&self, node: &Node) -> Span {
        let collection = node.as_mapping().is_some() || node.as_sequence().is_some();
        self.key.filter(|_| collection).unwrap_or(node.span)
    }

    /// Returns a diagnostic for the current node.
    #[must_use]
    pub fn fault(&self, rule: &'static Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, span, self.path.clone(), message)
    }

    /// Returns the diagnostic for a value that has the wrong type.
    #[must_use]
    pub fn wrong_type(&self, node: &Node, expected: &str) -> Diagnostic {
        let message = format!("`{}` is {}, expected {expected}", self.last_key(), node.describe());
        self.fault(&WRONG_TYPE, self.place_of(node), message).with_variable(node)
    }

    /// Returns the diagnostic for a text whose value only the environment knows, in a field that
    /// needs the value.
    #[must_use]
    pub fn unknown_value(&self, node: &Node) -> Diagnostic {
        let holes = node.as_scalar().map_or(&[][..], |scalar| scalar.text.holes());
        let input = holes.first().map_or("", |hole| hole.input.as_str());
        let message =
            format!("`{}` needs the value of `{input}`, which is not known", self.last_key());
        self.fault(&UNKNOWN_VALUE, node.span, message)
            .help(format!("add `{input}` to the values file, or write the value here"))
    }

    /// Reports a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports the keys of a map that it does not accept.
    pub fn unknown_keys(&mut self, mapping: &Mapping, keys: &Keys) {
        let (entries, mut index) = (&mapping.entries, 0);
        while let Some(entry) = entries.get(index) {
            index += 1;
            // Keys such as `x-defaults` at the root hold anchors.
            let is_extension = self.path.is_empty() && entry.key.value.starts_with("x-");
            if is_extension || keys.names.contains(&&*entry.key.value) {
                continue;
            }
            if let Some(unindented) = Unindented::find(entries, index - 1, keys, self.source) {
                self.unindented.push(unindented.parent.key.span);
                index = unindented.end;
                let path = self.path_of(&entry.key.value);
                self.push(unindented.diagnostic(path, self.source));
            } else {
                let diagnostic = self.unknown_key(entry, mapping, keys);
                self.push(diagnostic);
            }
        }
    }

    /// Reports the keys that are a misspelling or another name of a field that is not set. Other
    /// keys are accepted.
    pub fn misnamed_keys(&mut self, mapping: &Mapping, keys: &Keys) {
        let is_unset = |field: &str| mapping.get(field).is_none();
        for entry in mapping.entries.iter() {
            let key = &*entry.key.value;
            let field = Synonym::find(key, keys.synonyms).and_then(Synonym::field);
            let is_misspelled = || {
                let unset = keys.names.iter().filter(|name| is_unset(name));
                !keys.names.contains(&key) && { unset }.any(|name| suggest::is_similar(key, name))
            };
            if field.is_some_and(is_unset) || is_misspelled() {
                let diagnostic = self.unknown_key(entry, mapping, keys);
                self.push(diagnostic);
            }
        }
    }

    /// Whether a key was reported as another name of a field.
    pub fn is_renamed(&self, field: &str) -> bool {
        self.renamed.contains(&self.path_of(field))
    }

    fn unknown_key(&mut self, entry: &Entry, mapping: &Mapping, keys: &Keys) -> Diagnostic {
        let key = &*entry.key.value;
        let (span, path) = (entry.key.span, self.path_of(key));
        let message = format!("unknown key {} in {}", quoted(key), keys.map);
        let diagnostic = Diagnostic::new(&UNKNOWN_FIELD, span, path, message);
        if let Some(synonym) = Synonym::find(key, keys.synonyms) {
            self.renamed.extend(synonym.field().map(|field| self.path_of(field)));
            return synonym::advise(diagnostic, synonym, entry, mapping, self.source);
        }
        let other_help = || format!("use {}", one_of(keys.names));
        Suggestion::new(key, keys.names.iter().copied(), other_help).rename(diagnostic)
    }

    /// Reads a field that can be absent.
    pub fn optional<T: FieldValue>(
        &mut self,
        mapping: &Mapping,
        field: &FieldShape,
    ) -> Option<Spanned<T>> {
        let entry = self.find(mapping, field)?;
        self.in_entry(entry, |reader| {
            let node = &entry.value;
            T::read(node, field, reader).map(|value| Spanned::new(value, node.span))
        })
    }

    /// Returns the entry of a field; none if there is no value to read.
    fn find<'m>(&self, mapping: &'m Mapping, field: &FieldShape) -> Option<&'m Entry> {
        let entry = mapping.get(field.name)?;
        let node = &entry.value;
        let is_optional = || !field.required || self.unindented.contains(&entry.key.span);
        let is_absent = node.is_broken() || node.is_null() && is_optional();
        (!is_absent).then_some(entry)
    }

    /// Reads a required field. If it is missing, and no other field is set instead, the diagnostic
    /// points to `owner`.
    pub fn required<T: FieldValue>(
        &mut self,
        mapping: &Mapping,
        field: &FieldShape,
        owner: Span,
    ) -> Option<Spanned<T>> {
        if mapping.get(field.name).is_none() {
            // A key without a value counts as missing.
            let is_set = |name| mapping.value(name).is_some_and(|node| !node.is_null());
            if field.instead.is_some_and(|other| is_set(other.name)) {
                return None;
            }
            let known = self.diagnostics.len();
            self.missing(mapping, field.name, field.example, owner);
            if let (Some(other), Some(added)) = (field.instead, self.diagnostics.get_mut(known)) {
                let help = added.help.take().unwrap_or_default();
                added.help = Some(format!("{help}, or {}", other.hint));
            }
            return None;
        }
        self.optional(mapping, field)
    }

    /// Reports a missing field, unless it may be in a line that the parser could not read.
    pub fn missing(&mut self, mapping: &Mapping, name: &str, example: &str, owner: Span) {
        // A misspelled key is already reported as an unknown key.
        let is_reported =
            |entry: &Entry| self.diagnostics.iter().any(|found| found.span == entry.key.span);
        let misspelled = mapping.entries.iter().any(|entry| {
            let key = &*entry.key.value;
            suggest::is_similar(key, name) && key != name && is_reported(entry)
        });
        if mapping.broken || misspelled || self.is_renamed(name) {
            return;
        }
        let message = format!("`{name}` is required");
        let line = format!("{name}: {example}");
        let title = format!("add `{line}`");
        let mut diagnostic =
            Diagnostic::new(&MISSING_FIELD, owner, self.path_of(name), message).help(&*title);
        let insertion = Insertion { block: &line, flow: &line };
        if let Some(edit) = insert_entry(self.source, mapping, owner, insertion) {
            diagnostic = diagnostic.fix_edits(Applicability::Unsafe, title, vec![edit]);
        }
        self.diagnostics.push(diagnostic);
    }

    /// Reads a field that has a default.
    pub fn defaulted<T: FieldValue>(
        &mut self,
        mapping: &Mapping,
        field: &FieldShape,
        default: impl FnOnce() -> T,
    ) -> Defaulted<T> {
        match self.optional(mapping, field) {
            Some(Spanned { value, span }) => Defaulted { value, span: Some(span) },
            None => Defaulted::default_value(default()),
        }
    }
}

impl Diagnostic {
    /// Adds a label at the variable that the value of `node` comes from, if any.
    #[must_use]
    pub(crate) fn with_variable(self, node: &Node) -> Self {
        match node.as_scalar().and_then(|scalar| scalar.text.variable()) {
            Some(variable) => self.label(variable, "the value is set here"),
            None => self,
        }
    }
}
