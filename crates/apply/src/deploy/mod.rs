//! Makes the changes of a plan: writes the objects stage by stage, waits for the pods and deletes
//! old objects.

mod options;
mod replacement;
mod rollout_error;
mod rollouts;
mod scaling;
mod stages;

use optakit_core::kind::Kind;

use crate::apply;
use crate::changes::{Changes, rejected};
use crate::live::{self, DesiredObject, ObjectChange};
use crate::report::{ProgressTable, Report, confirm};
use crate::session::Session;

pub(crate) use options::DeployOptions;
pub(crate) use rollout_error::RolloutError;
use scaling::Scaling;
use stages::StagedApply;

/// Creates the namespace if it is missing. `kept` is the message if the user does not confirm.
///
/// The namespace is the only object that is written before the plan is complete, because the API
/// server cannot dry-run objects of a namespace that does not exist.
///
/// # Errors
///
/// Fails if the user does not confirm, or if the API server rejects the namespace.
pub(crate) async fn ensure_namespace(
    session: &mut Session,
    options: &DeployOptions,
    kept: &str,
    report: &Report,
) -> anyhow::Result<()> {
    if session.namespace_exists {
        return Ok(());
    }
    confirm(
        &format!("create the namespace `{}` in {}?", session.layer(), session.cluster),
        options.yes,
        kept,
    )
    .await?;
    let targets = session.targets();
    let namespaces: Vec<DesiredObject> =
        targets.into_iter().filter(|target| target.kind == Kind::Namespace).collect();
    live::object_changes(&session.client, namespaces.clone(), &options.force)
        .await
        .map_err(rejected)?;
    apply::write(&session.client, &namespaces, options.force.all).await?;
    report.step("created", format!("Namespace {}", session.layer()));
    session.namespace_exists = true;
    Ok(())
}

/// Writes the changed objects of a plan stage by stage. Waits for the pods of each stage if the
/// options say so.
///
/// # Errors
///
/// Fails if the API server rejects an object. Fails with a [`RolloutError`] if the pods do not
/// become ready.
pub(crate) async fn write(
    session: &Session,
    options: &DeployOptions,
    changes: &mut Changes,
    report: &Report,
) -> anyhow::Result<()> {
    let members = members(changes);
    session.record_place(&mut changes.set);
    changes.set.announce(&session.client, &members, false).await?;
    let changed: Vec<&ObjectChange> = changes.changed().collect();
    let stages = StagedApply {
        client: &session.client,
        bundle: &session.bundle,
        changed: &changed,
        scaling: Scaling {
            client: &session.client,
            set: &changes.set,
            leftovers: &changes.leftovers,
            changed: &changed,
            force: options.force.all,
        },
        force: options.force.all,
        patience: options.patience(&session.bundle),
        waits: options.waits,
        stop: &session.stop,
        progress: ProgressTable::new(report, &rows(&changed, &members, options.waits)),
    };
    stages.run(members).await
}

/// Deletes the leftovers of a plan.
///
/// # Errors
///
/// Fails if the API server rejects a deletion.
pub(crate) async fn prune(session: &Session, changes: &mut Changes) -> anyhow::Result<()> {
    changes.set.prune(&session.client, &changes.leftovers).await?;
    // Objects that are not deleted stay in the set.
    let only = changes.kept.is_none();
    let members = members(changes);
    changes.set.announce(&session.client, &members, only).await?;
    Ok(())
}

fn members(changes: &Changes) -> Vec<DesiredObject> {
    changes.objects.iter().map(|change| change.target.clone()).collect()
}

/// Returns the rows of the progress table: the changed objects, and the Deployments that are waited
/// for.
fn rows(changed: &[&ObjectChange], members: &[DesiredObject], waits: bool) -> Vec<String> {
    let is_changed =
        |target: &DesiredObject| changed.iter().any(|change| change.target.index == target.index);
    let shown = members.iter().filter(|target| {
        target.namespace.is_some() && ((waits && target.kind.is_awaited()) || is_changed(target))
    });
    shown.map(DesiredObject::label).collect()
}
