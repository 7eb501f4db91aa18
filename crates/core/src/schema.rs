//! The JSON Schema of `opta.yml`, from the declarations of the fields. Editors that know schemas
//! complete and check with it; what only the whole file can tell is left to `check`.

use serde_json::{Map, Value, json};

use crate::model::field::{Field, FieldType};
use crate::model::k8s_service::K8sService;
use crate::model::layer::Layer;

/// The schema, draft 2020-12.
#[must_use]
pub fn schema() -> Value {
    let mut schema = object(Layer::FIELDS);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("opta.yml");
    schema["description"] = json!("A service file of Optakit, in the format of Opta.");
    schema
}

/// A map with exactly these fields.
fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(field: &Field) -> Value {
    let mut schema = kind(field);
    schema["description"] = json!(field.text());
    if let Some(default) =
        field.default.and_then(|default| serde_json::from_str::<Value>(default).ok())
    {
        schema["default"] = default;
    }
    schema
}

fn kind(field: &Field) -> Value {
    let mut integer = json!({ "type": "integer" });
    if let Some((low, high)) = field.range {
        integer["minimum"] = json!(low);
        integer["maximum"] = json!(high);
    }
    // References are text until they are resolved.
    let digits =
        |pattern: &str| json!({ "type": "string", "pattern": format!("^({pattern})$|\\{{") });
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    match field.kind {
        FieldType::Boolean => json!({ "type": "boolean" }),
        FieldType::Integer => integer,
        FieldType::Count => json!({ "anyOf": [integer, digits("[0-9]+")] }),
        FieldType::Quantity => {
            json!({ "anyOf": [{ "type": "number", "exclusiveMinimum": 0 }, digits("[0-9]+(\\.[0-9]+)?")] })
        }
        FieldType::Text => text,
        FieldType::TextList => texts,
        FieldType::TextOrList => json!({ "anyOf": [text, texts] }),
        FieldType::Variables => json!({ "type": "object" }),
        FieldType::EnvVars => {
            let variable = json!({
                "type": "object",
                "properties": { "name": text, "value": text },
                "required": ["name", "value"],
                "additionalProperties": false,
            });
            json!({ "anyOf": [{ "type": "object", "additionalProperties": text }, { "type": "array", "items": variable }] })
        }
        FieldType::Port => json!({
            "type": "object",
            "properties": { "http": integer, "tcp": integer, "grpc": integer },
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        }),
        FieldType::Links => {
            let argument =
                json!({ "anyOf": [text, { "type": "object", "additionalProperties": text }] });
            let asked = json!({
                "type": "object",
                "additionalProperties": { "type": "array", "items": argument },
                "minProperties": 1,
                "maxProperties": 1,
            });
            json!({ "type": "array", "items": { "anyOf": [text, asked] } })
        }
        FieldType::Map(fields) => object(fields),
        FieldType::MapList(fields) => json!({ "type": "array", "items": object(fields) }),
        FieldType::Modules => {
            let is_service = json!({ "properties": { "type": { "enum": ["k8s-service", "aws-k8s-service"] } }, "required": ["type"] });
            let module = json!({
                "type": "object",
                "required": ["type"],
                "if": is_service,
                "then": object(K8sService::FIELDS),
            });
            json!({ "type": "array", "items": module })
        }
    }
}
