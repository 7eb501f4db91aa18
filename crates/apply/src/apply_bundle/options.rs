//! The options of an apply.

use std::time::Duration;

use crate::deploy::DeployOptions;
use crate::push_image::PackedImage;

/// The options of an apply.
pub(crate) struct ApplyBundleOptions {
    pub(crate) deploy: DeployOptions,
    /// Whether to apply the revision that ran before again if the apply fails.
    pub(crate) roll_back: bool,
    /// How long to wait for the lock of another run.
    pub(crate) wait_lock: Duration,
    /// The image to push after the confirmation. Its digest is in the bundle already.
    pub(crate) image: Option<PackedImage>,
    /// A note about the image that runs after the apply.
    pub(crate) runs: Option<String>,
}
