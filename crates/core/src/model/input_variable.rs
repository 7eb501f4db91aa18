//! Variables of a service file whose values come from outside.

use std::collections::BTreeMap;

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::map_list::map_list;
use super::variables::{Variable, VariableInput};
use crate::order;
use crate::span::Spanned;
use crate::syntax::Node;
use crate::text::Text;

fields! {
    /// A variable whose value comes from the values file.
    pub struct InputVariableItem ("an input variable") {
        /// Name of the variable. `{vars.NAME}` is its value.
        name: Text, { example: "color", required: true };
        /// Value if the values file has none.
        default: DefaultValue, { example: "blue" };
        /// What the variable is for.
        description: Text, { example: "Color of the page" };
    }
}

/// A text, number or boolean.
#[derive(Clone, Debug)]
pub struct DefaultValue(Variable);

impl FieldValue for DefaultValue {
    const KIND: FieldType = FieldType::Scalar;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let variable = Variable::of_node(node, VariableInput::Optional);
        if variable.text.is_err() {
            reader.push(reader.wrong_type(node, "text, a number or a boolean"));
            return None;
        }
        Some(Self(variable))
    }
}

/// The input variables of a service file.
#[derive(Clone, Debug, Default)]
pub struct InputVariables(BTreeMap<String, Variable>);

impl FieldValue for InputVariables {
    const KIND: FieldType = FieldType::MapList(InputVariableItem::FIELDS);

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let items = map_list(node, field, reader, InputVariableItem::read)?;
        Some(Self(order::map(items.into_iter().filter_map(variable))))
    }
}

fn variable(item: Spanned<InputVariableItem>) -> Option<(String, Variable)> {
    let name = item.value.name?;
    let open =
        || Variable { text: Ok(String::new()), span: name.span, input: VariableInput::Required };
    let variable = item.value.default.map_or_else(open, |default| default.value.0);
    Some((name.value.as_str().to_owned(), variable))
}

impl InputVariables {
    /// Returns the variables by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Variable)> {
        self.0.iter().map(|(name, variable)| (name.as_str(), variable))
    }
}
