//! Paths in a document.

use serde::{Deserialize, Serialize};

use crate::span::Span;
use crate::syntax::node::{Node, NodeKind};

/// A step of a path in a document: the key of a map, or the index of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum PathStep {
    /// A key of a map.
    Key(String),
    /// An index of a list, counted from 0.
    Index(usize),
}

/// A node with the span of its key, if it is the value of a key.
pub(super) struct Found<'n> {
    pub(super) node: &'n Node,
    pub(super) key: Option<Span>,
}

/// Follows a path as far as it exists. Returns the last node and the missing steps.
pub(super) fn follow<'n, 'p>(root: &'n Node, path: &'p [PathStep]) -> (Found<'n>, &'p [PathStep]) {
    let mut found = Found { node: root, key: None };
    for (done, step) in path.iter().enumerate() {
        let next = match (step, &found.node.kind) {
            (PathStep::Key(key), NodeKind::Mapping(mapping)) => mapping
                .get(key)
                .map(|entry| Found { node: &entry.value, key: Some(entry.key.span) }),
            (PathStep::Index(index), NodeKind::Sequence(items)) => {
                items.get(*index).map(|item| Found { node: item, key: None })
            }
            _ => None,
        };
        let Some(next) = next else { return (found, &path[done..]) };
        found = next;
    }
    (found, &[])
}
