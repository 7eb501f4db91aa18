//! Reads plain scalars by the core schema (YAML 1.2.2 §10.3.2).

use super::node::ScalarValue;
use super::scalar_style::is_plain;

/// Returns the value of a plain scalar. Integers that do not fit into 64 bits are floats.
pub(super) fn value(text: &str) -> ScalarValue {
    if is_plain(text) {
        return ScalarValue::Str;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarValue::Null,
        "true" | "True" | "TRUE" => return ScalarValue::Bool(true),
        "false" | "False" | "FALSE" => return ScalarValue::Bool(false),
        _ => {}
    }
    let found = match text.get(..2) {
        Some("0x") => of_radix(&text[2..], 16),
        Some("0o") => of_radix(&text[2..], 8),
        _ => decimal(text),
    };
    found.unwrap_or(ScalarValue::Str)
}

fn of_radix(digits: &str, radix: u32) -> Option<ScalarValue> {
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    is_number
        .then(|| i64::from_str_radix(digits, radix).map_or(ScalarValue::Float, ScalarValue::Int))
}

/// Returns the number of a scalar whose value is [`ScalarValue::Float`].
pub(super) fn float(text: &str) -> f64 {
    let radix = |digits: &str, radix| {
        digits.chars().fold(0.0, |sum, digit| {
            sum * f64::from(radix) + f64::from(digit.to_digit(radix).unwrap_or(0))
        })
    };
    match text.get(..2) {
        Some("0x") => radix(&text[2..], 16),
        Some("0o") => radix(&text[2..], 8),
        // The standard library writes infinity without the point.
        _ => text.replace(".i", "i").replace(".I", "I").parse().unwrap_or(f64::NAN),
    }
}

fn decimal(text: &str) -> Option<ScalarValue> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(ScalarValue::Float),
        ".nan" | ".NaN" | ".NAN" if unsigned == text => return Some(ScalarValue::Float),
        _ => {}
    }
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !unsigned.is_empty() && digits(unsigned) {
        return Some(text.parse().map_or(ScalarValue::Float, ScalarValue::Int));
    }
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            (number, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
        }
        None => (unsigned, None),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let has_exponent = exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    (is_number && has_exponent).then_some(ScalarValue::Float)
}
