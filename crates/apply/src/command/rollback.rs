//! `optakit rollback`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use super::connect::with_service;
use super::options;
use crate::cli::RollbackArgs;
use crate::history::{self, Revision, Status};
use crate::plural::plural;
use crate::report::Report;
use crate::session::AwsUse;
use crate::{deploy, lock};

/// Applies an earlier revision again. It becomes the newest revision.
///
/// # Errors
///
/// Fails if there is no such revision, or its pods do not become ready.
pub(crate) fn run(arguments: &RollbackArgs, report: &Report) -> anyhow::Result<ExitCode> {
    with_service(&arguments.service, AwsUse::Skip, report, async |session| {
        let revisions = history::list(&session.client, session.layer()).await?;
        let number = match arguments.to {
            Some(number) => number,
            None => before_newest(&revisions).context(
                "there is no earlier good revision\n  \
                 help: list the revisions with `optakit history`",
            )?,
        };
        let bundle = history::read(&session.client, session.layer(), number).await?;
        let session = session.with(bundle);
        let options = options::deploy(&arguments.rollout, None);
        let lock = lock::acquire(&session.client, session.layer(), Duration::ZERO).await?;
        let outcome = async {
            let deployed = deploy::deploy(&session, &options, None, report).await?;
            history::record(&session.client, &session.bundle, Status::Deployed).await?;
            anyhow::Ok(deployed)
        };
        let outcome = outcome.await;
        lock.release().await;
        report.note(format!(
            "{}: rolled back to revision {number}, {} applied",
            session.layer(),
            plural(outcome?.changes, "change")
        ));
        Ok(ExitCode::SUCCESS)
    })
}

/// Returns the last good revision before the newest one that differs from it.
fn before_newest(revisions: &[Revision]) -> Option<u32> {
    let newest = revisions.first()?;
    let good = |revision: &&Revision| {
        revision.status == Status::Deployed && revision.digest != newest.digest
    };
    revisions.iter().skip(1).find(good).map(|revision| revision.number)
}
