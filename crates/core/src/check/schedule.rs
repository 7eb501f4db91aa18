//! Cron schedules, as Kubernetes reads them
//! (<https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>).

/// Why a schedule is not valid.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// A field of a schedule: its name, its smallest and largest number, and the names of its numbers.
struct Field {
    name: &'static str,
    range: (u32, u32),
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", range: (0, 59), names: &[] },
    Field { name: "hour", range: (0, 23), names: &[] },
    Field { name: "day of the month", range: (1, 31), names: &[] },
    Field {
        name: "month",
        range: (1, 12),
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of the week",
        range: (0, SATURDAY),
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// The number of the last day of the week.
const SATURDAY: u32 = 6;

const SHORT_FORMS: &[&str] =
    &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
/// The units of durations, in nanoseconds.
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

const USE_FIVE: &str = "write five fields, such as `0 3 * * *` for three o'clock every day";
const USE_SHORT: &str = "use `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, or five fields";
const USE_RANGE: &str = "use `*`, a number, a range like `1-5`, or a step like `*/15`";

/// Checks a schedule.
///
/// # Errors
///
/// Fails if Kubernetes rejects the schedule.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        let message = "it has a time zone, which Kubernetes rejects".to_owned();
        return Err(Fault { message, help: "remove the time zone, and write the time in UTC" });
    }
    if text.starts_with('@') {
        return check_short_form(text);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let noun = if fields.len() == 1 { "field" } else { "fields" };
        let message = format!("it has {} {noun}, expected 5", fields.len());
        return Err(Fault { message, help: USE_FIVE });
    }
    let mut all = FIELDS.iter().zip(fields);
    all.try_for_each(|(field, text)| text.split(',').try_for_each(|part| field.check(part)))
}

fn check_short_form(text: &str) -> Result<(), Fault> {
    let is_valid = match text.strip_prefix("@every ") {
        Some(duration) => is_duration(duration),
        None => SHORT_FORMS.contains(&text),
    };
    let message = format!("`{text}` is not a valid short form");
    if is_valid { Ok(()) } else { Err(Fault { message, help: USE_SHORT }) }
}

/// Whether a text is a duration such as `1h30m`. Go stores durations as nanoseconds in an `int64`.
fn is_duration(text: &str) -> bool {
    let (mut rest, mut nanoseconds) = (text, 0_u64);
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let end = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
        let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == &unit[..end]) else {
            return false;
        };
        let number = &rest[..rest.len() - unit.len()];
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return false;
        }
        let whole = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u64::MAX) };
        nanoseconds = nanoseconds.saturating_add(whole.saturating_mul(*size));
        rest = &unit[end..];
    }
    !text.is_empty() && nanoseconds < 1 << 63
}

impl Field {
    /// Checks a part of a list: `*`, `5`, `1-5`, `*/15`, `1-30/2` or `mon`.
    fn check(&self, part: &str) -> Result<(), Fault> {
        let fault = |message: String| Err(Fault { message, help: USE_RANGE });
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        if step.is_some_and(|step| !step.parse().is_ok_and(|step: u32| step > 0)) {
            return fault(format!("the {} is `{part}`, expected a step above 0", self.name));
        }
        if matches!(range, "*" | "?") {
            return Ok(());
        }
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (Some(low), Some(high)) = (self.number(first), self.number(last)) else {
            let (least, most) = self.range;
            if range == "7" && most == SATURDAY {
                let message = "the day of the week is `7`, expected 0 to 6".to_owned();
                return Err(Fault { message, help: "write `0` for Sunday" });
            }
            return fault(format!("the {} is `{part}`, expected {least} to {most}", self.name));
        };
        if low > high {
            return fault(format!(
                "the {} is `{part}`, expected the smaller number first",
                self.name
            ));
        }
        Ok(())
    }

    fn number(&self, text: &str) -> Option<u32> {
        let (least, most) = self.range;
        let name = text.to_ascii_lowercase();
        let position = self.names.iter().position(|known| *known == name);
        let named = position.and_then(|at| u32::try_from(at).ok()).map(|at| at + least);
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = named.or_else(|| text.parse().ok().filter(|_| is_number));
        number.filter(|number| (least..=most).contains(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_of_kubernetes_are_valid() {
        for text in [
            "* * * * *",
            "*/5 * * * *",
            "0 3 * * MON-fri",
            "0,30 8-18/2 1 jan,jul 0-6",
            "? ? ? ? ?",
            "  0  0 31 12 6 ",
            "@daily",
            "@every 1h30m",
            "@every 1.5h",
            "@every .5h",
            "@every 1.h",
            "@every 2500000h",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn other_schedules_have_a_reason() {
        let check = |text: &str, expected: &str| {
            let fault = check(text).expect_err(text);
            assert!(fault.message.contains(expected), "{text}: {}", fault.message);
        };
        check("", "it has 0 fields");
        check("0 0 * * * *", "it has 6 fields");
        check("60 * * * *", "the minute is `60`, expected 0 to 59");
        check("0 0 0 * *", "the day of the month is `0`");
        check("0 0 * * 7", "the day of the week is `7`, expected 0 to 6");
        check("0 0 * * sunday", "`sunday`");
        check("*/0 * * * *", "the minute is `*/0`, expected a step above 0");
        check("5-1 * * * *", "expected the smaller number first");
        check("1, * * * *", "the minute is ``");
        check("-5 * * * *", "the minute");
        check("@reboot", "is not a valid short form");
        for text in ["@every day", "@every 1.5.5h", "@every .h", "@every 99999999h", "@every 5"] {
            check(text, "is not a valid short form");
        }
        check("TZ=Europe/Berlin 0 3 * * *", "time zone");
    }
}
