//! `optakit destroy`.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;

use super::connect::with_service;
use crate::applyset::ApplySet;
use crate::cli::DestroyArgs;
use crate::plural::plural;
use crate::report::{Report, confirm};
use crate::session::AwsUse;
use crate::{history, lock};

/// Deletes the objects of a service that Optakit applied. Keeps objects that other tools need or
/// that cannot be restored.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, the user does not confirm, or an object cannot be
/// deleted.
pub(crate) fn run(arguments: &DestroyArgs, report: &Report) -> anyhow::Result<ExitCode> {
    with_service(&arguments.service, AwsUse::Skip, report, async |session| {
        let set = ApplySet::read(&session.client, session.layer()).await?;
        let members = set.leftovers(&session.client, &[]).await?;
        for member in &members {
            report.step("will delete", member.label());
        }
        if members.is_empty() {
            report.note(format!("{}: nothing to delete", session.layer()));
            return Ok(ExitCode::SUCCESS);
        }
        if !arguments.yes && !std::io::stdin().is_terminal() {
            bail!(
                "standard input is not a terminal, so the deletion cannot be confirmed\n  \
                 help: pass `--yes` to delete without confirmation"
            );
        }
        let objects = plural(members.len(), "object");
        let question = format!("delete {objects} of {} in {}?", session.layer(), session.cluster);
        confirm(&question, arguments.yes).await?;
        lock::hold(&session, Duration::ZERO, report, async |_| {
            set.prune(&session.client, &members).await?;
            set.forget(&session.client).await?;
            Ok(history::clear(&session.client, session.layer()).await?)
        })
        .await?;
        report.note(format!(
            "{}: {objects} deleted; kept the Namespace, the Secret `manual-secrets`, the ECR \
             repository and the IAM role",
            session.layer()
        ));
        Ok(ExitCode::SUCCESS)
    })
}
