//! The options of a deployment.

use optakit_core::bundle::Bundle;

use crate::bundle_defaults;
use crate::owner::Force;
use crate::preflight::ImageChoice;
use crate::push_image::PackedImage;
use crate::saved_plan::SavedPlan;
use crate::wait::Patience;

/// The options of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct DeployOptions {
    /// Which fields of other field managers are overwritten.
    pub(crate) force: Force,
    /// Skips the confirmation prompts.
    pub(crate) yes: bool,
    /// How long to wait for the Deployments of a stage.
    pub(crate) patience: Patience,
    /// Whether to wait for the Deployments. If not, old objects and permissions stay.
    pub(crate) waits: bool,
    /// Whether the image may be for a platform that no node has.
    pub(crate) accepts_platform: bool,
    /// Whether all services that run may be deleted, if the bundle has none of them.
    pub(crate) replaces_services: bool,
    /// The saved plan that the changes must be equal to.
    pub(crate) plan: Option<SavedPlan>,
}

impl DeployOptions {
    /// Returns what the checks before a run have to know about its images. `later` is the image
    /// that is pushed after the checks.
    pub(crate) const fn image_choice<'a>(&self, later: Option<&'a PackedImage>) -> ImageChoice<'a> {
        ImageChoice { later, accepts_platform: self.accepts_platform }
    }

    /// Returns how long to wait for the Deployments of a bundle.
    pub(crate) fn patience(&self, bundle: &Bundle) -> Patience {
        self.patience.or_timeout(bundle_defaults::timeout(bundle))
    }
}
