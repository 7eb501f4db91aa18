//! Why an edit is not possible.

use super::path::PathStep;
use crate::syntax::node::Node;

/// Why an edit is not possible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text has a syntax error.
    #[error("syntax error in line {line}: fix it first")]
    Syntax {
        /// The line of the first error, counted from 1.
        line: usize,
    },
    /// The text has aliases.
    #[error("the file uses YAML aliases: edit it as text")]
    Aliases,
    /// The text has keys that start with `?`.
    #[error("the file has keys that start with `?`: edit it as text")]
    ExplicitKeys,
    /// A key is longer than YAML allows.
    #[error("a key has more than 1,024 characters")]
    LongKey,
    /// The path leads through a value that is not a map or list.
    #[error("cannot add {step} to {value}")]
    NotACollection {
        /// The step of the path.
        step: String,
        /// The value at this step.
        value: String,
    },
    /// The path leads to an item of a list that does not exist.
    #[error("cannot add item {index} to an empty list")]
    EmptyList {
        /// The index of the item.
        index: usize,
    },
}

impl EditError {
    /// Reports a step that leads into a value without children.
    pub(super) fn not_a_collection(step: &PathStep, node: &Node) -> Self {
        let step = match step {
            PathStep::Key(key) => format!("key `{key}`"),
            PathStep::Index(index) => format!("item {index}"),
        };
        Self::NotACollection { step, value: node.describe() }
    }
}
