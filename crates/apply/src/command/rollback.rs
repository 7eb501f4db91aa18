//! `optakit rollback`.

use super::connect::{access, with_service};
use super::options;
use crate::apply_bundle::{ApplyBundleOptions, roll_back};
use crate::cli::RollbackArgs;
use crate::outcome::Outcome;
use crate::report::Report;

/// Applies an earlier revision again. It becomes the newest revision.
///
/// # Errors
///
/// Fails if there is no such revision, or its pods do not become ready.
pub(crate) fn run(arguments: &RollbackArgs, report: &Report) -> anyhow::Result<Outcome> {
    let (aws, access) = (options::aws(&arguments.aws), access(&arguments.write));
    with_service(&arguments.service, aws, access, report, async |session| {
        let options = ApplyBundleOptions {
            deploy: options::deploy(&arguments.rollout, None),
            roll_back: false,
            wait_lock: options::wait_lock(&arguments.write),
            image: None,
        };
        roll_back(&session, arguments.to, &options, report).await?;
        Ok(Outcome::Succeeded)
    })
}
