//! Finds values that are equal although they are written differently.

use serde_json::{Map, Value};

use crate::model::kubernetes_quantity::is_same_quantity;
use crate::render::IMAGE_DIGEST;
use crate::value::PlacedHole;

/// Keeps only the fields that the wanted object has too, in its order. The API server adds
/// defaults.
pub(super) fn project_onto(live: &Value, wanted: &Value) -> Value {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            let fields = wanted.iter().filter_map(|(key, wanted)| {
                Some((key.clone(), project_onto(live.get(key)?, wanted)))
            });
            Value::Object(fields.collect::<Map<String, Value>>())
        }
        (Value::Array(live), Value::Array(wanted)) => {
            let item = |(index, item): (usize, &Value)| {
                wanted.get(index).map_or_else(|| item.clone(), |wanted| project_onto(item, wanted))
            };
            Value::Array(live.iter().enumerate().map(item).collect())
        }
        (live, _) => live.clone(),
    }
}

/// Writes quantities of the live object like those of the wanted object, if they are equal:
/// `1000m` and `1`.
pub(super) fn adopt_quantities(live: &mut Value, wanted: &Value) {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            for (key, live) in live.iter_mut() {
                let Some(wanted) = wanted.get(key) else { continue };
                match key.as_str() {
                    "requests" | "limits" => adopt_entries(live, wanted),
                    "sizeLimit" | "averageValue" => adopt_quantity(live, wanted),
                    _ => adopt_quantities(live, wanted),
                }
            }
        }
        (Value::Array(live), Value::Array(wanted)) => {
            for (live, wanted) in live.iter_mut().zip(wanted) {
                adopt_quantities(live, wanted);
            }
        }
        _ => {}
    }
}

fn adopt_entries(live: &mut Value, wanted: &Value) {
    let (Some(live), Some(wanted)) = (live.as_object_mut(), wanted.as_object()) else { return };
    for (key, live) in live.iter_mut() {
        if let Some(wanted) = wanted.get(key) {
            adopt_quantity(live, wanted);
        }
    }
}

fn adopt_quantity(live: &mut Value, wanted: &Value) {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (Some(one), Some(other)) = (text(live), text(wanted)) else { return };
    if is_same_quantity(&one, &other) {
        *live = wanted.clone();
    }
}

/// Replaces live texts by wanted texts with holes, if the live text can be the wanted one with its
/// holes filled.
pub(super) fn adopt_known(live: &mut Value, wanted: &Value, holes: &[PlacedHole]) {
    for placed in holes.iter().filter(|placed| !placed.in_key) {
        let pointer = &placed.pointer;
        let (Some(live), Some(Value::String(text))) =
            (live.pointer_mut(pointer), wanted.pointer(pointer))
        else {
            continue;
        };
        let of_text: Vec<&PlacedHole> =
            holes.iter().filter(|other| !other.in_key && other.pointer == *pointer).collect();
        if live.as_str().is_some_and(|live| fits(live, text, &of_text)) {
            *live = Value::String(text.clone());
        }
    }
}

/// Whether a text is `wanted` with its holes filled. An image may have a tag where a digest is
/// wanted.
fn fits(live: &str, wanted: &str, holes: &[&PlacedHole]) -> bool {
    let (mut rest, mut from) = (live, 0);
    for (index, placed) in holes.iter().enumerate() {
        let Some(mut literal) = wanted.get(from..placed.hole.start) else { return false };
        if placed.hole.input == IMAGE_DIGEST {
            literal = literal.trim_end_matches('@');
        }
        let at =
            if index == 0 { rest.starts_with(literal).then_some(0) } else { rest.find(literal) };
        let Some(at) = at else { return false };
        rest = &rest[at + literal.len()..];
        from = placed.hole.end;
        if placed.hole.input == IMAGE_DIGEST && !rest.starts_with(['@', ':']) {
            return false;
        }
    }
    wanted.get(from..).is_some_and(|end| rest.ends_with(end))
}
