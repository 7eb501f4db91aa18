//! `optakit rollback`.

use std::process::ExitCode;
use std::time::Duration;

use super::connect::with_service;
use super::options;
use crate::apply_bundle::{ApplyBundleOptions, roll_back};
use crate::cli::RollbackArgs;
use crate::report::Report;

/// Applies an earlier revision again. It becomes the newest revision.
///
/// # Errors
///
/// Fails if there is no such revision, or its pods do not become ready.
pub(crate) fn run(arguments: &RollbackArgs, report: &Report) -> anyhow::Result<ExitCode> {
    with_service(&arguments.service, options::aws(&arguments.aws), report, async |session| {
        let options = ApplyBundleOptions {
            deploy: options::deploy(&arguments.rollout, None),
            roll_back: false,
            wait_lock: Duration::ZERO,
            image: None,
        };
        roll_back(&session, arguments.to, &options, report).await?;
        Ok(ExitCode::SUCCESS)
    })
}
