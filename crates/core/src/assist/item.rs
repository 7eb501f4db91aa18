//! Completions.

/// A completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The label in the list.
    pub label: String,
    /// The kind.
    pub kind: CompletionKind,
    /// A short description: default, unit.
    pub detail: String,
    /// The documentation as Markdown.
    pub documentation: String,
    /// The text to insert.
    pub insert: String,
}

/// The kind of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key.
    Field,
    /// A value.
    Value,
    /// A module of the file.
    Module,
    /// A reference in a text.
    Reference,
    /// Several lines.
    Snippet,
}

impl CompletionKind {
    /// Returns the name for front ends.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Value => "value",
            Self::Module => "module",
            Self::Reference => "reference",
            Self::Snippet => "snippet",
        }
    }
}

impl Completion {
    /// Returns a value without documentation.
    pub(super) fn plain(label: &str, insert: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            kind: CompletionKind::Value,
            detail: String::new(),
            documentation: String::new(),
            insert: insert.into(),
        }
    }

    /// Returns a key.
    pub(super) fn key(name: &str, documentation: String) -> Self {
        let insert = format!("{name}: ");
        Self { kind: CompletionKind::Field, documentation, ..Self::plain(name, insert) }
    }
}
