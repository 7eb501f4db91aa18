//! A parsed text.

use super::node::Node;
use crate::span::Span;

/// A parsed text.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root value; none for an empty text.
    pub root: Option<Node>,
    /// The span of the whole text.
    pub span: Span,
    /// Whether a value has an anchor, so that an alias can refer to it.
    pub has_anchors: bool,
}
