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
    /// Whether the user chose the timeout.
    is_chosen: bool,
}

impl Patience {
    /// Returns the patience for a `--timeout`. Someone who chooses a timeout also wants to wait
    /// that long for a node.
    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        let grace = timeout.unwrap_or(DEFAULT_GRACE);
        let is_chosen = timeout.is_some();
        Self { timeout: timeout.unwrap_or(DEFAULT_TIMEOUT), grace, is_chosen }
    }

    /// Returns the patience with the timeout of the service files, unless the user chose one.
    #[must_use]
    pub(crate) fn or_timeout(self, timeout: Option<Duration>) -> Self {
        let timeout = timeout.filter(|_| !self.is_chosen).unwrap_or(self.timeout);
        Self { timeout, ..self }
    }
}
