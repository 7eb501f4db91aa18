//! Booleans.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use crate::diagnostic::Applicability;
use crate::syntax::{Node, ScalarValue};

impl FieldValue for bool {
    const KIND: FieldType = FieldType::Boolean;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let scalar = node.as_scalar();
        if let Some(ScalarValue::Bool(value)) = scalar.map(|scalar| scalar.value) {
            return Some(value);
        }
        if scalar.is_some_and(|scalar| !scalar.text.is_known()) {
            reader.push(reader.unknown_value(node));
            return None;
        }
        // A variable is text. Its value is `True` for `true`, as in Opta.
        let from_variable = scalar.filter(|scalar| scalar.text.is_interpolated());
        match from_variable.map(|scalar| scalar.text.as_str()) {
            Some("true" | "True") => return Some(true),
            Some("false" | "False") => return Some(false),
            _ => {}
        }
        let mut diagnostic = reader.wrong_type(node, "`true` or `false`");
        let meant = match scalar.map(|scalar| scalar.text.as_str()) {
            Some("true" | "True" | "yes" | "on") => Some("true"),
            Some("false" | "False" | "no" | "off") => Some("false"),
            _ => None,
        };
        if let Some(meant) = meant {
            let title = format!("change to `{meant}`");
            diagnostic = diagnostic.fix(Applicability::Safe, title, node.span, meant);
        }
        reader.push(diagnostic);
        None
    }
}
