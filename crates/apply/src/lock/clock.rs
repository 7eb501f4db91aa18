//! A clock that only moves forward, also while the machine is suspended.

use std::time::{Duration, Instant};

/// A moment on the clocks of this machine. The time of day is never used, because it can be set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    monotonic: Instant,
    /// The time since the machine booted. It includes the time in which the machine was suspended.
    since_boot: Option<Duration>,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { monotonic: Instant::now(), since_boot: since_boot() }
    }

    /// Returns a moment in the past.
    #[cfg(test)]
    pub(super) fn ago(time: Duration) -> Self {
        let now = Self::now();
        let monotonic = now.monotonic.checked_sub(time).expect("the machine runs for longer");
        Self { monotonic, since_boot: now.since_boot.map(|now| now.saturating_sub(time)) }
    }

    /// Returns the time since this moment, by the clock that counted more.
    pub(super) fn elapsed(self) -> Duration {
        let booted = self.since_boot.zip(since_boot());
        let with_suspend = booted.map(|(then, now)| now.saturating_sub(then)).unwrap_or_default();
        self.monotonic.elapsed().max(with_suspend)
    }
}

/// `Instant` does not count the time in which Linux or macOS is suspended. These clocks do.
#[cfg(unix)]
fn since_boot() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(target_os = "linux")]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: ClockId = ClockId::Monotonic;
    Duration::try_from(clock_gettime(CLOCK)).ok()
}

/// On Windows, `Instant` counts the time in which the machine is suspended.
#[cfg(not(unix))]
const fn since_boot() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_counted_more_is_used() {
        let hour = Duration::from_secs(3600);
        let now = Moment::now();
        assert!(now.elapsed() < hour);
        let since_boot = now.since_boot.map(|now| now.saturating_sub(hour));
        if since_boot.is_some() {
            assert!(Moment { since_boot, ..now }.elapsed() >= Duration::from_secs(60));
        }
        let monotonic = now.monotonic.checked_sub(Duration::from_secs(60)).unwrap_or(now.monotonic);
        assert!(Moment { monotonic, ..now }.elapsed() >= Duration::from_secs(60));
        assert!(Moment { since_boot: None, ..now }.elapsed() < hour);
    }
}
