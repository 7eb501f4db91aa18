//! Decimal numbers. They are exact, and smaller in the page than floating-point numbers.

use std::fmt;

/// The number of decimal places. More digits are left out.
const PLACES: usize = 12;
/// One, in units of the fraction.
const ONE: u64 = 1_000_000_000_000;

/// A decimal number that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal {
    /// The whole part. Larger numbers become `u64::MAX`.
    pub whole: u64,
    /// The part after the point, in units of 10^-12.
    fraction: u64,
}

impl Decimal {
    /// Reads a text such as `10`, `0.5`, `5.` or `1e3`; none for other texts, and for negative
    /// numbers.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('+').unwrap_or(text);
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        let is_number = digits().all(|digit| digit.is_ascii_digit()) && digits().next().is_some();
        is_number.then(|| Self::of_digits(digits(), whole.len() as i64 + i64::from(exponent)))
    }

    /// Returns the number with these digits, whose point is after the first `point` digits.
    fn of_digits(digits: impl Iterator<Item = u8>, point: i64) -> Self {
        let (mut whole, mut fraction, mut place) = (0_u64, 0_u64, -point);
        for digit in digits.map(|digit| u64::from(digit - b'0')) {
            if place < 0 {
                whole = whole.saturating_mul(10).saturating_add(digit);
            } else if place < PLACES as i64 {
                fraction += digit * 10_u64.pow(PLACES as u32 - 1 - place as u32);
            }
            place += 1;
        }
        // 20 more zeros exceed every number but 0.
        for _ in place..place.max(0).min(place.saturating_add(20)) {
            whole = whole.saturating_mul(10);
        }
        Self { whole, fraction }
    }

    /// Returns the number as an integer; none if it has a fraction.
    #[must_use]
    pub fn as_integer(self) -> Option<u64> {
        (self.fraction == 0).then_some(self.whole)
    }

    /// Returns the number times a factor of at most one million.
    #[must_use]
    pub const fn times(self, factor: u32) -> Self {
        let factor = factor as u64;
        let fraction = self.fraction * factor;
        let whole = self.whole.saturating_mul(factor).saturating_add(fraction / ONE);
        Self { whole, fraction: fraction % ONE }
    }

    /// Returns the next integer that is not smaller.
    #[must_use]
    pub const fn ceil(self) -> u64 {
        self.whole.saturating_add((self.fraction > 0) as u64)
    }
}

impl From<u32> for Decimal {
    fn from(value: u32) -> Self {
        Self { whole: value.into(), fraction: 0 }
    }
}

/// Writes the number without trailing zeros: `100`, `12.5`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fraction == 0 {
            return write!(f, "{}", self.whole);
        }
        let fraction = format!("{:012}", self.fraction);
        write!(f, "{}.{}", self.whole, fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Decimal;

    fn written(text: &str) -> Option<String> {
        Decimal::parse(text).map(|value| value.to_string())
    }

    #[test]
    fn numbers_are_written_without_trailing_zeros() {
        for (text, expected) in [
            ("100", "100"),
            ("12.50", "12.5"),
            ("5.", "5"),
            (".5", "0.5"),
            ("+1", "1"),
            ("1e3", "1000"),
            ("1.25e1", "12.5"),
            ("25e-3", "0.025"),
            ("0e99999", "0"),
            ("1e-99999", "0"),
            ("1e30", "18446744073709551615"),
            ("0.0000000000001", "0"),
        ] {
            assert_eq!(written(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_numbers() {
        for text in ["", ".", "-1", "1.2.3", "1_000", "0x10", ".inf", ".nan", "1e", "e3", "100m"] {
            assert_eq!(written(text), None, "{text}");
        }
    }

    proptest! {
        /// Numbers of few digits are the same as floating-point numbers.
        #[test]
        fn numbers_equal_floats(whole in 0..1_000_000_u32, part in 0..1000_u32) {
            let text = format!("{whole}.{part:03}");
            let float: f64 = text.parse().unwrap();
            prop_assert_eq!(written(&text), Some(float.to_string()));
            let bytes = Decimal::parse(&text).unwrap().times(1_048_576).ceil();
            prop_assert_eq!(bytes, (float * 1_048_576.0).ceil() as u64);
        }
    }
}
