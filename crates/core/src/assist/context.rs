//! What completion and hover know of the files.

use crate::resolve::Scope;
use crate::source::Source;

/// What is known around the text that someone types in.
#[derive(Clone, Copy)]
pub struct AssistContext<'a> {
    /// The text.
    pub source: &'a Source,
    /// What references are answered from. Its values hold no secrets: they are shown.
    pub scope: &'a Scope<'a>,
    /// The paths of environment files that are there.
    pub environment_paths: &'a [&'a str],
}
