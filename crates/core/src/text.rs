//! Text that may hold references nobody has answered yet.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::span::Span;

/// A text. Where an input is not known, the reference itself (`{parent.domain}`) stands in it and a
/// hole marks it.
#[derive(Clone, Debug)]
pub struct Text {
    value: Characters,
    /// What came out of interpolation; most texts have none.
    references: Option<Arc<References>>,
}

/// Texts are cloned from stage to stage and most of those in manifests are words of Kubernetes:
/// neither costs a copy.
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

/// A part of a text that only the environment knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte in the text.
    pub end: usize,
    /// The input that fills it, like `parent.domain`.
    pub input: String,
}

impl Text {
    /// A text without references.
    #[must_use]
    pub fn literal(value: &str) -> Self {
        Self { value: Characters::Shared(Arc::from(value)), references: None }
    }

    /// A text without references that is part of the program.
    #[must_use]
    pub const fn constant(value: &'static str) -> Self {
        Self { value: Characters::Static(value), references: None }
    }

    /// A text that came out of interpolation; `variable` is where the value of its reference is
    /// written.
    #[must_use]
    pub fn interpolated(value: &str, holes: Vec<Hole>, variable: Option<Span>) -> Self {
        Self { references: Some(Arc::new(References { holes, variable })), ..Self::literal(value) }
    }

    /// The text, with the reference itself where an input is not known.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.value {
            Characters::Static(value) => value,
            Characters::Shared(value) => value,
        }
    }

    /// Whether every reference in it is answered.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.holes().is_empty()
    }

    /// What is missing, in order.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        self.references.as_ref().map_or(&[], |references| &references.holes)
    }

    /// Where the variable is written whose value this is.
    #[must_use]
    pub fn variable(&self) -> Option<Span> {
        self.references.as_ref().and_then(|references| references.variable)
    }

    /// Whether any part of it came from a reference.
    #[must_use]
    pub const fn is_interpolated(&self) -> bool {
        self.references.is_some()
    }

    /// The bytes of a range with the holes that lie in it.
    ///
    /// # Panics
    ///
    /// When the range does not lie on character boundaries.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let part = &self.as_str()[range.clone()];
        let inside = |hole: &&Hole| hole.start >= range.start && hole.end <= range.end;
        let moved = |hole: &Hole| Hole {
            start: hole.start - range.start,
            end: hole.end - range.start,
            input: hole.input.clone(),
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

/// Puts a text together from known parts and inputs.
#[derive(Clone, Debug, Default)]
pub struct TextBuilder {
    value: String,
    holes: Vec<Hole>,
}

impl TextBuilder {
    /// Adds known text.
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
            input: hole.input.clone(),
        });
        self.holes.extend(shifted);
        self.value.push_str(text.as_str());
        self
    }

    /// Adds a value if it is known, else a hole that `input` fills.
    #[must_use]
    pub fn value_or_input(mut self, value: Option<&str>, input: &str) -> Self {
        if let Some(value) = value {
            return self.push(value);
        }
        let start = self.value.len();
        self.value.push('{');
        self.value.push_str(input);
        self.value.push('}');
        self.holes.push(Hole { start, end: self.value.len(), input: input.to_owned() });
        self
    }

    /// The text.
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
