//! The lock of a layer, so that only one run changes it at a time. The lock is a Lease that its
//! holder renews. A Lease that is not renewed is taken over.
//!
//! Times are measured as in the leader election of client-go: each run uses its own monotonic
//! clock, and counts from the last change of the Lease that it saw.

mod acquire;
mod clock;
mod error;
mod holder;
mod keep;
mod lease;
mod presence;
mod state;

use std::pin::pin;
use std::time::Duration;

use acquire::acquire;
pub(crate) use error::{LockError, LockLost};
use keep::HeldLease;
use lease::LayerLease;
use presence::Presence;
pub(crate) use state::state;

use crate::live::LiveError;
use crate::report::Report;
use crate::session::Session;
use crate::stop::{Interrupted, Signals, Stop};

/// How long a run that ends tries to release its lock. After that, the lock expires.
const RELEASE: Duration = Duration::from_secs(5);

/// The lock of a run.
pub(crate) struct Held {
    /// The holder of an expired lock that was taken over. Its run was interrupted.
    pub(crate) interrupted: Option<String>,
}

/// Takes the lock of the layer of a session, runs `work`, and releases the lock.
///
/// Waits up to `wait` for another run. The lock is renewed while `work` runs, as long as `work`
/// does not block the thread. If the lock is lost, or a signal ends the run, `work` is dropped.
/// `work` must not spawn tasks that write. After a signal, `close` runs before the lock is
/// released.
///
/// # Errors
///
/// Fails with the error of `work`; if another run has the lock; with [`LockLost`] if the lock is
/// lost; with [`Interrupted`] if a signal ends the run.
pub(crate) async fn hold<T>(
    session: &Session,
    wait: Duration,
    report: &Report,
    work: impl AsyncFnOnce(Held) -> anyhow::Result<T>,
    close: impl AsyncFnOnce(),
) -> anyhow::Result<T> {
    session.check_place().map_err(LockError::from)?;
    let mut signals = Signals::listen()?;
    let id = uuid::Uuid::new_v4().to_string();
    let presence = Presence::announce(&id);
    let machine = presence.as_ref().and_then(|_| presence::machine());
    let lease = LayerLease::new(&session.client, session.layer(), id, machine);
    let taken = tokio::select! {
        biased;
        signal = signals.next() => Err(Interrupted::from(signal).into()),
        taken = acquire(&lease, wait, report) => taken.map_err(anyhow::Error::from),
    };
    let outcome = match taken {
        Ok(taken) => {
            let held = Held { interrupted: taken.interrupted.clone() };
            let lock = HeldLease::new(&lease, session.layer(), taken);
            let outcome = run(&lock, &session.stop, &mut signals, work(held)).await;
            if outcome.as_ref().is_err_and(anyhow::Error::is::<Interrupted>) {
                let close = lock.guard(async {
                    close().await;
                    Ok(())
                });
                tokio::select! {
                    _ = close => {}
                    _ = signals.next() => {}
                }
            }
            outcome
        }
        Err(error) => Err(error),
    };
    // A lock that cannot be released expires.
    let released = tokio::select! {
        released = tokio::time::timeout(RELEASE, lease.release()) => matches!(released, Ok(Ok(()))),
        _ = signals.next() => false,
    };
    if let Some(presence) = presence.filter(|_| released || is_denied(&outcome)) {
        presence.remove();
    }
    outcome
}

/// Whether the run may not write the Lease, so that it certainly never had the lock.
fn is_denied<T>(outcome: &anyhow::Result<T>) -> bool {
    let error = outcome.as_ref().err().and_then(|error| error.downcast_ref());
    matches!(error, Some(LockError::Live(LiveError::Forbidden { .. })))
}

/// Runs `work` until it ends, the lock is lost, or a signal ends the run.
async fn run<T>(
    lock: &HeldLease<'_>,
    stop: &Stop,
    signals: &mut Signals,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let mut work = pin!(lock.guard(work));
    loop {
        tokio::select! {
            biased;
            signal = signals.next() => {
                if !stop.request(signal) {
                    return Err(Interrupted::from(signal).into());
                }
            }
            outcome = &mut work => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_permission_to_write_the_lease_never_had_the_lock() {
        let failed = |error: LockError| is_denied(&Err::<(), _>(error.into()));
        let forbidden = LiveError::Forbidden {
            action: "creating",
            object: "Lease optakit-shop".to_owned(),
            reason: "no".to_owned(),
        };
        assert!(failed(LockError::Live(forbidden)));
        assert!(!failed(LockError::Refused { layer: "shop".to_owned() }));
        assert!(!is_denied(&Ok(())));
        assert!(!is_denied(&Err::<(), _>(anyhow::anyhow!("other"))));
    }
}
