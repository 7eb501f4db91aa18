//! The JSON Schema of `opta.yml`, from the declarations of the fields.
//!
//! Editors complete and validate with it. It does not contain the checks that involve more than
//! one field.

use serde_json::{Map, Value, json};

use crate::model::env_vars::EnvVarItem;
use crate::model::field::{Field, FieldType};
use crate::model::k8s_service::K8sService;
use crate::model::layer::Layer;
use crate::model::module_types::K8S_SERVICE;
use crate::model::port::PORT_NAMES;

/// Returns the schema, draft 2020-12.
#[must_use]
pub fn schema() -> Value {
    let mut schema = object(Layer::FIELDS);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    // Keys such as `x-defaults` hold anchors.
    schema["patternProperties"] = json!({ "^x-": {} });
    schema["title"] = json!("opta.yml");
    schema["description"] = json!("A service file in the format of Opta.");
    schema
}

/// Returns the schema of a map that has only these fields.
fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.required && field.instead.is_none())
        .map(|field| field.name)
        .collect();
    let alternatives = fields.iter().filter_map(|field| Some((field.name, field.instead?.name)));
    let alternatives: Vec<Value> = alternatives
        .map(|(name, other)| json!({ "oneOf": [has_value(name), has_value(other)] }))
        .collect();
    let mut schema =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !alternatives.is_empty() {
        schema["allOf"] = json!(alternatives);
    }
    schema
}

/// Returns the schema of a map in which a key has a value.
fn has_value(name: &str) -> Value {
    json!({ "required": [name], "properties": { name: { "not": { "type": "null" } } } })
}

fn property(field: &Field) -> Value {
    let mut schema = field_type(field);
    if !field.required {
        or_nothing(&mut schema);
    }
    schema["description"] = json!(field.text());
    if let Some(default) =
        field.default.and_then(|default| serde_json::from_str::<Value>(default).ok())
    {
        schema["default"] = default;
    }
    schema
}

/// Also accepts a key without a value, which means the default.
fn or_nothing(schema: &mut Value) {
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.push(json!({ "type": "null" }));
    } else if let Some(Value::String(kind)) = schema.get("type") {
        schema["type"] = json!([kind, "null"]);
    }
}

fn field_type(field: &Field) -> Value {
    match field.kind {
        FieldType::Boolean => json!({ "anyOf": [{ "type": "boolean" }, reference()] }),
        FieldType::Integer => json!({ "anyOf": [integer(field), reference()] }),
        FieldType::Count => json!({ "anyOf": [integer(field), digits("[0-9]+(\\.0*)?")] }),
        FieldType::Quantity => {
            let number = json!({ "type": "number", "exclusiveMinimum": 0 });
            json!({ "anyOf": [number, digits("[0-9]*\\.?[0-9]+")] })
        }
        FieldType::Text => text(),
        FieldType::Scalar => json!({ "type": ["string", "number", "boolean", "null"] }),
        FieldType::TextList => list_of(text()),
        FieldType::TextOrList => json!({ "anyOf": [text(), list_of(text())] }),
        FieldType::TextMap => map_of(json!({ "type": ["string", "number", "boolean"] })),
        FieldType::Variables => json!({ "type": "object" }),
        FieldType::EnvVars => {
            json!({ "anyOf": [map_of(text()), list_of(object(EnvVarItem::FIELDS))] })
        }
        FieldType::Port => {
            let number = || json!({ "anyOf": [integer(field), digits("[0-9]+(\\.0*)?")] });
            let ports: Map<String, Value> =
                PORT_NAMES.iter().map(|name| ((*name).to_owned(), number())).collect();
            let mut port = json!({ "type": "object", "properties": ports });
            port["additionalProperties"] = json!(false);
            with_one_key(port)
        }
        FieldType::Links => {
            let argument = json!({ "anyOf": [text(), map_of(text())] });
            let mut arguments = json!({ "anyOf": [text(), list_of(argument)] });
            or_nothing(&mut arguments);
            let with_arguments = with_one_key(map_of(arguments));
            list_of(json!({ "anyOf": [text(), with_arguments] }))
        }
        FieldType::Map(fields) => object(fields),
        FieldType::MapList(fields) => list_of(object(fields)),
        FieldType::Modules => list_of(module()),
    }
}

fn integer(field: &Field) -> Value {
    let mut integer = json!({ "type": "integer" });
    if let Some((low, high)) = field.range {
        integer["minimum"] = json!(low);
        integer["maximum"] = json!(high);
    }
    integer
}

/// Returns the schema of digits as text. The text can also contain references, which become digits
/// later.
fn digits(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^\\s*({pattern})\\s*$|\\{{") })
}

/// Returns the schema of a text with a reference.
fn reference() -> Value {
    json!({ "type": "string", "pattern": "\\{" })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn list_of(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn map_of(values: Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

fn with_one_key(mut map: Value) -> Value {
    map["minProperties"] = json!(1);
    map["maxProperties"] = json!(1);
    map
}

/// Returns the schema of a module. Only services have known fields.
fn module() -> Value {
    let prefixes = ["", "aws-", "gcp-", "azure-", "local-"];
    let kinds = prefixes.map(|prefix| format!("{prefix}{K8S_SERVICE}"));
    let is_service = json!({ "properties": { "type": { "enum": kinds } }, "required": ["type"] });
    json!({
        "type": "object",
        "required": ["type"],
        "if": is_service,
        "then": object(K8sService::FIELDS),
    })
}
