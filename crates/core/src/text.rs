//! Text with holes: references whose value is not known yet.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::span::Span;

/// A text. It contains a reference like `{parent.domain}` if the value is not known yet. A hole
/// marks the range of the reference.
#[derive(Clone, Debug)]
pub struct Text {
    value: Characters,
    /// The result of interpolation. Most texts have none.
    references: Option<Arc<References>>,
}

/// Texts are cloned often, and many are constants. Neither needs a copy of the characters.
#[derive(Clone, Debug)]
enum Characters {
    Static(&'static str),
    Shared(Arc<str>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct References {
    holes: Vec<Hole>,
    variable: Option<Span>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() && self.references == other.references
    }
}

impl Eq for Text {}

/// A range of a text whose value is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// The first byte in the text.
    pub start: usize,
    /// One past the last byte in the text.
    pub end: usize,
    /// The input that has the value, like `parent.domain`.
    pub input: String,
    /// Whether the value is a secret, which only the container may know.
    pub secret: bool,
}

impl Text {
    /// Creates a text without references.
    #[must_use]
    pub fn literal(value: &str) -> Self {
        Self { value: Characters::Shared(Arc::from(value)), references: None }
    }

    /// Creates a constant text.
    #[must_use]
    pub const fn constant(value: &'static str) -> Self {
        Self { value: Characters::Static(value), references: None }
    }

    /// Creates the result of interpolation. `variable` is the span of the variable that has the
    /// value.
    #[must_use]
    pub fn interpolated(value: &str, holes: Vec<Hole>, variable: Option<Span>) -> Self {
        Self { references: Some(Arc::new(References { holes, variable })), ..Self::literal(value) }
    }

    /// Returns the text, with references as they are written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.value {
            Characters::Static(value) => value,
            Characters::Shared(value) => value,
        }
    }

    /// Whether the text has no holes.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.holes().is_empty()
    }

    /// Returns the holes in order.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        self.references.as_ref().map_or(&[], |references| &references.holes)
    }

    /// Returns the span of the variable that has the value.
    #[must_use]
    pub fn variable(&self) -> Option<Span> {
        self.references.as_ref().and_then(|references| references.variable)
    }

    /// Whether the text is the result of interpolation.
    #[must_use]
    pub const fn is_interpolated(&self) -> bool {
        self.references.is_some()
    }

    /// Returns a part of the text with its holes.
    ///
    /// # Panics
    ///
    /// Panics if the range is not on character boundaries.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let part = &self.as_str()[range.clone()];
        let inside = |hole: &&Hole| hole.start >= range.start && hole.end <= range.end;
        let moved = |hole: &Hole| Hole {
            start: hole.start - range.start,
            end: hole.end - range.start,
            ..hole.clone()
        };
        match &self.references {
            None => Self::literal(part),
            Some(references) => {
                let holes = references.holes.iter().filter(inside).map(moved).collect();
                Self::interpolated(part, holes, references.variable)
            }
        }
    }
}

impl From<&'static str> for Text {
    fn from(value: &'static str) -> Self {
        Self::constant(value)
    }
}

impl From<String> for Text {
    fn from(value: String) -> Self {
        Self { value: Characters::Shared(Arc::from(value)), references: None }
    }
}

/// Builds a text from known parts and holes.
#[derive(Clone, Debug, Default)]
pub struct TextBuilder {
    value: String,
    holes: Vec<Hole>,
}

impl TextBuilder {
    /// Adds a known text.
    #[must_use]
    pub fn push(mut self, text: &str) -> Self {
        self.value.push_str(text);
        self
    }

    /// Adds a text with its holes.
    #[must_use]
    pub fn text(mut self, text: &Text) -> Self {
        let offset = self.value.len();
        let shifted = text.holes().iter().map(|hole| Hole {
            start: hole.start + offset,
            end: hole.end + offset,
            ..hole.clone()
        });
        self.holes.extend(shifted);
        self.value.push_str(text.as_str());
        self
    }

    /// Adds a value if it is known, else a hole.
    #[must_use]
    pub fn value_or_input(mut self, value: Option<&str>, input: &str) -> Self {
        if let Some(value) = value {
            return self.push(value);
        }
        let start = self.value.len();
        self.value.push('{');
        self.value.push_str(input);
        self.value.push('}');
        let end = self.value.len();
        self.holes.push(Hole { start, end, input: input.to_owned(), secret: false });
        self
    }

    /// Returns the text.
    #[must_use]
    pub fn build(self) -> Text {
        if self.holes.is_empty() {
            Text::from(self.value)
        } else {
            Text::interpolated(&self.value, self.holes, None)
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
