//! Writes values as YAML, to insert them into a document.

use serde_json::Value;

/// Whether a value is a map or list that is not empty.
pub(super) fn is_collection(value: &Value) -> bool {
    value.as_object().is_some_and(|map| !map.is_empty())
        || value.as_array().is_some_and(|list| !list.is_empty())
}

/// Whether a key is too long to be on one line with its value (YAML 1.2.2 §7.4.2).
pub(super) fn is_long_key(key: &str) -> bool {
    scalar(key).len().max(json(key).len()) > 1024
}

/// Whether a value has a key that is too long.
pub(super) fn has_long_key(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            map.iter().any(|(key, value)| is_long_key(key) || has_long_key(value))
        }
        Value::Array(items) => items.iter().any(has_long_key),
        _ => false,
    }
}

/// Writes a value on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow_item).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", flow_text(key), flow_item(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => scalar_value(value),
    }
}

fn flow_item(value: &Value) -> String {
    if let Value::String(text) = value { flow_text(text) } else { flow(value) }
}

/// Writes a text inside braces or brackets, where commas and brackets end a plain text.
fn flow_text(text: &str) -> String {
    if text.contains([',', '[', ']', '{', '}']) { json(text) } else { scalar(text) }
}

/// Writes a value that is not a map or list.
pub(super) fn scalar_value(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// Writes a text on one line.
pub(super) fn scalar(text: &str) -> String {
    if text.contains(['\n', '\r']) {
        return json(text);
    }
    super::emit::data_to_yaml(&text).trim_end_matches('\n').to_owned()
}

/// Writes a text in double quotes. YAML accepts the strings of JSON.
pub(super) fn json(text: &str) -> String {
    Value::from(text).to_string()
}

/// Writes a collection as a block. Each line starts with a line break.
pub(super) fn block(value: &Value, column: usize) -> String {
    let indent = " ".repeat(column);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let entry = |(key, value): (&String, &Value)| {
                let whole = is_collection(value);
                let value =
                    if whole { block(value, column + 2) } else { format!(" {}", flow(value)) };
                format!("\n{indent}{}:{value}", scalar(key))
            };
            map.iter().map(entry).collect()
        }
        Value::Array(items) if !items.is_empty() => {
            let item = |item: &Value| match item {
                Value::Object(map) if !map.is_empty() => {
                    format!("\n{indent}- {}", block(item, column + 2).trim_start())
                }
                _ => format!("\n{indent}- {}", flow(item)),
            };
            items.iter().map(item).collect()
        }
        _ => format!("\n{indent}{}", flow(value)),
    }
}
