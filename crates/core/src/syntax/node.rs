//! The spanned tree that every later stage reads. Aliases and merge keys are already followed,
//! duplicate keys reported; nothing of the YAML library is left in it.

use std::sync::Arc;

use crate::span::{Span, Spanned};
use crate::text::Text;

/// A value with its place in the source.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value's own bytes; for a missing value the empty range after its key.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Text, number, boolean or null.
    Scalar(Scalar),
    /// Entries in source order, keys unique.
    Mapping(Mapping),
    /// Items in source order.
    Sequence(Arc<[Node]>),
    /// A region that could not be read; a diagnostic already tells of it, so no other speaks.
    Broken,
}

/// A scalar with its text as written.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text after YAML's unescaping, and after `resolve` with its references replaced.
    pub text: Text,
    /// Its value by the YAML 1.2 core schema.
    pub value: ScalarValue,
}

/// A scalar's value by the YAML 1.2 core schema: `yes` and `012` are what they are there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScalarValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text: all quoted ones, and plain ones that are nothing else.
    Str,
}

/// A mapping with text keys.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The entries in source order.
    pub entries: Arc<[Entry]>,
    /// Whether some lines of it could not be read: what seems to be missing may stand there.
    pub broken: bool,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Spanned<Arc<str>>,
    /// The key with its references replaced, where keys may hold any.
    pub name: Option<Box<Text>>,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// The key as text; `resolve` replaces the references of keys that become names.
    #[must_use]
    pub fn key_text(&self) -> Text {
        self.name.as_deref().cloned().unwrap_or_else(|| Text::literal(&self.key.value))
    }
}

impl Mapping {
    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Node> {
        self.get(key).map(|entry| &entry.value)
    }
}

impl Node {
    /// The mapping it is, if it is one.
    #[must_use]
    pub const fn as_mapping(&self) -> Option<&Mapping> {
        if let NodeKind::Mapping(mapping) = &self.kind { Some(mapping) } else { None }
    }

    /// The items, if it is a sequence.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        if let NodeKind::Sequence(items) = &self.kind { Some(items) } else { None }
    }

    /// The scalar it is, if it is one.
    #[must_use]
    pub const fn as_scalar(&self) -> Option<&Scalar> {
        if let NodeKind::Scalar(scalar) = &self.kind { Some(scalar) } else { None }
    }

    /// The text of a string; other scalars are none.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.value == ScalarValue::Str)
            .map(|scalar| scalar.text.as_str())
    }

    /// Whether it is null or nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.value == ScalarValue::Null)
    }

    /// Whether it could not be read.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        matches!(self.kind, NodeKind::Broken)
    }

    /// What a person would call it: `a list`, `the number 3`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Scalar(scalar) => match scalar.value {
                ScalarValue::Null => "nothing".to_owned(),
                ScalarValue::Bool(value) => format!("the boolean `{value}`"),
                ScalarValue::Int(_) | ScalarValue::Float(_) => {
                    format!("the number `{}`", scalar.text.as_str())
                }
                ScalarValue::Str => format!("the text `{}`", shorten(scalar.text.as_str())),
            },
            NodeKind::Mapping(_) => "a map".to_owned(),
            NodeKind::Sequence(_) => "a list".to_owned(),
            NodeKind::Broken => "text that cannot be read".to_owned(),
        }
    }
}

/// At most 40 characters of one line, for messages.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= 40 {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(39).collect();
    short.push('…');
    short
}
