//! `optakit diff`.

use super::plan_output::print;
use super::{options, plan};
use crate::changes::Changes;
use crate::cli::{DiffArgs, ResultFormat};
use crate::outcome::Outcome;
use crate::plan::{creation_diff, diff};
use crate::report::Report;
use crate::session;

/// Prints what an apply would change as a unified diff. Exit code 2 if there are changes.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the API server rejects the plan.
pub(crate) fn run(arguments: &DiffArgs, report: &Report) -> anyhow::Result<Outcome> {
    let (bundle, cluster) = plan::open(&arguments.planned, report)?;
    session::block_on(async {
        let (aws, force) = options::plan(&arguments.planned);
        let (session, changes) = plan::find(bundle, &cluster, aws, &force, report).await?;
        if arguments.output != ResultFormat::Text {
            return Ok(print(&changes, &session, arguments.output, report));
        }
        changes.report_kept(report);
        report.result(&text(&changes));
        Ok(if changes.number() == 0 { Outcome::Succeeded } else { Outcome::Changes })
    })
}

fn text(changes: &Changes) -> String {
    let changed = changes.changed().map(|change| {
        let label = change.target.label();
        let old = if change.live.is_some() { label.as_str() } else { NONE };
        file(old, &label, &diff(change))
    });
    let untested = changes.untested.iter().map(|target| {
        let added = creation_diff(&target.object);
        file(NONE, &target.label(), &added)
    });
    let leftovers = changes.leftovers.iter().map(|leftover| file(&leftover.label(), NONE, ""));
    let aws = changes.aws.changed().map(|planned| {
        let label = format!("{} {}", planned.what(), planned.name());
        file(&label, &label, &planned.diff())
    });
    changed.chain(untested).chain(leftovers).chain(aws).collect()
}

/// The file name of an object that does not exist.
const NONE: &str = "/dev/null";

/// Returns the diff of one object with its header.
fn file(old: &str, new: &str, diff: &str) -> String {
    let end = if diff.is_empty() || diff.ends_with('\n') { "" } else { "\n" };
    format!("--- {old}\n+++ {new}\n{diff}{end}")
}
