//! `optakit drift`.

use anyhow::Context;

use super::connect::with_service;
use super::plan_output::print;
use crate::applyset::ApplySet;
use crate::changes::Changes;
use crate::cli::DriftArgs;
use crate::history;
use crate::outcome::Outcome;
use crate::owner::Force;
use crate::report::Report;
use crate::session::{Access, AwsUse};

/// Prints the differences between the cluster and the last deployed revision. Exit code 2 if there
/// are differences.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or no revision was deployed.
pub(crate) fn run(arguments: &DriftArgs, report: &Report) -> anyhow::Result<Outcome> {
    with_service(&arguments.service, AwsUse::Skip, Access::Read, report, async |session| {
        let (client, layer) = (&session.client, session.layer());
        let (set, revisions) =
            tokio::join!(ApplySet::read(client, layer), history::list(client, layer));
        let deployed = history::last_deployed(&set?, &revisions?).map_err(anyhow::Error::msg)?;
        let deployed = deployed.context(
            "no revision was deployed yet\n  help: apply a bundle first with `optakit apply`",
        )?;
        let bundle = history::read(client, layer, &deployed).await?;
        let session = session.with(bundle).await?;
        // A change by another field manager is drift too.
        let changes = Changes::find(&session, &Force { all: true, ..Force::default() }).await?;
        Ok(print(&changes, &session, arguments.output, "difference", report))
    })
}
