//! Descriptions of the JSON that the renderer can write.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::value::escape;
use crate::visible::visible_line;

/// The JSON that is accepted at one place of a document.
pub(super) enum Shape<'a> {
    /// Exactly this value.
    Exactly(Value),
    /// A text that passes a test.
    Text(TextTest<'a>),
    /// A whole number in a range.
    Number(RangeInclusive<i64>),
    /// A map with these fields only.
    Map(Vec<Field<'a>>),
    /// A map with these fields. Other keys have texts as values, if they pass a test.
    Open(Vec<Field<'a>>, fn(&str, &str) -> bool),
    /// A map with any keys, whose values all have the same shape.
    Entries(Box<Shape<'a>>),
    /// A list whose items all have the same shape, with a number of items.
    Items(Box<Shape<'a>>, RangeInclusive<usize>),
    /// A list with one item of each shape, in this order.
    Each(Vec<Shape<'a>>),
    /// A list whose first item has the first shape, and all others the second shape.
    FirstThen(Box<(Shape<'a>, Shape<'a>)>),
    /// Any of several shapes. The test decides which one a value is compared with.
    Either(fn(&Value) -> bool, Box<(Shape<'a>, Shape<'a>)>),
}

/// A test of a text, and the description of the texts that pass.
pub(super) struct TextTest<'a> {
    expected: Cow<'static, str>,
    accepts: Box<dyn Fn(&str) -> bool + 'a>,
}

/// A field of a map.
pub(super) struct Field<'a> {
    key: Cow<'static, str>,
    is_required: bool,
    shape: Shape<'a>,
}

/// The most items of a list whose length the renderer does not limit.
pub(super) const MANY: usize = 10_000;
/// The largest number that the renderer writes.
const MAX_NUMBER: i64 = u32::MAX as i64;
/// The number of characters of a rejected value in a message.
const MAX_SHOWN: usize = 120;
const MISSING: &str = "is missing";
const UNEXPECTED: &str = "is not a field that Optakit writes";

pub(super) fn exactly(value: impl Into<Value>) -> Shape<'static> {
    Shape::Exactly(value.into())
}

pub(super) fn any_text() -> Shape<'static> {
    text("text", |_| true)
}

pub(super) fn any_number() -> Shape<'static> {
    Shape::Number(0..=MAX_NUMBER)
}

pub(super) fn one_of(texts: &'static [&'static str]) -> Shape<'static> {
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    text(quoted.join(" or "), |text| texts.contains(&text))
}

pub(super) fn text<'a>(
    expected: impl Into<Cow<'static, str>>,
    accepts: impl Fn(&str) -> bool + 'a,
) -> Shape<'a> {
    Shape::Text(TextTest { expected: expected.into(), accepts: Box::new(accepts) })
}

pub(super) fn items(item: Shape<'_>, count: RangeInclusive<usize>) -> Shape<'_> {
    Shape::Items(Box::new(item), count)
}

pub(super) fn one_item(item: Shape<'_>) -> Shape<'_> {
    items(item, 1..=1)
}

pub(super) fn entries(value: Shape<'_>) -> Shape<'_> {
    Shape::Entries(Box::new(value))
}

pub(super) fn first_then<'a>(first: Shape<'a>, other: Shape<'a>) -> Shape<'a> {
    Shape::FirstThen(Box::new((first, other)))
}

/// Accepts `first` if the test passes, otherwise `second`.
pub(super) fn either<'a>(
    test: fn(&Value) -> bool,
    first: Shape<'a>,
    second: Shape<'a>,
) -> Shape<'a> {
    Shape::Either(test, Box::new((first, second)))
}

/// Returns a map with these fields only.
pub(super) fn map<const N: usize>(fields: [Field<'_>; N]) -> Shape<'_> {
    Shape::Map(fields.into())
}

/// A field that must be present.
pub(super) fn required<'a>(key: impl Into<Cow<'static, str>>, shape: Shape<'a>) -> Field<'a> {
    Field { key: key.into(), is_required: true, shape }
}

/// A field that may be missing.
pub(super) fn optional<'a>(key: impl Into<Cow<'static, str>>, shape: Shape<'a>) -> Field<'a> {
    Field { key: key.into(), is_required: false, shape }
}

impl Field<'_> {
    /// Whether this is the field with a key.
    pub(super) fn is(&self, key: &str) -> bool {
        self.key == key
    }
}

impl Shape<'_> {
    /// Calls `report` with the JSON pointer and the reason of every difference between a value
    /// and the shape.
    pub(super) fn compare(&self, value: &Value, report: &mut impl FnMut(&str, String)) {
        self.compare_at(value, &mut String::new(), report);
    }

    fn compare_at(
        &self,
        value: &Value,
        pointer: &mut String,
        report: &mut impl FnMut(&str, String),
    ) {
        match (self, value) {
            (Self::Exactly(expected), found) => compare_exactly(expected, found, pointer, report),
            (Self::Text(test), Value::String(found)) if (test.accepts)(found) => {}
            (Self::Text(test), found) => {
                report(pointer, format!("is {}, expected {}", shown(found), test.expected));
            }
            (Self::Number(range), found) => {
                if !found.as_i64().is_some_and(|number| range.contains(&number)) {
                    report(pointer, format!("is {}, expected a whole number", shown(found)));
                }
            }
            (Self::Map(fields), Value::Object(found)) => {
                compare_fields(fields, |_, _| false, found, pointer, report);
            }
            (Self::Open(fields, accepts), Value::Object(found)) => {
                compare_fields(fields, accepts, found, pointer, report);
            }
            (Self::Entries(shape), Value::Object(found)) => {
                for (key, value) in found {
                    at(pointer, key, |pointer| shape.compare_at(value, pointer, report));
                }
            }
            (Self::Map(_) | Self::Open(..) | Self::Entries(_), found) => {
                report(pointer, format!("is {}, expected a map", shown(found)));
            }
            (Self::Items(shape, count), Value::Array(found)) => {
                if !count.contains(&found.len()) {
                    report(pointer, wrong_length(found.len(), count));
                }
                compare_items(found, |_| Some(&**shape), pointer, report);
            }
            (Self::Each(shapes), Value::Array(found)) => {
                compare_items(found, |index| shapes.get(index), pointer, report);
            }
            (Self::FirstThen(shapes), Value::Array(found)) => {
                if found.is_empty() {
                    report(pointer, "is empty".to_owned());
                }
                let shape = |index| Some(if index == 0 { &shapes.0 } else { &shapes.1 });
                compare_items(found, shape, pointer, report);
            }
            (Self::Items(..) | Self::Each(_) | Self::FirstThen(_), found) => {
                report(pointer, format!("is {}, expected a list", shown(found)));
            }
            (Self::Either(test, shapes), found) => {
                let shape = if test(found) { &shapes.0 } else { &shapes.1 };
                shape.compare_at(found, pointer, report);
            }
        }
    }
}

/// Compares a map with fields. `accepts` decides about texts with other keys.
fn compare_fields(
    fields: &[Field<'_>],
    accepts: impl Fn(&str, &str) -> bool,
    found: &Map<String, Value>,
    pointer: &mut String,
    report: &mut impl FnMut(&str, String),
) {
    for field in fields.iter().filter(|field| field.is_required) {
        if !found.contains_key(&*field.key) {
            at(pointer, &field.key, |pointer| report(pointer, MISSING.to_owned()));
        }
    }
    for (key, value) in found {
        at(pointer, key, |pointer| match fields.iter().find(|field| field.key == *key) {
            Some(field) => field.shape.compare_at(value, pointer, report),
            None if value.as_str().is_some_and(|text| accepts(key, text)) => {}
            None => report(pointer, UNEXPECTED.to_owned()),
        });
    }
}

fn compare_items<'s, 'a: 's>(
    items: &[Value],
    shape: impl Fn(usize) -> Option<&'s Shape<'a>>,
    pointer: &mut String,
    report: &mut impl FnMut(&str, String),
) {
    for (index, item) in items.iter().enumerate() {
        at(pointer, &index.to_string(), |pointer| match shape(index) {
            Some(shape) => shape.compare_at(item, pointer, report),
            None => report(pointer, UNEXPECTED.to_owned()),
        });
    }
}

fn compare_exactly(
    expected: &Value,
    found: &Value,
    pointer: &mut String,
    report: &mut impl FnMut(&str, String),
) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for key in expected.keys().filter(|key| !found.contains_key(*key)) {
                at(pointer, key, |pointer| report(pointer, MISSING.to_owned()));
            }
            for (key, found) in found {
                at(pointer, key, |pointer| match expected.get(key) {
                    Some(expected) => compare_exactly(expected, found, pointer, report),
                    None => report(pointer, UNEXPECTED.to_owned()),
                });
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                at(pointer, &index.to_string(), |pointer| {
                    compare_exactly(expected, found, pointer, report);
                });
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            report(pointer, wrong_length(found.len(), &(expected.len()..=expected.len())));
        }
        (expected, found) if expected == found => {}
        (expected, found) => {
            report(pointer, format!("is {}, expected {}", shown(found), shown(expected)));
        }
    }
}

fn wrong_length(found: usize, expected: &RangeInclusive<usize>) -> String {
    let (least, most) = expected.clone().into_inner();
    let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
    format!("has {found} items, expected {expected}")
}

/// Calls a function with the pointer of a key of the value at `pointer`.
fn at(pointer: &mut String, key: &str, run: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&escape(key));
    run(pointer);
    pointer.truncate(length);
}

/// Formats a value for a message.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "a map".to_owned(),
    };
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("`{}…`", visible_line(&text[..end])),
        None => format!("`{}`", visible_line(&text)),
    }
}
