//! Runs that did not record how they ended.

use super::list::list;
use super::revision::{HistoryError, Revision, Status};

/// Whether a run is changing a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    Held,
    Free,
}

/// Returns the revisions of a layer, newest first, as they are at this moment: a run without the
/// lock has ended. `lock` reads the lock, if that is necessary.
///
/// # Errors
///
/// Fails if the API server rejects a request.
pub(crate) async fn list_settled<E>(
    client: &kube::Client,
    layer: &str,
    lock: impl AsyncFnOnce() -> Result<Lock, E>,
) -> Result<Vec<Revision>, HistoryError>
where
    HistoryError: From<E>,
{
    let mut revisions = list(client, layer).await?;
    let is_unfinished = |revision: &Revision| revision.status == Status::Applying;
    if !revisions.iter().any(is_unfinished) {
        return Ok(revisions);
    }
    let lock = lock().await?;
    // The run that has the lock applies the newest revision.
    let skipped = usize::from(lock == Lock::Held);
    for revision in revisions.iter_mut().filter(|revision| is_unfinished(revision)).skip(skipped) {
        revision.status = Status::Interrupted;
    }
    Ok(revisions)
}
