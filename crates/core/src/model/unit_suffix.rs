//! Numbers with a unit, such as `100m` or `10Gi`, in fields that expect a number.

use super::decimal::Decimal;
use super::field_reader::FieldReader;
use super::rules::UNIT_IN_NUMBER;
use super::unit::Unit;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::syntax::{Node, ScalarValue};

/// Returns the number of a text such as `1Gi` in a unit; none if the text has no known unit.
pub(super) fn converted(text: &str, unit: Unit) -> Option<Decimal> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let factor = unit.factor_of(suffix.trim_start())?;
    Some(Decimal::parse(number)?.times(factor))
}

/// Returns the diagnostic for a text with a unit, with a fix that writes the number `converted`.
pub(super) fn diagnostic(
    node: &Node,
    text: &str,
    converted: Decimal,
    unit: Unit,
    reader: &FieldReader<'_>,
) -> Diagnostic {
    let (key, name, converted) = (reader.last_key(), unit.name(), converted.to_string());
    let message = format!("`{key}` is `{text}`, expected a number of {name} without a unit");
    let diagnostic = reader.fault(&UNIT_IN_NUMBER, node.span, message).with_variable(node);
    if node.as_scalar().is_some_and(|scalar| scalar.text.is_interpolated()) {
        return diagnostic.help(format!("write `{converted}`"));
    }
    let title = format!("change to `{converted}`");
    diagnostic.fix(Applicability::Safe, title, node.span, converted)
}

/// Returns the diagnostic for a whole number with a unit; none if the value is another one.
pub(super) fn in_whole_number(
    node: &Node,
    unit: Option<Unit>,
    reader: &FieldReader<'_>,
) -> Option<Diagnostic> {
    let scalar = node.as_scalar().filter(|scalar| scalar.value == ScalarValue::Str)?;
    let (text, unit) = (scalar.text.as_str(), unit?);
    let converted = converted(text, unit).filter(|number| number.as_integer().is_some())?;
    Some(diagnostic(node, text, converted, unit, reader))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_units_are_converted() {
        let check = |text: &str, unit: Unit, expected: Option<&str>| {
            let converted = converted(text, unit).map(|number| number.to_string());
            assert_eq!(converted.as_deref(), expected, "{text}");
        };
        check("100m", Unit::Millicores, Some("100"));
        check("1.5Gi", Unit::Mebibytes, Some("1536"));
        check("10Gi", Unit::Gibibytes, Some("10"));
        check("10 GB", Unit::Gibibytes, Some("10"));
        check("2Ti", Unit::Gibibytes, Some("2048"));
        check("5m", Unit::Seconds, Some("300"));
        check("30s", Unit::Seconds, Some("30"));
        check("80%", Unit::PercentOfRequest, Some("80"));
        check("10", Unit::Gibibytes, None);
        check("Gi", Unit::Gibibytes, None);
        check("512Mi", Unit::Gibibytes, None);
    }
}
