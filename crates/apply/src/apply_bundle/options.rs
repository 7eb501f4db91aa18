//! The options of an apply.

use std::time::Duration;

use crate::deploy::DeployOptions;

/// The options of an apply.
#[derive(Clone, Debug)]
pub(crate) struct ApplyBundleOptions {
    pub(crate) deploy: DeployOptions,
    /// Whether to apply the last good revision again if pods do not become ready.
    pub(crate) roll_back: bool,
    /// How long to wait for the lock of another run.
    pub(crate) wait_lock: Duration,
}
