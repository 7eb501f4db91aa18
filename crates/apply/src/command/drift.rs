//! `optakit drift`.

use anyhow::{anyhow, bail};

use super::connect::with_service;
use super::drift_output::{Comparison, json, text};
use crate::applyset::ApplySet;
use crate::changes::{Changes, aws_plan};
use crate::cli::{DriftArgs, ResultFormat};
use crate::drift::AddedFields;
use crate::history::{self, Base, Current, Revision};
use crate::outcome::Outcome;
use crate::owner::Force;
use crate::report::Report;
use crate::session::{Access, AwsUse, Session};
use crate::{drift, hint, lock};

/// Prints the differences between the cluster and the last deployed revision.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or no revision was deployed.
pub(crate) fn run(arguments: &DriftArgs, report: &Report) -> anyhow::Result<Outcome> {
    let aws = if arguments.skip_aws { AwsUse::Skip } else { AwsUse::Compare };
    with_service(&arguments.service, aws, Access::Read, report, async |session| {
        let (current, revision) = base(&session).await?;
        let bundle = history::read(&session.client, session.layer(), &revision).await?;
        let session = session.with(bundle).await?;
        // A change by another field manager is also a difference.
        let force = Force { all: true, ..Force::default() };
        let (changes, aws) =
            tokio::join!(Changes::in_cluster(&session, &force), compared_aws(&session, &revision));
        let changes = changes?;
        let aws = aws.unwrap_or_else(|reason| {
            report.note(reason);
            Default::default()
        });
        for paused in changes.paused() {
            report.warning(paused);
        }
        let comparison = Comparison {
            session: &session,
            later: current.applied.as_ref().filter(|applied| **applied != revision),
            revision: &revision,
            objects: drift::all(&changes),
            aws,
        };
        match arguments.output {
            ResultFormat::Text => report.result(&text(&comparison)),
            ResultFormat::Json => report.json(&json(&comparison)),
            ResultFormat::Yaml => report.yaml(&json(&comparison)),
        }
        for added in AddedFields::of(&changes) {
            report.warning(added.warning());
        }
        Ok(if comparison.number() == 0 { Outcome::Succeeded } else { Outcome::Changes })
    })
}

/// Returns what runs now, and the revision to compare with: the last one that was deployed
/// completely.
async fn base(session: &Session) -> anyhow::Result<(Current, Revision)> {
    let (client, layer) = (&session.client, session.layer());
    let lock = async || lock::state(client, layer).await;
    let (revisions, set) =
        tokio::join!(history::list_settled(client, layer, lock), ApplySet::read(client, layer));
    let revisions = revisions?;
    let current = Current::find(client, layer, &set?, &revisions).await?;
    let found = match &current.base {
        Base::Revision(base) => Some(base),
        Base::Nothing => None,
        // Anyone who can write Secrets can add a revision, so another one proves nothing.
        Base::Unknown { reason } => bail!(
            "nothing to compare with: {reason}\n  help: apply a bundle with `{}`",
            hint::optakit("apply", "")
        ),
    };
    let revision = found.cloned().ok_or_else(|| {
        anyhow!(
            "no revision was deployed yet\n  help: apply a bundle first with `{}`",
            hint::optakit("apply", "")
        )
    })?;
    Ok((current, revision))
}

/// Compares AWS with a revision.
///
/// # Errors
///
/// Fails with the reason why AWS is not compared.
async fn compared_aws(
    session: &Session,
    revision: &Revision,
) -> Result<crate::aws::AwsPlan, String> {
    let number = revision.number;
    if session.skips_aws() || session.bundle.aws.is_empty() {
        return Ok(Default::default());
    }
    if revision.facts.skips_aws {
        return Err(format!(
            "AWS was not compared: revision {number} was applied with `--skip-aws`"
        ));
    }
    if session.aws.is_none() {
        return Err("AWS was not compared: there are no credentials for the account, or the OIDC \
                    issuer of the cluster is unknown\n  \
                    help: hide this with `--skip-aws`"
            .to_owned());
    }
    let plan = aws_plan(session).await;
    plan.map_err(|error| format!("AWS was not compared: {error:#}"))
}
