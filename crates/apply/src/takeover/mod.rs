//! Takes over the objects of a bundle from a Helm release of Opta without restarting a pod.
//!
//! Helm's records are copied first and deleted last. So an interrupted takeover finds its releases
//! again, and Helm cannot delete objects of Optakit after a takeover.

mod archive;
mod found;
mod helm;
mod live_objects;
mod records;
mod transfer;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail};
use found::Found;

use crate::applyset::ApplySet;
use crate::history::{self, Revision, Status};
use crate::live::DesiredObject;
use crate::plural::plural;
use crate::report::{Event, Report, confirm};
use crate::session::Session;
use crate::{hint, lock, preflight};

/// Takes over the objects of the bundle. A second run completes an interrupted one.
///
/// # Errors
///
/// Fails if no object belongs to a Helm release, a pod would restart, a permission is missing, or
/// the API server rejects a change.
pub(crate) async fn take_over(
    session: &Session,
    yes: bool,
    wait: Duration,
    report: &Report,
) -> anyhow::Result<()> {
    let targets = check(session).await?;
    let found = Found::read(session, targets.clone()).await?;
    preflight::check_takeover(session, &found.members(), &found.record_places()).await?;
    let work = async |_| {
        // Another run may have changed the layer before this run took the lock.
        let found = Found::read(session, targets).await?;
        if found.releases.is_empty() {
            return no_release(session).await.map(|()| 0);
        }
        live_objects::refuse_restarts(session, &found.live).await?;
        report_plan(&found, report);
        let objects = plural(found.live.len(), "object");
        let question = format!(
            "take over {objects} from Helm in {}? Pods are not restarted.",
            session.cluster
        );
        let kept = format!("nothing was changed, and Helm still owns {objects}");
        confirm(&question, yes, &kept).await?;
        write(session, &found, report).await.with_context(|| {
            format!(
                "the takeover of {} is not complete; no pod was restarted, and Helm's records are \
                 deleted last\n  help: complete it with `{}`",
                session.layer(),
                hint::optakit("takeover", "")
            )
        })?;
        Ok(found.live.len())
    };
    let objects = lock::hold(session, wait, report, work, async || ()).await?;
    report.event(&Event::TakenOver { layer: session.layer(), objects });
    report_terraform(session, report);
    Ok(())
}

/// Reports what a takeover would change, and changes nothing.
///
/// # Errors
///
/// Fails if a takeover would fail before its first change.
pub(crate) async fn preview(session: &Session, report: &Report) -> anyhow::Result<()> {
    let found = Found::read(session, check(session).await?).await?;
    preflight::check_takeover(session, &found.members(), &found.record_places()).await?;
    if found.releases.is_empty() {
        no_release(session).await?;
    }
    live_objects::refuse_restarts(session, &found.live).await?;
    report_plan(&found, report);
    report.note("dry run: nothing was changed");
    Ok(())
}

/// Fails if the layer was never taken over.
async fn no_release(session: &Session) -> anyhow::Result<()> {
    if archive::exists(&session.client, session.layer()).await? {
        return Ok(());
    }
    bail!(
        "no object of {} belongs to a Helm release\n  help: apply it with `{}`",
        session.layer(),
        hint::optakit("apply", "")
    );
}

/// Makes all changes of a takeover. Each step can be repeated.
async fn write(session: &Session, found: &Found, report: &Report) -> anyhow::Result<()> {
    let (client, layer) = (&session.client, session.layer());
    for records in &found.releases {
        archive::copy(client, layer, records).await?;
        report.step(
            "archived",
            format!(
                "{} of Helm release {} in Secrets of namespace {layer}",
                plural(records.all.len(), "record"),
                records.release.name
            ),
        );
    }
    let members = found.members();
    let mut set = found.set.clone();
    session.record_place(&mut set);
    set.announce(client, &members, false).await?;
    transfer::objects(session, found).await?;
    for adopted in &found.adopted {
        transfer::adopt(session, found, adopted).await?;
    }
    record(session, &mut set, &members).await?;
    for records in &found.releases {
        archive::delete_records(client, records).await?;
    }
    Ok(())
}

/// Records the bundle as the revision that runs now, unless an interrupted run has done that.
async fn record(
    session: &Session,
    set: &mut ApplySet,
    members: &[DesiredObject],
) -> anyhow::Result<()> {
    let (client, layer) = (&session.client, session.layer());
    let revisions = history::list(client, layer).await?;
    let digest = session.bundle.actual_digest();
    let is_recorded =
        |newest: &&Revision| newest.digest == digest && newest.status == Status::Deployed;
    let revision = match revisions.first().filter(is_recorded) {
        Some(newest) => newest.clone(),
        None => history::record(client, &session.bundle, Status::Deployed, &revisions).await?,
    };
    history::mark(set, &revision);
    set.announce(client, members, false).await?;
    Ok(())
}

/// Checks that every object of the bundle can be applied, and returns them.
async fn check(session: &Session) -> anyhow::Result<Vec<DesiredObject>> {
    if !session.namespace_exists {
        bail!(
            "namespace `{}` does not exist in {}: there is nothing to take over",
            session.layer(),
            session.cluster
        );
    }
    preflight::check_images(session).await?;
    preflight::check_inputs(&session.bundle, &[])?;
    Ok(session.targets())
}

fn report_plan(found: &Found, report: &Report) {
    for records in &found.releases {
        let release = &records.release;
        report.step("release", format!("{} in namespace {}", release.name, release.namespace));
        if records.all.is_empty() {
            report.warning(format!(
                "release {} has no records in Secrets or ConfigMaps of namespace {}; if Helm \
                 stores them in a database (HELM_DRIVER=sql), `helm uninstall` still deletes the \
                 service\n  help: delete the release from the database before you run Helm again",
                release.name, release.namespace
            ));
        }
        if records.status.starts_with("pending-") {
            report.warning(format!(
                "release {} is in the state {}: check that Helm or Terraform is not running",
                release.name, records.status
            ));
        }
    }
    for live in &found.live {
        report.step("will adopt", live.target.label());
    }
    let is_new =
        |target: &&DesiredObject| !found.live.iter().any(|live| live.target.index == target.index);
    for target in found.targets.iter().filter(is_new) {
        report.step("will create", target.label());
    }
    for adopted in &found.adopted {
        let label = adopted.label();
        report
            .step("will adopt", format!("{label}  (not in the bundle: the next apply deletes it)"));
    }
    for left in &found.left {
        let name = format!("{} {}", left.kind, left.name);
        report.step("will keep", format!("{name}  (not in the bundle: it does not change)"));
    }
}

/// Prints the commands that remove the service from the state of Terraform.
fn report_terraform(session: &Session, report: &Report) {
    let modules: BTreeSet<&str> =
        session.bundle.aws.iter().map(|resource| resource.module()).collect();
    let has_repository =
        |module: &str| session.bundle.repositories().any(|(owner, _)| owner == module);
    let commands = modules.into_iter().map(|module| helm::state_rm(module, has_repository(module)));
    let commands: String = commands.collect();
    report.note(format!(
        "Terraform still manages the service and would delete it; run this in its working \
         directory:\n{}",
        commands.trim_end()
    ));
}
