//! Quantities in manifests, such as `1`, `1000m` and `1Gi`
//! (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).

/// The suffixes of quantities, with their powers of ten and of two.
const SUFFIXES: &[(&str, i32, u32)] = &[
    ("", 0, 0),
    ("n", -9, 0),
    ("u", -6, 0),
    ("m", -3, 0),
    ("k", 3, 0),
    ("M", 6, 0),
    ("G", 9, 0),
    ("T", 12, 0),
    ("P", 15, 0),
    ("E", 18, 0),
    ("Ki", 0, 10),
    ("Mi", 0, 20),
    ("Gi", 0, 30),
    ("Ti", 0, 40),
    ("Pi", 0, 50),
    ("Ei", 0, 60),
];

/// The smallest part of a quantity that Kubernetes keeps is 10⁻⁹.
const DECIMALS: i32 = 9;

/// Whether two texts are the same quantity of a resource. Other texts are compared as they are.
///
/// The API server rounds up to thousandths, so `0.5m` is `1m`.
#[must_use]
pub fn is_same_quantity(one: &str, other: &str) -> bool {
    const MILLI: i128 = 1_000_000;
    let thousandths = |text| {
        let exact = billionths(text)?;
        Some(exact.div_euclid(MILLI) + i128::from(exact.rem_euclid(MILLI) > 0))
    };
    one == other
        || match (thousandths(one), thousandths(other)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        }
}

/// Returns a quantity as a number of billionths; none if it is not a quantity, or is too precise
/// or too large.
#[must_use]
pub fn billionths(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let (ten, two) = power(suffix)?;
    let fraction = fraction.trim_end_matches('0');
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let binary = digits.checked_mul(1_i128.checked_shl(two)?)?;
    let exponent = ten + DECIMALS - i32::try_from(fraction.len()).ok()?;
    let scale = 10_i128.checked_pow(exponent.unsigned_abs())?;
    let scaled = if exponent >= 0 {
        binary.checked_mul(scale)?
    } else {
        (binary % scale == 0).then(|| binary / scale)?
    };
    Some(sign * scaled)
}

/// Returns the powers of ten and of two of a suffix, such as `m`, `Gi` or `e3`.
fn power(suffix: &str) -> Option<(i32, u32)> {
    let known = SUFFIXES.iter().find(|(name, _, _)| *name == suffix);
    known.map(|(_, ten, two)| (*ten, *two)).or_else(|| {
        let exponent = suffix.strip_prefix(['e', 'E'])?;
        exponent.parse().ok().map(|exponent: i32| (exponent, 0))
    })
}

#[cfg(test)]
mod tests {
    use super::{billionths, is_same_quantity};

    #[test]
    fn equal_quantities_may_have_different_suffixes() {
        for (one, other) in [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("134217728", "128Mi"),
            ("1e3", "1k"),
            ("1E", "1000P"),
            ("100", "100.0"),
            ("0", "0m"),
            ("+1", "1"),
            ("0.5m", "1m"),
            ("1.0001", "1001m"),
        ] {
            assert!(is_same_quantity(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn quantities_are_ordered_by_their_amount() {
        for (smaller, larger) in [("1G", "1Gi"), ("1.5Gi", "2Gi"), ("999m", "1"), ("-1", "0")] {
            assert!(billionths(smaller) < billionths(larger), "{smaller} and {larger}");
        }
        assert_eq!(billionths("0.5"), Some(500_000_000));
    }

    #[test]
    fn other_quantities_and_texts_differ() {
        for (one, other) in [
            ("1", "1001m"),
            ("1.5m", "1m"),
            ("1Gi", "1G"),
            ("1k", "1Ki"),
            ("1", "-1"),
            ("a", "b"),
            ("", "0"),
            (".", "0"),
            ("1.1.1", "1"),
            ("1m", "1M"),
            ("1e999999999", "1e999999998"),
        ] {
            assert!(!is_same_quantity(one, other), "{one} and {other}");
        }
    }
}
