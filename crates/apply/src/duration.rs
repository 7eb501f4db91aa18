//! Durations: how they are written in arguments and shown in messages.

use std::time::Duration;

use k8s_openapi::jiff::SignedDuration;

/// The longest duration of an argument.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Reads an argument in whole seconds: `300`, `300s`, `5m` or `1h30m`.
///
/// # Errors
///
/// Fails if the text is not a duration, or longer than 24 hours.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let invalid =
        || "expected whole seconds, or a duration like `300s`, `5m` or `1h30m`".to_owned();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let duration = if is_number {
        // A number with more digits is longer than the longest duration too.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let duration: SignedDuration = text.parse().map_err(|_| invalid())?;
        Duration::try_from(duration).map_err(|_| invalid())?
    };
    if duration > MAX {
        return Err("expected at most `24h`".to_owned());
    }
    if duration.subsec_nanos() == 0 { Ok(duration) } else { Err(invalid()) }
}

/// Reads an argument that must not be zero.
///
/// # Errors
///
/// Fails like [`parse`], or if the duration is zero.
pub(crate) fn parse_nonzero(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err("expected at least `1s`".to_owned()),
        duration => Ok(duration),
    }
}

/// Formats a duration in whole seconds: `45 s`, `2m05s` or `1h02m05s`.
pub(crate) fn text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, rest) = (seconds / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, minutes) => format!("{minutes}m{rest:02}s"),
        (hours, minutes) => format!("{hours}h{minutes:02}m{rest:02}s"),
    }
}

/// Formats an age in its largest unit, as kubectl does: `45s`, `12m`, `5h` or `3d`.
pub(crate) fn age(duration: Duration) -> String {
    const DAY: u64 = 24 * HOUR;
    match duration.as_secs() {
        seconds if seconds < 2 * MINUTE => format!("{seconds}s"),
        seconds if seconds < 2 * HOUR => format!("{}m", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{}h", seconds / HOUR),
        seconds => format!("{}d", seconds / DAY),
    }
}

/// Formats a duration with tenths of a second, if it is shorter than a minute: `7.2 s`.
pub(crate) fn precise_text(duration: Duration) -> String {
    let tenths = duration.as_millis().saturating_add(50) / 100;
    if tenths < u128::from(MINUTE * 10) {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    text(duration + Duration::from_millis(500))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_has_one_unit() {
        for (seconds, text) in [(119, "119s"), (120, "2m"), (7200, "2h"), (172_800, "2d")] {
            assert_eq!(age(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn durations_are_read_with_and_without_units() {
        for (text, seconds) in [
            ("0", 0),
            ("300", 300),
            ("300s", 300),
            ("5m", 300),
            ("1h30m", 5400),
            ("1h 30m", 5400),
            ("90m", 5400),
            ("24h", 86400),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", " ", "m", "5x", "-5", "-5m", "5m ago", "1.5", "500ms", "five", "0x10", "٣"]
        {
            let error = parse(text).expect_err(text);
            assert!(error.contains("`300s`, `5m` or `1h30m`"), "{text}: {error}");
        }
        for text in ["25h", "86401", "18446744073709551615", "99999999999999999999999", "9000000h"]
        {
            assert_eq!(parse(text), Err("expected at most `24h`".to_owned()), "{text}");
        }
        assert_eq!(parse_nonzero("0s"), Err("expected at least `1s`".to_owned()));
        assert_eq!(parse_nonzero("1"), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn durations_over_a_minute_are_shown_with_units() {
        let shown = |seconds: f64| precise_text(Duration::from_secs_f64(seconds));
        assert_eq!(shown(0.0), "0.0 s");
        assert_eq!(shown(7.25), "7.3 s");
        assert_eq!(shown(59.94), "59.9 s");
        assert_eq!(shown(59.96), "1m00s");
        assert_eq!(shown(125.4), "2m05s");
        assert_eq!(shown(3725.0), "1h02m05s");
        assert_eq!(text(Duration::from_secs(45)), "45 s");
        assert_eq!(text(Duration::from_secs(60)), "1m00s");
        assert_eq!(text(Duration::from_secs(300)), "5m00s");
    }
}
