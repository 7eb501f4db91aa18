//! Whole numbers.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::OUT_OF_RANGE;
use crate::diagnostic::Applicability;
use crate::syntax::{Node, ScalarValue};

/// The largest number of a field without a smaller limit.
pub const MAX_COUNT: i64 = u32::MAX as i64;

/// The largest number of a field that Kubernetes stores in 32 bits with a sign.
pub const MAX_INT32: i64 = i32::MAX as i64;

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

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        integer(node, field.range, reader).map(Self)
    }
}

/// Reads a whole number in a range. Text is an error.
pub(super) fn integer(
    node: &Node,
    range: Option<(i64, i64)>,
    reader: &mut FieldReader<'_>,
) -> Option<i64> {
    let scalar = node.as_scalar();
    if let Some(ScalarValue::Int(value)) = scalar.map(|scalar| scalar.value) {
        return in_range(node, value, range, reader);
    }
    let mut diagnostic = reader.wrong_type(node, "a whole number");
    let digits = scalar
        .filter(|scalar| !scalar.text.is_interpolated())
        .and_then(|scalar| scalar.text.as_str().parse::<i64>().ok());
    if let Some(digits) = digits {
        let digits = digits.to_string();
        diagnostic = diagnostic.fix(Applicability::Safe, "remove the quotes", node.span, digits);
    }
    reader.push(diagnostic);
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
    let expected = if matches!(high, MAX_COUNT | MAX_INT32) {
        format!("at least {low}")
    } else {
        format!("a number from {low} to {high}")
    };
    let message = format!("`{}` is {value}, expected {expected}", reader.last_key());
    reader.push(reader.fault(&OUT_OF_RANGE, node.span, message).with_variable(node));
    None
}

/// A whole number that can also be written as text, because variables are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u32);

impl From<u32> for Count {
    fn from(value: u32) -> Self {
        Self(value)
    }
}

impl FieldValue for Count {
    const KIND: FieldType = FieldType::Count;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let scalar = node.as_scalar();
        let value = match scalar.map(|scalar| scalar.value) {
            Some(ScalarValue::Int(value)) => Some(value),
            Some(ScalarValue::Str) => {
                let text = &scalar?.text;
                let value = whole_number(text.as_str());
                if value.is_none() && !text.is_known() {
                    return None;
                }
                value
            }
            _ => None,
        };
        let Some(value) = value else {
            reader.push(reader.wrong_type(node, "a whole number"));
            return None;
        };
        let value = in_range(node, value, field.range.or(Some((0, MAX_COUNT))), reader)?;
        u32::try_from(value).ok().map(Self)
    }
}

fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
