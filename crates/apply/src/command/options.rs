//! Converts arguments to the options of a deployment.

use std::path::Path;
use std::time::Duration;

use optakit_core::model::image::check_tag;

use crate::apply_bundle::ApplyBundleOptions;
use crate::cli::{
    ApplyOptionArgs, AwsArgs, ConflictArgs, ImageNameArgs, OnFailure, PlannedArgs, RolloutArgs,
    WriteArgs,
};
use crate::deploy::DeployOptions;
use crate::outcome::UsageError;
use crate::owner::Force;
use crate::push_image::ImageFile;
use crate::saved_plan::SavedPlan;
use crate::session::AwsUse;
use crate::wait::Patience;

/// How long a run waits for a lock in continuous integration.
const WAIT_LOCK_IN_CI: Duration = Duration::from_secs(600);

/// Returns which fields of other field managers are overwritten.
pub(super) fn force(conflicts: &ConflictArgs) -> Force {
    Force { all: conflicts.force_conflicts, fields: conflicts.force_field.clone() }
}

/// Returns how a run uses AWS.
pub(super) const fn aws(aws: &AwsArgs) -> AwsUse {
    if aws.skip_aws { AwsUse::Skip } else { AwsUse::Manage { adopt: aws.adopt } }
}

/// Returns how a plan uses AWS, and which fields of others it overwrites.
pub(super) fn plan(arguments: &PlannedArgs) -> (AwsUse, Force) {
    (aws(&arguments.aws), force(&arguments.conflicts))
}

/// Returns how long to wait for the lock of another run.
pub(super) fn wait_lock(write: &WriteArgs) -> Duration {
    let in_ci = std::env::var_os("CI").is_some();
    write.wait_lock.unwrap_or(if in_ci { WAIT_LOCK_IN_CI } else { Duration::ZERO })
}

/// Returns the options of a deployment.
pub(super) fn deploy(rollout: &RolloutArgs, plan: Option<SavedPlan>) -> DeployOptions {
    DeployOptions {
        force: force(&rollout.conflicts),
        yes: rollout.yes,
        patience: Patience::new(rollout.timeout),
        waits: !rollout.no_wait,
        accepts_platform: rollout.accept_platform,
        replaces_services: false,
        plan,
    }
}

/// Returns the options of an apply.
pub(super) fn apply(options: &ApplyOptionArgs, plan: Option<SavedPlan>) -> ApplyBundleOptions {
    let deploy = deploy(&options.rollout, plan);
    ApplyBundleOptions {
        deploy: DeployOptions { replaces_services: options.replace_services, ..deploy },
        roll_back: options.on_failure == OnFailure::Rollback,
        wait_lock: wait_lock(&options.write),
        image: None,
        runs: None,
    }
}

/// Returns the image that the arguments name.
///
/// # Errors
///
/// Fails if the tag is invalid.
pub(super) fn image(archive: &Path, name: &ImageNameArgs) -> Result<ImageFile, UsageError> {
    if let Some(tag) = &name.tag {
        check_tag(tag).map_err(|fault| UsageError(format!("`--tag`: {fault}")))?;
    }
    let ImageNameArgs { image, tag } = name;
    Ok(ImageFile { archive: archive.to_owned(), name: image.clone(), tag: tag.clone() })
}
