//! Byte ranges in a source, and values with their ranges. The API converts them to lines, columns
//! and UTF-16 offsets.

/// A file of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileId {
    /// The service file, `opta.yml`.
    Service,
    /// The environment file that `environments[].path` names.
    Environment,
    /// The values file.
    Values,
}

/// A range of bytes in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Creates a span. Files have at most 4 GiB.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// Returns the span as an index range.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value with its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The span of the value.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Creates a value with a span.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// The value of a field with a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaulted<T> {
    /// The value in the file, or the default.
    pub value: T,
    /// The span of the value; none if the file does not set the field.
    pub span: Option<Span>,
}

impl<T> Defaulted<T> {
    /// Creates a default value.
    pub const fn default_value(value: T) -> Self {
        Self { value, span: None }
    }
}
