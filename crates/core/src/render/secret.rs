//! The Secret `secret` of a service file, with the link values of all its services.

use std::collections::BTreeMap;

use super::context::ServiceContext;
use super::labels;
use super::object::{Object, header};
use crate::kind::Kind;
use crate::model::link_variable::LinkVariable;
use crate::resolve::Values;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Map, Value};

/// The name of the Secret with the link values. Opta used the same name.
pub const LINK_SECRET: &str = "secret";

/// The name of the Secret with the values of `secrets`. `optakit secret set` writes it.
pub const MANUAL_SECRETS: &str = "manual-secrets";

/// Renders the Secret, or nothing if it has no keys. Variables without a value are left out.
///
/// Its labels are those of the first service.
#[must_use]
pub fn render(
    first: &ServiceContext<'_>,
    variables: &[LinkVariable],
    values: &Values,
) -> Option<Object> {
    let mut data: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for variable in first_of_each_name(variables) {
        if let Some(value) = value_of(variable, values) {
            data.insert(&variable.name, (value, variable.span));
        }
    }
    if data.is_empty() {
        return None;
    }
    let data = data.into_iter().fold(Map::new(), |map, (name, (value, span))| {
        map.with(name.to_owned(), Value::from(Text::literal(value)).at(span))
    });
    let metadata = Map::new()
        .with("name", LINK_SECRET)
        .with("namespace", first.names.layer.clone())
        .with("labels", labels::of_object(first));
    let value = header(Kind::Secret, metadata).with("type", "Opaque").with("stringData", data);
    Some(Object {
        kind: Kind::Secret,
        name: LINK_SECRET.into(),
        namespace: Some(first.names.layer.clone()),
        value: value.into(),
    })
}

/// Returns the inputs of the Secret that have no value, such as `module.db.db_password`.
#[must_use]
pub fn missing_values(variables: &[LinkVariable], values: &Values) -> Vec<String> {
    let missing = first_of_each_name(variables)
        .filter(|variable| value_of(variable, values).is_none())
        .map(|variable| format!("module.{}.{}", variable.module, variable.output));
    let mut inputs: Vec<String> = Vec::new();
    for input in missing {
        if !inputs.contains(&input) {
            inputs.push(input);
        }
    }
    inputs
}

/// Returns the variables that decide the keys of the Secret. If links share a name, the first one
/// wins, as in Opta.
fn first_of_each_name(variables: &[LinkVariable]) -> impl Iterator<Item = &LinkVariable> {
    let is_first =
        |index: usize, name: &str| variables[..index].iter().all(|earlier| earlier.name != name);
    let numbered = variables.iter().enumerate();
    numbered
        .filter(move |(index, variable)| is_first(*index, &variable.name))
        .map(|(_, found)| found)
}

/// Returns the value of a variable. An empty value is usually a mistake and counts as missing.
fn value_of<'v>(variable: &LinkVariable, values: &'v Values) -> Option<&'v str> {
    let value = values.modules.get(&variable.module)?.get(&variable.output)?;
    Some(value.as_str()).filter(|value| !value.is_empty())
}
