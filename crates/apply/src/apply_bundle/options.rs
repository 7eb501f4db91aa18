//! The options of an apply.

use std::time::Duration;

use crate::deploy::DeployOptions;

/// The options of an apply.
#[derive(Clone, Debug)]
pub(crate) struct ApplyBundleOptions {
    pub(crate) deploy: DeployOptions,
    /// Whether to apply the last good revision again if the apply fails.
    pub(crate) roll_back: bool,
    /// How long to wait for the lock of another run.
    pub(crate) wait_lock: Duration,
}
