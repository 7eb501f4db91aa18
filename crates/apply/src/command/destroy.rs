//! `optakit destroy`: takes a layer's objects away.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;

use super::revisions::on_layer;
use crate::applyset::ApplySet;
use crate::cli::Destroy;
use crate::deploy::{confirm, count};
use crate::report::Report;
use crate::{history, lock};

/// Takes everything of a layer away that Optakit applied. What others need or nobody can make again
/// stays.
///
/// # Errors
///
/// When there is no way to the cluster, nobody says yes, or an object cannot be deleted.
pub(crate) fn run(arguments: &Destroy, report: &Report) -> anyhow::Result<ExitCode> {
    on_layer(&arguments.layer, report, async |session| {
        let set = ApplySet::read(&session.client, session.layer()).await?;
        let members = set.leftovers(&session.client, &[]).await?;
        for member in &members {
            report.note(format!("delete   {}", member.label()));
        }
        if members.is_empty() {
            report.note(format!("{}: nothing to delete", session.layer()));
            return Ok(ExitCode::SUCCESS);
        }
        if !arguments.yes && !std::io::stdin().is_terminal() {
            bail!("nobody is there to be asked: give `--yes` if all of this is to go");
        }
        confirm(
            &format!(
                "delete {} of {} in {}?",
                count(members.len(), "object"),
                session.layer(),
                session.cluster
            ),
            arguments.yes,
        )?;
        let lock = lock::acquire(&session.client, session.layer(), Duration::ZERO).await?;
        let outcome = async {
            set.prune(&session.client, &members).await?;
            set.forget(&session.client).await?;
            history::clear(&session.client, session.layer()).await?;
            anyhow::Ok(())
        };
        let outcome = outcome.await;
        lock.release().await;
        outcome?;
        report.note(format!(
            "{}: {} deleted; Namespace, Secret `manual-secrets`, ECR repository and IAM role stay",
            session.layer(),
            count(members.len(), "object")
        ));
        Ok(ExitCode::SUCCESS)
    })
}
