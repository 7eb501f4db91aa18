//! Takes over the objects of a bundle from a Helm release of Opta without restarting a pod.

mod helm;
mod live_objects;
mod transfer;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::bail;
use helm::Release;
use live_objects::LiveObject;
use optakit_core::render::IMAGE_DIGEST;

use crate::applyset::ApplySet;
use crate::live::DesiredObject;
use crate::plural::plural;
use crate::report::{Report, confirm};
use crate::session::Session;
use crate::{lock, preflight};

/// Takes over the objects of the bundle. A second run completes an interrupted one.
///
/// # Errors
///
/// Fails if no object belongs to a Helm release, a pod would restart, or the API server
/// rejects a change.
pub(crate) async fn take_over(session: &Session, yes: bool, report: &Report) -> anyhow::Result<()> {
    let mut targets = check(session)?;
    let mut set = ApplySet::read(&session.client, session.layer()).await?;
    set.label(&mut targets);
    let found = live_objects::find(session, &targets).await?;
    let releases: BTreeSet<Release> =
        found.iter().filter_map(|found| helm::release_of(&found.live)).collect();
    if releases.is_empty() {
        bail!(
            "no object of {} belongs to a Helm release\n  help: apply it with `optakit apply`",
            session.layer()
        );
    }
    live_objects::refuse_restarts(session, &found).await?;
    report_plan(&targets, &found, &releases, report);
    let objects = plural(found.len(), "object");
    let question =
        format!("take over {objects} from Helm in {}? Pods are not restarted.", session.cluster);
    confirm(&question, yes).await?;
    lock::hold(session, Duration::ZERO, report, async |_| {
        set.announce(&session.client, &targets, false).await?;
        transfer::fields(session, &targets, &found).await?;
        transfer::releases(session, &releases, report).await
    })
    .await?;
    report.note(format!("{}: {objects} taken over, no pod restarted", session.layer()));
    report_terraform(session, report);
    Ok(())
}

/// Checks that every object of the bundle can be applied, and returns them.
fn check(session: &Session) -> anyhow::Result<Vec<DesiredObject>> {
    if !session.namespace_exists {
        bail!(
            "namespace `{}` does not exist in {}: there is nothing to take over",
            session.layer(),
            session.cluster
        );
    }
    preflight::check_inputs(&session.bundle, IMAGE_DIGEST)?;
    let (targets, left_out) = session.targets();
    if !left_out.is_empty() {
        bail!(
            "the bundle has no image for {}\n  \
             help: pass the running image with `--image-digest`, or write the bundle with \
             `--image-tag`",
            left_out.join(", ")
        );
    }
    Ok(targets)
}

fn report_plan(
    targets: &[DesiredObject],
    found: &[LiveObject],
    releases: &BTreeSet<Release>,
    report: &Report,
) {
    for Release { name, namespace } in releases {
        report.step("release", format!("{name} in namespace {namespace}"));
    }
    for found in found {
        report.step("will take", found.target.label());
    }
    let is_new =
        |target: &&DesiredObject| !found.iter().any(|found| found.target.index == target.index);
    for target in targets.iter().filter(is_new) {
        report.step("will create", target.label());
    }
}

/// Prints the commands that remove the service from the state of Terraform.
fn report_terraform(session: &Session, report: &Report) {
    let modules: BTreeSet<&str> =
        session.bundle.aws.iter().map(|resource| resource.module()).collect();
    let commands: String = modules.into_iter().map(helm::state_rm).collect();
    report.note(format!(
        "Terraform still manages the service and would delete it; run this in its working \
         directory:\n{}",
        commands.trim_end()
    ));
}
