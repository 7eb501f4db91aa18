//! Runs work under the lock of a layer.

use std::time::Duration;

use super::written::Written;
use crate::live::LiveError;
use crate::lock::{self, Held, LockError};
use crate::preflight::{self, ImageChoice};
use crate::report::Report;
use crate::session::Session;
use crate::stop::Interrupted;

/// Takes the lock of the layer, runs `work`, and releases the lock. Ctrl-C stops the work.
///
/// # Errors
///
/// Fails if another run has the lock, the work fails, or the user stops it.
pub(super) async fn locked<T>(
    session: &Session,
    wait: Duration,
    written: &Written,
    report: &Report,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let work = async |held: Held| {
        if let Some(holder) = &held.interrupted {
            report.warning(format!(
                "the run of {holder} was interrupted; this run completes its work"
            ));
        }
        work.await
    };
    let close = async || written.close(session).await;
    let error = match lock::hold(session, wait, report, work, close).await {
        Ok(outcome) => return Ok(outcome),
        Err(error) => error,
    };
    let layer = session.layer();
    if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        return Err(written.interrupted(interrupted.signal, layer));
    }
    if error.is::<LockError>() {
        return Err(written.explain(denied(session, error).await, layer));
    }
    Err(error)
}

/// Returns the error of a first request that failed. If it is forbidden, returns all problems of
/// the apply, because other permissions are probably missing too.
pub(super) async fn denied(session: &Session, error: anyhow::Error) -> anyhow::Error {
    let cause = match error.downcast_ref() {
        Some(LockError::Live(error)) => Some(error),
        Some(_) | None => error.downcast_ref(),
    };
    if let Some(LiveError::Forbidden { .. }) = cause
        && let Err(faults) =
            preflight::check(session, &session.objects(), ImageChoice::default()).await
    {
        return faults.into();
    }
    error
}
