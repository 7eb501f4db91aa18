//! How long a wait lasts.

use std::time::Duration;

/// How long to wait for a rollout without `--timeout`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a problem that may go away is waited for without `--timeout`.
const DEFAULT_GRACE: Duration = Duration::from_secs(120);

/// How long a wait lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// How long to wait for the Deployments of a stage.
    pub(crate) timeout: Duration,
    /// How long to wait for a pod whose problem may go away, but does not change.
    pub(super) grace: Duration,
}

impl Patience {
    /// Returns the patience for a `--timeout`. Someone who chooses a timeout also wants to wait
    /// that long for a node.
    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        let grace = timeout.unwrap_or(DEFAULT_GRACE);
        Self { timeout: timeout.unwrap_or(DEFAULT_TIMEOUT), grace }
    }
}
