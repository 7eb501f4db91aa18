//! The options of an apply.

use std::time::Duration;

use crate::deploy::DeployOptions;

/// The options of an apply.
#[derive(Clone, Debug)]
pub(crate) struct ApplyBundleOptions {
    pub(crate) deploy: DeployOptions,
    /// What to do if pods do not become ready.
    pub(crate) on_failure: OnFailure,
    /// How long to wait for the lock of another run.
    pub(crate) wait_lock: Duration,
}

/// What to do if pods do not become ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Apply the last good revision again, if there is one.
    Rollback,
    /// Leave everything as it is.
    Keep,
}
