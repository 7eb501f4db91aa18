//! Takes a lock. A lock of another run is watched: if its holder renews it, the run waits as long
//! as the user allows. If nobody renews it, the run takes it over.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;

use super::clock::Moment;
use super::error::LockError;
use super::lease::{DURATION, LayerLease, Written, holder_of};
use super::{holder, presence};
use crate::report::Report;

/// The pause between two attempts to take a lock.
const PAUSE: Duration = Duration::from_secs(1);

/// A lock that was taken.
pub(super) struct Taken {
    pub(super) lease: Lease,
    /// The moment before the request that took the lock.
    pub(super) at: Moment,
    /// The holder of a lock that was taken over. Its run was interrupted.
    pub(super) interrupted: Option<String>,
}

/// A lock of another run, as this run saw it last.
struct Observed {
    version: Option<String>,
    /// When this run saw the Lease change. The times in the Lease are from the clock of another
    /// machine, which may be wrong, so they are never compared.
    at: Moment,
}

/// Takes a lock. Waits up to `wait` for a run that renews the lock.
///
/// # Errors
///
/// Fails if another run keeps the lock, or if the API server rejects the Lease.
pub(super) async fn acquire(
    lease: &LayerLease,
    wait: Duration,
    report: &Report,
) -> Result<Taken, LockError> {
    let started = Moment::now();
    let mut observed: Option<Observed> = None;
    let mut is_renewed = false;
    loop {
        // Usually no Lease exists, so this creates one before it reads one.
        let at = Moment::now();
        if let Written::Done(lease) = lease.create().await? {
            return Ok(Taken { lease: *lease, at, interrupted: None });
        }
        let Some(found) = lease.read().await? else {
            // The Lease was deleted since, or a webhook rejects it as if it existed.
            if started.elapsed() >= wait.max(DURATION) {
                return Err(LockError::Refused { layer: lease.layer().to_owned() });
            }
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let is_free = can_be_taken(lease, &found);
        let version = found.metadata.resource_version.clone();
        let last = match observed.take() {
            Some(last) if last.version == version => last,
            before => {
                is_renewed |= before.is_some();
                if before.is_none() && !is_free {
                    report.note(format!("waiting for the lock of {}", holder::describe(&found)));
                }
                Observed { version, at: Moment::now() }
            }
        };
        if is_free || last.at.elapsed() >= duration_of(&found) {
            let at = Moment::now();
            if let Written::Done(taken) = lease.take(&found).await? {
                let interrupted = holder_of(&found).filter(|_| !lease.is_ours(&found));
                let interrupted = interrupted.map(|id| {
                    presence::forget(id);
                    holder::describe(&found)
                });
                return Ok(Taken { lease: *taken, at, interrupted });
            }
        }
        // A lock that is not renewed is taken over soon, unless its duration is longer than ours.
        let is_long = duration_of(&found) > DURATION && last.at.elapsed() >= DURATION;
        if started.elapsed() >= wait && (is_renewed || is_long) {
            let holder = holder::describe(&found);
            if is_renewed {
                return Err(LockError::Held { holder, waited: wait });
            }
            let (layer, valid) = (lease.layer().to_owned(), duration_of(&found));
            return Err(LockError::Long { holder, layer, valid });
        }
        observed = Some(last);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether a lock can be taken at once: it has no holder, this run is the holder because an answer
/// was lost, or its holder certainly does not run any more.
fn can_be_taken(lease: &LayerLease, found: &Lease) -> bool {
    lease.is_ours(found)
        || holder_of(found)
            .is_none_or(|holder| presence::is_certainly_gone(&found.metadata, holder))
}

/// Returns how long a lock is valid after its last renewal.
fn duration_of(found: &Lease) -> Duration {
    let seconds = found.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    DURATION.max(Duration::from_secs(seconds.unwrap_or_default()))
}
