//! The memory limit of a container.

use super::docs::RESOURCES;
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::quantity::Quantity;
use super::rendered::container;
use super::unit::Unit;
use crate::syntax::Node;

fields! {
    /// The limits of each container.
    pub struct ResourceLimits ("`resource_limits`") {
        /// Memory limit, in mebibytes (Mi). A container that uses more memory is stopped.
        memory: Quantity, {
            example: "1024", required: true, unit: Some(Unit::Mebibytes),
            renders: &[container!("resources.limits.memory")],
            docs: Some(RESOURCES),
        };
    }
}

impl FieldValue for ResourceLimits {
    const KIND: FieldType = FieldType::Map(Self::FIELDS);

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            let expected = format!("a map like `{}`", field.example);
            reader.push(reader.wrong_type(node, &expected));
            return None;
        };
        let owner = reader.place_of(node);
        Some(Self::read(mapping, owner, reader))
    }
}
