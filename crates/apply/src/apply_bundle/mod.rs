//! Applies a bundle or an earlier revision: lock, checks and plan, confirmation, AWS, rollout,
//! record, and rollback if that fails.

mod addresses;
mod attempt;
mod aws_resources;
mod locked;
mod options;
mod planned;
mod rollback;
mod run;
mod written;

use std::time::Instant;

use optakit_core::bundle::IMAGE_TAG;
use optakit_core::render::IMAGE_DIGEST;

pub(crate) use options::ApplyBundleOptions;

use crate::deploy::{self, DeployOptions};
use crate::hint;
use crate::plural::plural;
use crate::preflight;
use crate::report::{Event, Report, answer_time};
use crate::session::Session;
use locked::{denied, locked};
use run::Run;
use written::Written;

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
    preflight::check_inputs(&session.bundle, &[IMAGE_DIGEST, IMAGE_TAG])?;
    session.retries.set_limit(options.deploy.patience(&session.bundle).timeout);
    let written = Written::default();
    if !session.namespace_exists {
        // A lock and a dry run need the namespace. What can be checked without it comes first.
        let filled = filled(&session).await?;
        let targets = filled.targets();
        let choice = options.deploy.image_choice(options.image.as_ref());
        preflight::check(&filled, &targets, choice).await?;
        let kept = "the namespace was not created, and nothing was applied";
        deploy::ensure_namespace(&mut session, &options.deploy, kept, report).await?;
        written.namespace();
    }
    let work = async {
        // Another run may have changed the image before this run got the lock.
        let session = filled(&session).await?;
        let run = Run {
            session: &session,
            options: &options.deploy,
            restores: None,
            image: options.image.as_ref(),
            written: &written,
            report,
        };
        match run.confirm_and_execute().await {
            Ok(deployed) => Ok((deployed, addresses::of(&session))),
            Err(failure) if options.roll_back => Err(rollback::after_failure(run, failure).await),
            Err(failure) if failure.base.is_some() => {
                Err(failure.error.context("the rollout failed and was not rolled back"))
            }
            Err(failure) => Err(failure.error),
        }
    };
    let (deployed, addresses) = locked(&session, options.wait_lock, &written, report, work).await?;
    if let Some(image) = &options.runs {
        report.note(image);
    }
    report.event(&Event::Done {
        layer: session.layer(),
        changes: deployed.changes + written.before_plan(),
        addresses: &addresses,
        seconds: started.elapsed().saturating_sub(answer_time()).as_secs_f32(),
        waited: options.deploy.waits,
    });
    let stopped = addresses::stopped(&session.bundle);
    if !stopped.is_empty() {
        report.note(format!("no pods run: {} has zero pods", stopped.join(", ")));
    }
    report_unfinished(&options.deploy, &hint::optakit("apply", ""), report);
    Ok(())
}

/// Returns the session with the images that run now, for AUTO images without a tag and a digest.
async fn filled(session: &Session) -> anyhow::Result<Session> {
    let filled = match session.with_running_images().await {
        Ok(filled) => filled,
        Err(error) => return Err(denied(session, error.into()).await),
    };
    if filled.images.missing.is_empty() {
        preflight::check_inputs(&filled.bundle, &[])?;
    }
    Ok(filled)
}

/// Returns what a rollback would apply: a session with the bundle of the revision.
///
/// # Errors
///
/// Fails if there is no such revision, or it cannot be read.
pub(crate) async fn preview_rollback(
    session: &Session,
    to: Option<u32>,
    report: &Report,
) -> anyhow::Result<Session> {
    rollback::preview(session, to, report).await
}

/// Applies an earlier revision again, and reports the outcome. Without a number, that is the
/// revision before the one that runs now.
///
/// # Errors
///
/// Fails if there is no such revision, the user does not confirm, or its pods do not become ready.
pub(crate) async fn roll_back(
    session: &Session,
    to: Option<u32>,
    options: &ApplyBundleOptions,
    report: &Report,
) -> anyhow::Result<()> {
    let written = Written::default();
    let work = rollback::to(session, to, &options.deploy, &written, report);
    let (revision, deployed) = locked(session, options.wait_lock, &written, report, work).await?;
    report.note(format!(
        "{}: rolled back to {}, {} applied",
        session.layer(),
        rollback::name(&revision),
        plural(deployed.changes, "change")
    ));
    let again = hint::optakit("rollback", &format!("--to {}", revision.number));
    report_unfinished(&options.deploy, &again, report);
    Ok(())
}

/// Reports what a run with `--no-wait` leaves to the next run, which is the command `again`.
fn report_unfinished(options: &DeployOptions, again: &str, report: &Report) {
    if !options.waits {
        report.note(format!(
            "the pods may not be ready; run `{again}` to wait for them, and to delete old objects \
             and permissions"
        ));
    }
}
