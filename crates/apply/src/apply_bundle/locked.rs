//! Runs work under the lock of a layer.

use std::time::Duration;

use super::written::Written;
use crate::live::LiveError;
use crate::lock::{self, LockError};
use crate::preflight;
use crate::report::Report;
use crate::session::Session;

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
    let layer = session.layer();
    let lock = match lock::acquire(&session.client, layer, wait).await {
        Ok(lock) => lock,
        Err(error) => return Err(written.explain(denied(session, error).await, layer)),
    };
    if let Some(holder) = &lock.interrupted {
        report.warning(format!("the run of {holder} was interrupted; this run completes its work"));
    }
    let outcome = tokio::select! {
        outcome = work => outcome,
        _ = tokio::signal::ctrl_c() => Err(written.interrupted(layer)),
    };
    lock.release().await;
    outcome
}

/// Returns the error of a lock that cannot be taken. If the user may not write the Lease, returns
/// all problems of the apply, because other permissions are probably missing too.
async fn denied(session: &Session, error: LockError) -> anyhow::Error {
    if let LockError::Live(LiveError::Forbidden { .. }) = error {
        let (targets, _) = session.targets();
        if let Err(faults) = preflight::check(session, &targets).await {
            return faults.into();
        }
    }
    error.into()
}
