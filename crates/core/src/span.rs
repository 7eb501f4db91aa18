//! Where something stands in a source: byte offsets, and values that remember theirs.
//! Lines, columns and UTF-16 are made from these only at the rim (`source`).

/// Which of a request's texts a span points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileId {
    /// The service file, `opta.yml`.
    Service,
    /// The environment file that `environments[].path` names.
    Environment,
    /// The values file.
    Values,
}

/// A range of bytes of one source, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The source it lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end` of `file`; sources are at most 4 GiB.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The same bytes as an index range.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// The value of a field that has a default: `span` is there only when the file gives the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaulted<T> {
    /// The value given, or the default.
    pub value: T,
    /// Where it was given.
    pub span: Option<Span>,
}

impl<T> Defaulted<T> {
    /// The default itself.
    pub const fn default_value(value: T) -> Self {
        Self { value, span: None }
    }
}
