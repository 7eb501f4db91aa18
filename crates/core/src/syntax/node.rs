//! The syntax tree with spans. Aliases and merge keys are resolved, and keys are unique.

use std::sync::Arc;

use crate::span::{Span, Spanned};
use crate::text::Text;

/// A value with its span.
#[derive(Clone, Debug)]
pub struct Node {
    /// The span of the value. A missing value has an empty span after its key.
    pub span: Span,
    /// The value without its span.
    pub kind: NodeKind,
}

/// The kinds of nodes.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A text, number, boolean or null.
    Scalar(Scalar),
    /// A map with unique keys, in source order.
    Mapping(Mapping),
    /// A list in source order.
    Sequence(Arc<[Node]>),
    /// A part with a syntax error. It has a diagnostic already, so later stages ignore it.
    Broken,
}

/// A scalar with its text and its value.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text without escapes. `resolve` replaces its references.
    pub text: Text,
    /// The value by the YAML 1.2 core schema.
    pub value: ScalarValue,
}

/// The value of a scalar by the YAML 1.2 core schema. There, `yes` is a text and `012` is 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarValue {
    /// `null`, `~` or an empty value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Any other number. The text of the scalar has its digits.
    Float,
    /// A text: every quoted scalar, and every plain scalar that has no other type.
    Str,
}

impl ScalarValue {
    /// Whether the value is a number, or a text that can contain one.
    #[must_use]
    pub const fn is_number_or_text(self) -> bool {
        match self {
            Self::Int(_) | Self::Float | Self::Str => true,
            Self::Null | Self::Bool(_) => false,
        }
    }
}

/// A map with text keys.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The entries in source order.
    pub entries: Arc<[Entry]>,
    /// Whether some lines have syntax errors. They may contain keys that seem to be missing.
    pub broken: bool,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Spanned<Arc<str>>,
    /// The key with its references replaced, if keys of this map may have references.
    pub name: Option<Box<Text>>,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// Returns the key as text, with references replaced.
    #[must_use]
    pub fn key_text(&self) -> Text {
        self.name.as_deref().cloned().unwrap_or_else(|| Text::literal(&self.key.value))
    }
}

impl Mapping {
    /// Returns the entry of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Node> {
        self.get(key).map(|entry| &entry.value)
    }
}

impl Node {
    /// Returns the map; none if the node is not a map.
    #[must_use]
    pub const fn as_mapping(&self) -> Option<&Mapping> {
        if let NodeKind::Mapping(mapping) = &self.kind { Some(mapping) } else { None }
    }

    /// Returns the items; none if the node is not a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        if let NodeKind::Sequence(items) = &self.kind { Some(items) } else { None }
    }

    /// Returns the scalar; none if the node is not a scalar.
    #[must_use]
    pub const fn as_scalar(&self) -> Option<&Scalar> {
        if let NodeKind::Scalar(scalar) = &self.kind { Some(scalar) } else { None }
    }

    /// Returns the text; none if the node is not a text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.value == ScalarValue::Str)
            .map(|scalar| scalar.text.as_str())
    }

    /// Whether the value is null or empty.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.value == ScalarValue::Null)
    }

    /// Whether the node has a syntax error.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        matches!(self.kind, NodeKind::Broken)
    }

    /// Describes the node in a message, after "is": `a list`, `the number 3`, `empty`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Scalar(scalar) => match scalar.value {
                ScalarValue::Null => "empty".to_owned(),
                ScalarValue::Bool(value) => format!("the boolean `{value}`"),
                ScalarValue::Int(_) | ScalarValue::Float => {
                    format!("the number `{}`", scalar.text.as_str())
                }
                ScalarValue::Str if scalar.text.as_str().is_empty() => "an empty text".to_owned(),
                ScalarValue::Str => format!("the text `{}`", shorten(scalar.text.as_str())),
            },
            NodeKind::Mapping(_) => "a map".to_owned(),
            NodeKind::Sequence(_) => "a list".to_owned(),
            NodeKind::Broken => "invalid YAML".to_owned(),
        }
    }
}

/// Shortens a text to one line of at most 40 characters, for messages.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= 40 {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(39).collect();
    short.push('…');
    short
}
