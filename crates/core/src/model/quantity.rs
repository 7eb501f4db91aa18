//! Quantities of CPU and memory.

use super::decimal::Decimal;
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::{HUGE_RESOURCES, OUT_OF_RANGE, TINY_RESOURCES, WRONG_TYPE};
use super::unit::Unit;
use super::unit_suffix;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::syntax::{Node, ScalarValue};

/// The smallest quantity that is rejected. Kubernetes accepts quantities below 2^63, but no node
/// has that much.
const LIMIT: u64 = 1_000_000_000_000;

/// A positive number with an optional fraction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(Decimal);

impl From<u32> for Quantity {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl Quantity {
    /// Returns the number without trailing zeros: `100`, `12.5`.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.to_string()
    }

    /// Returns a quantity of mebibytes as Kubernetes writes it: `12.5Mi`, or whole bytes.
    #[must_use]
    pub fn to_memory(&self) -> String {
        const MEBIBYTE: u32 = 1_048_576;
        let bytes = self.0.times(MEBIBYTE);
        match bytes.as_integer() {
            Some(_) => format!("{}Mi", self.to_text()),
            None => bytes.ceil().to_string(),
        }
    }

    /// Returns twice the quantity.
    #[must_use]
    pub fn twice(&self) -> Self {
        Self(self.0.times(2))
    }
}

impl FieldValue for Quantity {
    const KIND: FieldType = FieldType::Quantity;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let expected = match field.unit {
            Some(unit) => format!("a number of {}", unit.name()),
            None => "a number".to_owned(),
        };
        let Some(scalar) = node.as_scalar().filter(|scalar| scalar.value.is_number_or_text())
        else {
            reader.push(reader.wrong_type(node, &expected));
            return None;
        };
        if !scalar.text.is_known() {
            reader.push(reader.unknown_value(node));
            return None;
        }
        let written = scalar.text.as_str();
        let value = Decimal::parse(written.trim());
        if value.is_none() && scalar.value == ScalarValue::Str && !is_negative(written) {
            let fault = not_a_number(node, written, field.unit, reader);
            reader.push(fault);
            return None;
        }
        let Some(value) = value.filter(|value| *value > Decimal::from(0) && value.whole < LIMIT)
        else {
            let message = format!("`{}` is {written}, expected {expected} above 0", field.name);
            reader.push(reader.fault(&OUT_OF_RANGE, node.span, message));
            return None;
        };
        if let Some(unit) = field.unit {
            report_tiny(node, value, unit, reader);
            report_huge(node, value, unit, reader);
        }
        Some(Self(value))
    }
}

/// Whether a text is a number below 0.
fn is_negative(text: &str) -> bool {
    text.trim().strip_prefix('-').is_some_and(|number| Decimal::parse(number).is_some())
}

/// Reports a quantity that is too small for a container.
fn report_tiny(node: &Node, value: Decimal, unit: Unit, reader: &mut FieldReader<'_>) {
    let Some((least, factor)) = unit.least().filter(|(least, _)| value < Decimal::from(*least))
    else {
        return;
    };
    let (key, name) = (reader.last_key(), unit.name());
    let message = format!("`{key}` is {value} {name}, expected at least {least}");
    let meant = value.times(factor).to_string();
    let diagnostic = reader
        .fault(&TINY_RESOURCES, node.span, message)
        .help(format!("did you mean `{meant}`? The unit is {name}"))
        .with_variable(node)
        .fix(Applicability::Unsafe, format!("change to `{meant}`"), node.span, meant);
    reader.push(diagnostic);
}

/// Reports a quantity that is larger than a node. If it is probably in bytes, the fix converts it.
fn report_huge(node: &Node, value: Decimal, unit: Unit, reader: &mut FieldReader<'_>) {
    let Some((most, divisor)) = unit.most().filter(|(most, _)| value > Decimal::from(*most)) else {
        return;
    };
    let (key, name) = (reader.last_key(), unit.name());
    let message = format!("`{key}` is {value} {name}, expected at most {most}");
    let diagnostic = reader.fault(&HUGE_RESOURCES, node.span, message).with_variable(node);
    let meant = value.whole / u64::from(divisor);
    reader.push(if value.whole.is_multiple_of(u64::from(divisor)) {
        let meant = meant.to_string();
        diagnostic.help(format!("did you mean `{meant}`? The unit is {name}")).fix(
            Applicability::Unsafe,
            format!("change to `{meant}`"),
            node.span,
            meant,
        )
    } else {
        diagnostic.help(format!("lower it: the unit is {name}, and no node has that much"))
    });
}

/// Returns the diagnostic for a text such as `100m`, with a fix if its unit can be converted.
fn not_a_number(
    node: &Node,
    text: &str,
    unit: Option<Unit>,
    reader: &FieldReader<'_>,
) -> Diagnostic {
    let converted = unit.and_then(|unit| Some((unit_suffix::converted(text, unit)?, unit)));
    if let Some((converted, unit)) = converted {
        return unit_suffix::diagnostic(node, text, converted, unit, reader);
    }
    let (key, unit_name) = (reader.last_key(), unit.map_or("", Unit::name));
    let message = format!("`{key}` is {}, expected a number of {unit_name}", node.describe());
    reader.fault(&WRONG_TYPE, node.span, message)
}
