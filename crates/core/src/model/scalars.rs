//! Readers of the simple field types.

use super::field::{Field, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::{OUT_OF_RANGE, UNIT_IN_NUMBER, WRONG_TYPE};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Spanned;
use crate::syntax::{Node, NodeKind, ScalarValue};
use crate::text::Text;

impl FieldValue for bool {
    const KIND: FieldType = FieldType::Boolean;

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        if let Some(scalar) = node.as_scalar() {
            if let ScalarValue::Bool(value) = scalar.value {
                return Some(value);
            }
            let word = match scalar.text.as_str() {
                "true" | "True" | "yes" | "on" => Some("true"),
                "false" | "False" | "no" | "off" => Some("false"),
                _ => None,
            };
            let mut diagnostic = reader.wrong_type(node, "`true` or `false`");
            if let Some(word) = word {
                diagnostic =
                    diagnostic.fix(Applicability::Safe, format!("write `{word}`"), node.span, word);
            }
            reader.push(diagnostic);
        } else {
            reader.push(reader.wrong_type(node, "`true` or `false`"));
        }
        None
    }
}

impl FieldValue for Text {
    const KIND: FieldType = FieldType::Text;

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        text(node, reader, "text")
    }
}

/// Reads a text; a list or map that began with `{` without quotes gets told so.
pub(super) fn text(node: &Node, reader: &mut FieldReader<'_>, expected: &str) -> Option<Text> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.value == ScalarValue::Str => Some(scalar.text.clone()),
        NodeKind::Broken => None,
        NodeKind::Mapping(_) if reader.source.slice(node.span).starts_with('{') => {
            let quoted = quote(reader.source.slice(node.span));
            let diagnostic = reader
                .wrong_type(node, expected)
                .help("YAML reads `{` at the start as a map: put the text in quotes")
                .fix(Applicability::Safe, "put it in quotes", node.span, quoted);
            reader.push(diagnostic);
            None
        }
        NodeKind::Scalar(scalar) if scalar.value != ScalarValue::Null => {
            let quoted = quote(reader.source.slice(node.span));
            let diagnostic = reader.wrong_type(node, expected).fix(
                Applicability::Unsafe,
                "put it in quotes",
                node.span,
                quoted,
            );
            reader.push(diagnostic);
            None
        }
        _ => {
            reader.push(reader.wrong_type(node, expected));
            None
        }
    }
}

/// A YAML double-quoted scalar of a text.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl FieldValue for Vec<Spanned<Text>> {
    const KIND: FieldType = FieldType::TextList;

    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let items = list(node, field, reader)?;
        Some(read_items(items, reader))
    }
}

/// The items of a list; one text in its place is told to be made a list.
pub(super) fn list<'n>(
    node: &'n Node,
    field: &Field,
    reader: &mut FieldReader<'_>,
) -> Option<&'n [Node]> {
    if let Some(items) = node.as_sequence() {
        return Some(items);
    }
    let mut diagnostic = reader.wrong_type(node, &format!("a list like `{}`", field.example));
    if node.as_str().is_some() {
        let as_list = format!("[{}]", reader.source.slice(node.span));
        diagnostic = diagnostic.fix(Applicability::Safe, "make it a list", node.span, as_list);
    }
    reader.push(diagnostic);
    None
}

fn read_items(items: &[Node], reader: &mut FieldReader<'_>) -> Vec<Spanned<Text>> {
    let read = |(index, item): (usize, &Node)| {
        reader
            .in_item(index, |reader| text(item, reader, "text"))
            .map(|value| Spanned::new(value, item.span))
    };
    items.iter().enumerate().filter_map(read).collect()
}

/// One text or a list of them.
#[derive(Clone, Debug, Default)]
pub struct TextOrList(pub Vec<Spanned<Text>>);

impl From<[Spanned<Text>; 0]> for TextOrList {
    fn from(none: [Spanned<Text>; 0]) -> Self {
        Self(Vec::from(none))
    }
}

impl FieldValue for TextOrList {
    const KIND: FieldType = FieldType::TextOrList;

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        if let Some(items) = node.as_sequence() {
            return Some(Self(read_items(items, reader)));
        }
        text(node, reader, "text or a list of texts")
            .map(|value| Self(vec![Spanned::new(value, node.span)]))
    }
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer(pub i64);

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl FieldValue for Integer {
    const KIND: FieldType = FieldType::Integer;

    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        integer(node, field.range, reader).map(Self)
    }
}

/// Reads a whole number that is not text, within a range.
pub(super) fn integer(
    node: &Node,
    range: Option<(i64, i64)>,
    reader: &mut FieldReader<'_>,
) -> Option<i64> {
    if let Some(scalar) = node.as_scalar() {
        if let ScalarValue::Int(value) = scalar.value {
            return in_range(node, value, range, reader);
        }
        let digits =
            scalar.text.as_str().parse::<i64>().ok().filter(|_| !scalar.text.is_interpolated());
        let mut diagnostic = reader.wrong_type(node, "a whole number");
        if let Some(digits) = digits {
            diagnostic = diagnostic.fix(
                Applicability::Safe,
                "take the quotes away",
                node.span,
                digits.to_string(),
            );
        }
        reader.push(diagnostic);
        return None;
    }
    reader.push(reader.wrong_type(node, "a whole number"));
    None
}

fn in_range(
    node: &Node,
    value: i64,
    range: Option<(i64, i64)>,
    reader: &mut FieldReader<'_>,
) -> Option<i64> {
    let Some((low, high)) = range.filter(|(low, high)| value < *low || value > *high) else {
        return Some(value);
    };
    let expected = if high == i64::from(u32::MAX) {
        format!("at least {low}")
    } else {
        format!("{low} to {high}")
    };
    let name = reader.path().rsplit('.').next().unwrap_or_default().to_owned();
    let variable = node.as_scalar().and_then(|scalar| scalar.text.variable());
    let mut diagnostic =
        reader.fault(&OUT_OF_RANGE, node.span, format!("`{name}` is {value}, expected {expected}"));
    if let Some(variable) = variable {
        diagnostic = diagnostic.label(variable, "the value comes from here");
    }
    reader.push(diagnostic);
    None
}

/// A whole number that may also be written as text, as Opta's variables come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u32);

impl From<u32> for Count {
    fn from(value: u32) -> Self {
        Self(value)
    }
}

impl FieldValue for Count {
    const KIND: FieldType = FieldType::Count;

    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(scalar) = node.as_scalar() else {
            reader.push(reader.wrong_type(node, "a whole number"));
            return None;
        };
        let value = match scalar.value {
            ScalarValue::Int(value) => value,
            ScalarValue::Str => match whole_number(scalar.text.as_str()) {
                Some(value) => value,
                None if !scalar.text.is_known() => return None,
                None => {
                    reader.push(reader.wrong_type(node, "a whole number"));
                    return None;
                }
            },
            _ => {
                reader.push(reader.wrong_type(node, "a whole number"));
                return None;
            }
        };
        let value = in_range(node, value, field.range.or(Some((0, i64::from(u32::MAX)))), reader)?;
        u32::try_from(value).ok().map(Self)
    }
}

fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A positive decimal number that keeps its digits, so that it prints as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity(f64);

impl From<u32> for Quantity {
    fn from(value: u32) -> Self {
        Self(f64::from(value))
    }
}

impl Quantity {
    /// The number without needless zeros: `100`, `12.5`.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.to_string()
    }

    /// Twice as much.
    #[must_use]
    pub fn twice(&self) -> Self {
        Self(self.0 * 2.0)
    }
}

impl FieldValue for Quantity {
    const KIND: FieldType = FieldType::Quantity;

    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let unit = field.unit.unwrap_or_default();
        let Some(scalar) = node.as_scalar() else {
            reader.push(reader.wrong_type(node, &format!("a number of {unit}")));
            return None;
        };
        let text = scalar.text.as_str();
        let value = match scalar.value {
            ScalarValue::Int(value) => value as f64,
            ScalarValue::Float(value) => value,
            ScalarValue::Str if !scalar.text.is_known() => return None,
            ScalarValue::Str => match decimal(text) {
                Some(value) => value,
                None => {
                    reader.diagnostics.push(unit_fault(node, text, unit, reader.path()));
                    return None;
                }
            },
            _ => {
                reader.push(reader.wrong_type(node, &format!("a number of {unit}")));
                return None;
            }
        };
        // Kubernetes' quantities end at 2^63; far below that nothing is schedulable anyway.
        if !(value > 0.0 && value < 1e12) {
            let name = field.name;
            reader.push(reader.fault(
                &OUT_OF_RANGE,
                node.span,
                format!("`{name}` is {text}, expected a positive number of {unit}"),
            ));
            return None;
        }
        Some(Self(value))
    }
}

fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    plain.then(|| text.parse().ok()).flatten()
}

/// `100m`, `1Gi`: the same amount in the field's own unit where it is certain.
fn unit_fault(node: &Node, text: &str, unit: &str, path: &str) -> Diagnostic {
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let factor = match (unit, suffix) {
        ("millicores", "m") | ("megabytes", "Mi" | "M" | "MB" | "MiB") => Some(1.0),
        ("megabytes", "Gi" | "G" | "GB" | "GiB") => Some(1024.0),
        _ => None,
    };
    let name = path.rsplit('.').next().unwrap_or_default();
    let converted = number
        .parse::<f64>()
        .ok()
        .zip(factor)
        .map(|(number, factor)| (number * factor).to_string());
    let Some(converted) = converted else {
        return Diagnostic::new(
            &WRONG_TYPE,
            node.span,
            path,
            format!("`{name}` is the text `{text}`, expected a number of {unit}"),
        );
    };
    Diagnostic::new(
        &UNIT_IN_NUMBER,
        node.span,
        path,
        format!("`{name}` is `{text}`, expected a number of {unit} without a unit"),
    )
    .fix(Applicability::Safe, format!("write `{converted}`"), node.span, converted)
}
