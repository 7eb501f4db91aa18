//! Whole numbers.

use super::decimal::Decimal;
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::OUT_OF_RANGE;
use super::unit_suffix;
use crate::diagnostic::Applicability;
use crate::syntax::{Node, Scalar, ScalarValue};

/// The largest number of a field without a smaller limit: Kubernetes stores 32 bits with a sign.
pub const MAX_COUNT: i64 = i32::MAX as i64;

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
        if let Some(diagnostic) = unit_suffix::in_whole_number(node, field.unit, reader) {
            reader.push(diagnostic);
            return None;
        }
        whole_number(node, field.range, Digits::OfReference, reader).map(Self)
    }
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
        if let Some(diagnostic) = unit_suffix::in_whole_number(node, field.unit, reader) {
            reader.push(diagnostic);
            return None;
        }
        let range = field.range.or(Some((0, MAX_COUNT)));
        let value = whole_number(node, range, Digits::Any, reader)?;
        u32::try_from(value).ok().map(Self)
    }
}

/// Which texts count as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// Every text of digits.
    Any,
    /// A text of digits from a reference, such as `{vars.size}`. Opta rejected digits in quotes.
    OfReference,
}

/// Reads a whole number in a range.
pub(super) fn whole_number(
    node: &Node,
    range: Option<(i64, i64)>,
    digits: Digits,
    reader: &mut FieldReader<'_>,
) -> Option<i64> {
    let scalar = node.as_scalar();
    if scalar.is_some_and(|scalar| !scalar.text.is_known()) {
        reader.push(reader.unknown_value(node));
        return None;
    }
    let found = scalar.and_then(number);
    let is_accepted = digits == Digits::Any
        || scalar.is_some_and(|scalar| {
            scalar.value != ScalarValue::Str || scalar.text.is_interpolated()
        });
    if let Some(value) = found.filter(|_| is_accepted) {
        return in_range(node, value, range, reader);
    }
    let mut diagnostic = reader.wrong_type(node, "a whole number");
    if let Some(value) = found {
        let value = value.to_string();
        diagnostic = diagnostic.fix(Applicability::Safe, "remove the quotes", node.span, value);
    }
    reader.push(diagnostic);
    None
}

/// Returns the whole number that a scalar means: `10`, `10.0`, or either of them as text.
fn number(scalar: &Scalar) -> Option<i64> {
    match scalar.value {
        ScalarValue::Int(value) => Some(value),
        ScalarValue::Float => whole(scalar.text.as_str()),
        ScalarValue::Str => {
            let text = scalar.text.as_str().trim();
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if !is_number {
                return None;
            }
            text.parse().ok().or_else(|| whole(text))
        }
        ScalarValue::Bool(_) | ScalarValue::Null => None,
    }
}

/// Returns the number of a text such as `10.0`.
fn whole(text: &str) -> Option<i64> {
    let (sign, number) = text.strip_prefix('-').map_or((1, text), |number| (-1, number));
    let value = Decimal::parse(number)?.as_integer()?;
    i64::try_from(value).ok().map(|value| sign * value)
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
    let expected = match high {
        MAX_COUNT if value < low => format!("at least {low}"),
        MAX_COUNT => format!("at most {high}"),
        _ => format!("a number from {low} to {high}"),
    };
    let message = format!("`{}` is {value}, expected {expected}", reader.last_key());
    reader.push(reader.fault(&OUT_OF_RANGE, node.span, message).with_variable(node));
    None
}
