//! Applies a bundle: checks, AWS resources, namespace, lock, rollout, and rollback if that fails.

mod addresses;
mod aws_resources;
mod options;
mod rollback;

use std::time::Instant;

use anyhow::bail;
use optakit_core::render::IMAGE_DIGEST;

pub(crate) use options::ApplyBundleOptions;

use crate::changes::Changes;
use crate::deploy::{self, Deployed};
use crate::report::{Event, Report};
use crate::session::Session;
use crate::{lock, preflight};

/// Applies the bundle of a session and reports the outcome. `started` is when the command started.
///
/// # Errors
///
/// Fails if a check fails, AWS or the API server rejects a change, or pods do not become ready.
pub(crate) async fn apply_bundle(
    mut session: Session,
    options: &ApplyBundleOptions,
    report: &Report,
    started: Instant,
) -> anyhow::Result<()> {
    let changes = check(&session, options, report).await?;
    aws_resources::ensure_all(&session, report).await?;
    let new_namespace = deploy::ensure_namespace(&mut session, &options.deploy, report).await?;
    let lock = lock::acquire(&session.client, session.layer(), options.wait_lock).await?;
    // Another run may have changed the cluster before it released the lock.
    let changes = changes.filter(|_| lock.was_free && lock.interrupted.is_none());
    if let Some(holder) = &lock.interrupted {
        report.warning(format!("the run of {holder} was interrupted; this run completes its work"));
    }
    let outcome = tokio::select! {
        outcome = rollback::deploy_or_roll_back(&session, options, changes, report) => outcome,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!(
            "interrupted: changes that were already applied stay\n  \
             help: apply again to complete them"
        )),
    };
    lock.release().await;
    let deployed = outcome?;
    report_done(&session, &deployed, new_namespace, started, report);
    Ok(())
}

/// Runs all checks and finds the changes. Writes nothing. Returns `None` if the namespace does not
/// exist, because the changes are not known then.
async fn check(
    session: &Session,
    options: &ApplyBundleOptions,
    report: &Report,
) -> anyhow::Result<Option<Changes>> {
    preflight::check_inputs(&session.bundle, IMAGE_DIGEST)?;
    let (targets, _) = session.targets();
    let (checked, changes) = tokio::join!(preflight::check(session, &targets), async {
        if session.namespace_exists {
            Some(Changes::find(session, &options.deploy.force).await)
        } else {
            None
        }
    });
    match (checked, changes.transpose()) {
        (Ok(warnings), Ok(changes)) => {
            for warning in warnings {
                report.warning(warning);
            }
            Ok(changes)
        }
        (Err(faults), Err(rejections)) => bail!("{faults}\n{rejections}"),
        (Err(faults), Ok(_)) => Err(faults.into()),
        (Ok(_), Err(rejections)) => Err(rejections),
    }
}

fn report_done(
    session: &Session,
    deployed: &Deployed,
    new_namespace: bool,
    started: Instant,
    report: &Report,
) {
    report.event(&Event::Done {
        layer: session.layer(),
        changes: deployed.changes + usize::from(new_namespace),
        addresses: &addresses::of(&session.bundle.manifests),
        seconds: started.elapsed().as_secs_f32(),
    });
    for module in &deployed.left_out {
        let url = aws_resources::repository_url(&session.bundle, module);
        report.note(format!(
            "{module} has no image yet: push one to {url}, then apply with `--image-digest`"
        ));
    }
}
