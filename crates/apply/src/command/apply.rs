//! `optakit apply`.

use std::time::Instant;

use super::plan as plan_command;
use super::{connect, input, options, plan_output};
use crate::apply_bundle::apply_bundle;
use crate::bundle_file::IfModified;
use crate::cli::ApplyArgs;
use crate::file;
use crate::outcome::Outcome;
use crate::report::Report;
use crate::saved_plan::SavedPlan;
use crate::session::{self, Session};

/// Applies a bundle to its cluster.
///
/// # Errors
///
/// Fails if the bundle or the saved plan cannot be read, or the apply fails.
pub(crate) fn run(arguments: &ApplyArgs, report: &Report) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let ApplyArgs { input, plan, dry_run, options } = arguments;
    let if_modified = IfModified::allowed(options.allow_modified);
    let bundle = input::open(input, if_modified, report)?;
    let plan = match plan {
        Some(plan) => Some(SavedPlan::parse(&file::read_text(plan)?.text)?),
        None => None,
    };
    let cluster = connect::cluster(&bundle, &options.at)?;
    if *dry_run {
        let (aws, force) = (options::aws(&options.aws), options::force(&options.rollout.conflicts));
        return session::block_on(async {
            let (session, changes) =
                plan_command::find(bundle, &cluster, aws, &force, report).await?;
            plan_output::dry_run(&changes, &session, options.rollout.output, report);
            Ok(Outcome::Succeeded)
        });
    }
    session::block_on(async {
        let (aws, access) = (options::aws(&options.aws), connect::access(&options.write));
        let session = Session::open(bundle, &cluster, aws, access, report).await?;
        apply_bundle(session, &options::apply(options, plan), report, started).await?;
        Ok(Outcome::Succeeded)
    })
}
