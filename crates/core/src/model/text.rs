//! Text that may hold references nobody has answered yet.

use std::sync::Arc;

use crate::span::Span;

/// A text. Where an input is not known, the reference itself (`{parent.domain}`) stands in it and a hole marks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    value: Arc<str>,
    holes: Arc<[Hole]>,
    variable: Option<Span>,
    interpolated: bool,
}

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
        Self { value: Arc::from(value), holes: Arc::from([]), variable: None, interpolated: false }
    }

    /// A text that came out of interpolation; `variable` is where the value of its reference is written.
    #[must_use]
    pub fn interpolated(value: &str, holes: Vec<Hole>, variable: Option<Span>) -> Self {
        Self { value: Arc::from(value), holes: holes.into(), variable, interpolated: true }
    }

    /// The text, with the reference itself where an input is not known.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Whether every reference in it is answered.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.holes.is_empty()
    }

    /// What is missing, in order.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// Where the variable is written whose value this is.
    #[must_use]
    pub const fn variable(&self) -> Option<Span> {
        self.variable
    }

    /// Whether any part of it came from a reference.
    #[must_use]
    pub const fn is_interpolated(&self) -> bool {
        self.interpolated
    }

    /// The bytes of a range with the holes that lie in it.
    ///
    /// # Panics
    ///
    /// When the range does not lie on character boundaries.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let holes = self.holes.iter().filter(|hole| hole.start >= range.start && hole.end <= range.end);
        Self {
            value: Arc::from(&self.value[range.clone()]),
            holes: holes
                .map(|hole| Hole { start: hole.start - range.start, end: hole.end - range.start, input: hole.input.clone() })
                .collect(),
            ..self.clone()
        }
    }
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        Self::literal(value)
    }
}

impl From<String> for Text {
    fn from(value: String) -> Self {
        Self::literal(&value)
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
        let shifted =
            text.holes.iter().map(|hole| Hole { start: hole.start + offset, end: hole.end + offset, input: hole.input.clone() });
        self.holes.extend(shifted);
        self.value.push_str(&text.value);
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
        let interpolated = !self.holes.is_empty();
        Text { value: Arc::from(self.value), holes: self.holes.into(), variable: None, interpolated }
    }
}
