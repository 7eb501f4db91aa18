//! The context of completion and hover.

use crate::resolve::Scope;
use crate::source::Source;

/// The text that is edited, and the values of its references.
#[derive(Clone, Copy)]
pub struct AssistContext<'a> {
    /// The text.
    pub source: &'a Source,
    /// The values of references. They are shown, so they must not contain secrets.
    pub scope: &'a Scope<'a>,
    /// The paths of the environment files that exist.
    pub environment_paths: &'a [&'a str],
}
