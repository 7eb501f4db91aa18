//! `optakit destroy`.

use anyhow::Context;
use optakit_core::aws::AwsResource;
use optakit_core::kind::Kind;
use optakit_core::render::MANUAL_SECRETS;

use super::connect::{access, with_service};
use super::options;
use crate::applyset::{ApplySet, Leftover};
use crate::cli::DestroyArgs;
use crate::history::{self, Current};
use crate::outcome::Outcome;
use crate::plural::plural;
use crate::report::{Event, Report, confirm};
use crate::session::{Access, AwsUse, Session};
use crate::{hint, lock};

/// Deletes the objects of a service that Optakit applied. Keeps objects that other tools need or
/// that cannot be restored.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, the user does not confirm, or an object cannot be
/// deleted.
pub(crate) fn run(arguments: &DestroyArgs, report: &Report) -> anyhow::Result<Outcome> {
    let DestroyArgs { skip_aws, yes, .. } = *arguments;
    if arguments.dry_run {
        let aws = AwsUse::Skip;
        return with_service(&arguments.service, aws, Access::Preview, report, async |session| {
            let set = ApplySet::read(&session.client, session.layer()).await?;
            let members = set.leftovers(&session.client, &[]).await?;
            show(&session, &set, &members, skip_aws, report).await?;
            report.note("dry run: nothing was changed");
            Ok(Outcome::Succeeded)
        });
    }
    let access = access(&arguments.write);
    with_service(&arguments.service, AwsUse::Skip, access, report, async |session| {
        let work = async |_| destroy(&session, skip_aws, yes, report).await;
        lock::hold(&session, options::wait_lock(&arguments.write), report, work, async || ())
            .await?;
        Ok(Outcome::Succeeded)
    })
}

async fn destroy(
    session: &Session,
    skip_aws: bool,
    yes: bool,
    report: &Report,
) -> anyhow::Result<()> {
    let set = ApplySet::read(&session.client, session.layer()).await?;
    if set.is_empty() {
        report.event(&Event::Deleted { layer: session.layer(), objects: 0 });
        return Ok(());
    }
    let members = set.leftovers(&session.client, &[]).await?;
    show(session, &set, &members, skip_aws, report).await?;
    let objects = plural(members.len(), "object");
    let question =
        format!("delete {objects} and the history of {} in {}?", session.layer(), session.cluster);
    let kept = format!("the {objects} and the revisions of {} were not deleted", session.layer());
    confirm(&question, yes, &kept).await?;
    let deleted = async {
        set.prune(&session.client, &members).await?;
        history::clear(&session.client, session.layer()).await?;
        // The parent is deleted last, so that a run that is interrupted can be repeated.
        set.forget(&session.client).await?;
        anyhow::Ok(())
    };
    deleted.await.with_context(|| {
        format!(
            "some objects of {} were deleted, others may still exist\n  \
             help: delete the rest with `{}`",
            session.layer(),
            hint::optakit("destroy", "")
        )
    })?;
    report.event(&Event::Deleted { layer: session.layer(), objects: members.len() });
    Ok(())
}

/// Whether the layer has IAM roles: the revision that runs was not applied with `--skip-aws`. An
/// ECR repository may exist, because `push` creates it.
async fn uses_aws(session: &Session, set: &ApplySet) -> anyhow::Result<bool> {
    let (client, layer) = (&session.client, session.layer());
    let revisions = history::list(client, layer).await?;
    let current = Current::find(client, layer, set, &revisions).await?;
    Ok(current.applied.is_none_or(|applied| !applied.facts.skips_aws))
}

/// Prints what is deleted and what is kept.
async fn show(
    session: &Session,
    set: &ApplySet,
    members: &[Leftover],
    skip_aws: bool,
    report: &Report,
) -> anyhow::Result<()> {
    for member in members {
        report.step("will delete", member.label());
    }
    report.step("will delete", "the history of the revisions");
    let layer = session.layer();
    report.step("will keep", format!("Namespace {layer}, Secret {MANUAL_SECRETS}"));
    for set in members.iter().filter(|member| member.kind == Kind::StatefulSet) {
        report.step("will keep", format!("the PersistentVolumeClaims of {}", set.label()));
    }
    if skip_aws {
        return Ok(());
    }
    let uses_aws = uses_aws(session, set).await?;
    for resource in &session.bundle.aws {
        match resource {
            AwsResource::EcrRepository { resource, .. } => {
                report.step("will keep", format!("ECR repository {} in AWS", resource.name));
            }
            AwsResource::IamRole { .. } if !uses_aws => {}
            AwsResource::IamRole { resource, .. } => {
                report.step("will keep", format!("IAM role {} in AWS", resource.name));
                report.step("will keep", format!("IAM policy {} in AWS", resource.policy.name));
            }
        }
    }
    Ok(())
}
