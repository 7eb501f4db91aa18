//! `optakit rollback`.

use std::path::Path;

use super::connect::{access, with_service};
use super::{options, plan_output};
use crate::apply_bundle::{ApplyBundleOptions, preview_rollback, roll_back};
use crate::changes::Changes;
use crate::cli::RollbackArgs;
use crate::outcome::{Outcome, UsageError};
use crate::report::Report;
use crate::session::Access;

/// Applies an earlier revision again. It becomes the newest revision.
///
/// # Errors
///
/// Fails if there is no such revision, or its pods do not become ready.
pub(crate) fn run(arguments: &RollbackArgs, report: &Report) -> anyhow::Result<Outcome> {
    check_file(arguments)?;
    let (aws, access) = (options::aws(&arguments.aws), access(&arguments.write));
    if arguments.dry_run {
        return with_service(&arguments.service, aws, Access::Preview, report, async |session| {
            let back = preview_rollback(&session, arguments.to, report).await?;
            let force = options::force(&arguments.rollout.conflicts);
            let changes = Changes::find(&back, &force).await?;
            plan_output::dry_run(&changes, &back, arguments.rollout.output, report);
            Ok(Outcome::Succeeded)
        });
    }
    with_service(&arguments.service, aws, access, report, async |session| {
        let options = ApplyBundleOptions {
            deploy: options::deploy(&arguments.rollout, None),
            roll_back: false,
            wait_lock: options::wait_lock(&arguments.write),
            image: None,
            runs: None,
        };
        roll_back(&session, arguments.to, &options, report).await?;
        Ok(Outcome::Succeeded)
    })
}

/// Rejects a number instead of a file, as `helm rollback` expects it.
fn check_file(arguments: &RollbackArgs) -> Result<(), UsageError> {
    let file = arguments.service.input.file.as_deref();
    let number = file.and_then(Path::to_str).and_then(|text| text.parse::<u32>().ok());
    match (number, file) {
        (Some(number), Some(file)) if !file.exists() => Err(UsageError(format!(
            "`{number}` is not a file, expected a service file or bundle\n  \
             help: to roll back to revision {number}, pass `--to {number}`"
        ))),
        _ => Ok(()),
    }
}
