//! Reads plain scalars by the core schema (YAML 1.2.2 §10.3.2).

use super::node::ScalarValue;
use super::word::is_word;

/// Returns the value of a plain scalar. Integers that do not fit into 64 bits are floats.
pub(super) fn value(text: &str) -> ScalarValue {
    if is_word(text) {
        return ScalarValue::Str;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarValue::Null,
        "true" | "True" | "TRUE" => return ScalarValue::Bool(true),
        "false" | "False" | "FALSE" => return ScalarValue::Bool(false),
        _ => {}
    }
    let radix = |digits: &str, radix| {
        let all = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        let sum = || {
            digits.chars().fold(0.0, |sum, digit| {
                sum * f64::from(radix) + f64::from(digit.to_digit(radix).unwrap_or(0))
            })
        };
        all.then(|| {
            i64::from_str_radix(digits, radix)
                .map_or_else(|_| ScalarValue::Float(sum()), ScalarValue::Int)
        })
    };
    let found = match text.get(..2) {
        Some("0x") => radix(&text[2..], 16),
        Some("0o") => radix(&text[2..], 8),
        _ => decimal(text),
    };
    found.unwrap_or(ScalarValue::Str)
}

fn decimal(text: &str) -> Option<ScalarValue> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(ScalarValue::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if unsigned == text => return Some(ScalarValue::Float(f64::NAN)),
        _ => {}
    }
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !unsigned.is_empty() && digits(unsigned) {
        return Some(text.parse().map_or_else(
            |_| ScalarValue::Float(text.parse().unwrap_or(f64::MAX)),
            ScalarValue::Int,
        ));
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
    (is_number && has_exponent).then(|| ScalarValue::Float(text.parse().unwrap_or(f64::MAX)))
}
