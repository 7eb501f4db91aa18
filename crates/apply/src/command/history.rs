//! `optakit history`.

use super::connect::with_service;
use crate::cli::HistoryArgs;
use crate::history::{self, Revision};
use crate::outcome::Outcome;
use crate::report::Report;
use crate::session::{Access, AwsUse};

/// Lists the revisions of a service, newest first.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the namespace does not exist.
pub(crate) fn run(arguments: &HistoryArgs, report: &Report) -> anyhow::Result<Outcome> {
    with_service(&arguments.service, AwsUse::Skip, Access::Read, report, async |session| {
        let revisions = history::list(&session.client, session.layer()).await?;
        report.result(&revisions.iter().map(line).collect::<String>());
        Ok(Outcome::Succeeded)
    })
}

fn line(revision: &Revision) -> String {
    format!(
        "{:>4}  {:<11}  {}  {}\n",
        revision.number,
        revision.status.word(),
        revision.recorded,
        revision.digest
    )
}
