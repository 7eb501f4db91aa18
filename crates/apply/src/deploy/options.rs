//! The options and the result of an apply.

use std::time::Duration;

use crate::owner::Force;
use crate::saved_plan::SavedPlan;

/// The options of an apply.
#[derive(Clone, Debug)]
pub(crate) struct DeployOptions {
    /// Which fields of other field managers are overwritten.
    pub(crate) force: Force,
    /// Skips the confirmation prompts.
    pub(crate) yes: bool,
    /// How long to wait for each Deployment.
    pub(crate) timeout: Duration,
    /// The saved plan that the changes must be equal to.
    pub(crate) plan: Option<SavedPlan>,
}

/// The result of an apply.
#[derive(Clone, Debug)]
pub(crate) struct Deployed {
    /// The number of changed objects.
    pub(crate) changes: usize,
    /// The modules that have no pods because they have no image.
    pub(crate) left_out: Vec<String>,
}
