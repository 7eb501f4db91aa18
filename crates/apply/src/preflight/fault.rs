//! A problem that would make an apply fail.

/// A problem that would make an apply fail.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The problem in a few words.
    pub(super) title: String,
    /// The affected objects and the fix, one line each.
    pub(super) lines: Vec<String>,
}
