//! The list of modules of a file.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use crate::syntax::Node;

/// The modules of a file. Their fields depend on their type and are read later.
#[derive(Clone, Debug)]
pub struct Modules(pub Vec<Node>);

impl FieldValue for Modules {
    const KIND: FieldType = FieldType::Modules;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(items) = node.as_sequence() else {
            reader.push(reader.wrong_type(node, "a list of modules"));
            return None;
        };
        Some(Self(items.to_vec()))
    }
}
