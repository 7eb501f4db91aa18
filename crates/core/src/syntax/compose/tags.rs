//! The tags of the YAML core schema (YAML 1.2.2 §10.3).

use crate::syntax::core_schema;
use crate::syntax::node::ScalarValue;

/// The prefix of the tags of the core schema.
const CORE: &str = "tag:yaml.org,2002:";

/// Returns the value of a scalar with a tag. A scalar with an unknown tag is text.
///
/// # Errors
///
/// Fails with a message if the text is not a value of the tag.
pub(super) fn scalar_value(tag: &str, text: &str) -> Result<ScalarValue, String> {
    let Some(name) = tag.strip_prefix(CORE) else { return Ok(ScalarValue::Str) };
    let value = core_schema::value(text);
    match (name, value) {
        ("null", ScalarValue::Null)
        | ("bool", ScalarValue::Bool(_))
        | ("int", ScalarValue::Int(_))
        | ("float", ScalarValue::Float) => Ok(value),
        ("float", ScalarValue::Int(_)) => Ok(ScalarValue::Float),
        ("null" | "bool" | "int" | "float" | "seq" | "map", _) => {
            Err(format!("`{text}` is not a valid value for the tag `!!{name}`"))
        }
        _ => Ok(ScalarValue::Str),
    }
}

/// Checks the tag of a map or a list.
///
/// # Errors
///
/// Fails with a message if the tag is for another kind of value.
pub(super) fn check_collection(tag: &str, is_mapping: bool) -> Result<(), String> {
    let Some(name) = tag.strip_prefix(CORE) else { return Ok(()) };
    let is_valid = match name {
        "str" | "null" | "bool" | "int" | "float" => false,
        "map" => is_mapping,
        "seq" => !is_mapping,
        _ => true,
    };
    let kind = if is_mapping { "map" } else { "list" };
    if is_valid {
        Ok(())
    } else {
        Err(format!("a {kind} is not a valid value for the tag `!!{name}`"))
    }
}
