//! Converts the syntax tree to plain data.

use serde_json::Value;

use super::core_schema;
use super::node::{Node, NodeKind, ScalarValue};

/// Converts a node to plain data. A broken node is null.
pub fn as_data(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Mapping(mapping) => Value::Object(
            mapping
                .entries
                .iter()
                .map(|entry| (entry.key.value.to_string(), as_data(&entry.value)))
                .collect(),
        ),
        NodeKind::Sequence(items) => Value::Array(items.iter().map(as_data).collect()),
        NodeKind::Scalar(scalar) => match scalar.value {
            ScalarValue::Null => Value::Null,
            ScalarValue::Bool(value) => value.into(),
            ScalarValue::Int(value) => value.into(),
            ScalarValue::Float => core_schema::float(scalar.text.as_str()).into(),
            ScalarValue::Str => scalar.text.as_str().into(),
        },
        NodeKind::Broken => Value::Null,
    }
}
