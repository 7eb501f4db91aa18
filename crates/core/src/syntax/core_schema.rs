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

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of YAML 1.2.2 §10.3.2, with the values that IEEE 754 gives them.
    #[test]
    fn floats_have_their_value() {
        for (text, expected) in [
            ("1.5", 1.5),
            ("-0.25", -0.25),
            ("+12e03", 12_000.0),
            (".5", 0.5),
            ("1.", 1.0),
            (".inf", f64::INFINITY),
            ("-.Inf", f64::NEG_INFINITY),
            ("+.INF", f64::INFINITY),
            ("0xffffffffffffffff", 18_446_744_073_709_551_615.0),
            ("0x10000000000000000", 18_446_744_073_709_551_616.0),
            ("0o2000000000000000000000", 18_446_744_073_709_551_616.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ] {
            assert_eq!(value(text), ScalarValue::Float, "{text}");
            assert_eq!(float(text).to_bits(), f64::to_bits(expected), "{text}");
        }
        assert!(float(".nan").is_nan() && float(".NaN").is_nan());
    }

    #[test]
    fn scalars_have_the_type_of_the_core_schema() {
        for (text, expected) in [
            ("12", ScalarValue::Int(12)),
            ("-12", ScalarValue::Int(-12)),
            ("0x1F", ScalarValue::Int(31)),
            ("0o17", ScalarValue::Int(15)),
            ("0x", ScalarValue::Str),
            ("0xg", ScalarValue::Str),
            ("0o8", ScalarValue::Str),
            ("-0x1", ScalarValue::Str),
            (".", ScalarValue::Str),
            ("1e", ScalarValue::Str),
            ("e1", ScalarValue::Str),
            ("1e+", ScalarValue::Str),
            ("1.2.3", ScalarValue::Str),
            ("+.nan", ScalarValue::Str),
            ("~", ScalarValue::Null),
            ("NULL", ScalarValue::Null),
            ("True", ScalarValue::Bool(true)),
            ("FALSE", ScalarValue::Bool(false)),
            ("yes", ScalarValue::Str),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
