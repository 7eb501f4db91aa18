//! The result of the search for the cursor.

/// The syntax at an offset of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The keys and list items around the offset, the outermost first.
    pub path: Vec<CursorStep>,
    /// The kind of the word.
    pub kind: CursorKind,
    /// The first byte of the word. For a reference, the byte after its brace.
    pub start: usize,
    /// One past the last byte of the word.
    pub end: usize,
    /// The word up to the offset.
    pub typed: String,
    /// The other keys and values of the map around the offset.
    pub siblings: Vec<(String, String)>,
}

/// A step from the root to an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorStep {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item,
}

/// The kind of the word at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorKind {
    /// A key, or a word that may become a key: the first word of a line or after a dash.
    Key,
    /// The value of the last key or item of the path.
    Value,
    /// A reference in a text, after an open brace.
    Reference,
}
