//! The variables of an environment.

use std::collections::BTreeMap;

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::variable_list;
use crate::diagnostic::Applicability;
use crate::order;
use crate::span::Span;
use crate::syntax::{Node, ScalarValue};

/// The values of the references `{vars.x}`.
#[derive(Clone, Debug, Default)]
pub struct Variables(pub BTreeMap<String, Variable>);

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The value as text, or a description of a value that is not a scalar.
    pub text: Result<String, String>,
    /// The position of the value.
    pub span: Span,
    /// The other sources of the value.
    pub input: VariableInput,
}

/// Whether the values file can set a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableInput {
    /// The file decides the value.
    Fixed,
    /// The values file can override the default.
    Optional,
    /// The values file must set the value.
    Required,
}

impl FieldValue for Variables {
    const KIND: FieldType = FieldType::Variables;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            let diagnostic = reader.wrong_type(node, "a map from name to value");
            let edits = variable_list::edits(node, reader.source);
            reader.push(match edits {
                Some(edits) => diagnostic.fix_edits(Applicability::Safe, "change to a map", edits),
                None => diagnostic,
            });
            return None;
        };
        let entries = mapping.entries.iter();
        let variable = |value| Variable::of_node(value, VariableInput::Fixed);
        Some(Self(order::map(
            entries.map(|entry| (entry.key.value.to_string(), variable(&entry.value))),
        )))
    }
}

impl Variable {
    /// Returns the variable with the value of a node.
    pub(super) fn of_node(value: &Node, input: VariableInput) -> Self {
        let text = scalar_text(value).ok_or_else(|| value.describe());
        Self { text, span: value.span, input }
    }
}

/// Returns a scalar as Opta, a Python program, formatted it: null is empty, `true` is `True`.
fn scalar_text(node: &Node) -> Option<String> {
    let scalar = node.as_scalar()?;
    Some(match scalar.value {
        ScalarValue::Null => String::new(),
        ScalarValue::Bool(true) => "True".to_owned(),
        ScalarValue::Bool(false) => "False".to_owned(),
        ScalarValue::Int(value) => value.to_string(),
        ScalarValue::Float => python_float(scalar.text.as_str()),
        ScalarValue::Str => scalar.text.as_str().to_owned(),
    })
}

/// Removes trailing zeros of a decimal, as Python does: `1.50` becomes `1.5`, `2.0` is unchanged.
fn python_float(text: &str) -> String {
    let parts = text
        .split_once('.')
        .filter(|(_, fraction)| fraction.bytes().all(|byte| byte.is_ascii_digit()));
    let Some((whole, fraction)) = parts else { return text.to_owned() };
    let fraction = fraction.trim_end_matches('0');
    format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
}
