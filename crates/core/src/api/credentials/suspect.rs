//! A place in a text that looks like a credential.

/// A range of a text in bytes, and the key of the value in it.
pub(super) struct Suspect {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Empty if the value itself looks like a credential.
    pub(super) key: String,
}
