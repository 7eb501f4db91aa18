//! The progress deadline of a Deployment: four fifths of the time that an apply waits, so that the
//! apply can still report the failure.

/// Returns the deadline of a rollout for a `timeout`, both in seconds.
pub(super) fn progress_deadline(timeout: i64) -> i64 {
    (timeout * 4 / 5).max(1)
}

/// Returns the `timeout` whose progress deadline this is, both in seconds.
#[must_use]
pub const fn timeout_of_deadline(deadline: u64) -> u64 {
    deadline.saturating_mul(5) / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_timeout_survives_the_way_back() {
        assert_eq!(progress_deadline(300), 240);
        assert_eq!(timeout_of_deadline(240), 300);
        assert_eq!((progress_deadline(1), timeout_of_deadline(1)), (1, 1));
    }
}
