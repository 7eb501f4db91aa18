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
        let age = Age {
            unchanged: last.at.elapsed(),
            valid: duration_of(&found),
            waited: started.elapsed(),
        };
        if is_free || age.is_expired() {
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
        if age.gives_up(wait, is_renewed) {
            let holder = holder::describe(&found);
            if is_renewed {
                return Err(LockError::Held { holder, waited: wait });
            }
            let layer = lease.layer().to_owned();
            return Err(LockError::Long { holder, layer, valid: age.valid });
        }
        observed = Some(last);
        tokio::time::sleep(PAUSE).await;
    }
}

/// How old a lock of another run is.
struct Age {
    /// The time since this run saw the Lease change.
    unchanged: Duration,
    /// How long the lock is valid after its last renewal.
    valid: Duration,
    /// How long this run has waited.
    waited: Duration,
}

impl Age {
    /// Whether the lock is not valid any more.
    fn is_expired(&self) -> bool {
        self.unchanged >= self.valid
    }

    /// Whether to stop waiting. A lock that is not renewed is taken over soon, unless its duration
    /// is longer than ours.
    fn gives_up(&self, wait: Duration, is_renewed: bool) -> bool {
        let is_long = self.valid > DURATION && self.unchanged >= DURATION;
        self.waited >= wait && (is_renewed || is_long)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::{Value, json};

    use super::*;
    use crate::fake_server::{Requests, Seen, answering};

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn lock_expires_after_its_duration_without_a_renewal() {
        let age = |unchanged, valid| Age {
            unchanged: seconds(unchanged),
            valid: seconds(valid),
            waited: seconds(0),
        };
        assert!(!age(29, 30).is_expired());
        assert!(age(30, 30).is_expired());
        assert!(!age(59, 60).is_expired());
    }

    #[test]
    fn run_gives_up_after_its_wait_if_the_lock_is_renewed_or_long() {
        let check = |unchanged, valid, waited, is_renewed, expected| {
            let (unchanged, valid) = (seconds(unchanged), seconds(valid));
            let age = Age { unchanged, valid, waited: seconds(waited) };
            assert_eq!(age.gives_up(seconds(60), is_renewed), expected, "{waited} {is_renewed}");
        };
        check(1, 30, 59, true, false);
        check(1, 30, 60, true, true);
        check(29, 30, 90, false, false);
        check(29, 3600, 90, false, false);
        check(30, 3600, 59, false, false);
        check(30, 3600, 60, false, true);
    }

    fn found(spec: &Value) -> Lease {
        let metadata = json!({"name": "optakit-shop", "resourceVersion": "3"});
        serde_json::from_value(json!({"metadata": metadata, "spec": spec})).expect("a Lease")
    }

    #[test]
    fn lock_is_valid_for_thirty_seconds_or_longer() {
        for (written, expected) in
            [(json!(null), 30), (json!(10), 30), (json!(-1), 30), (json!(31), 31)]
        {
            let lease = found(&json!({"leaseDurationSeconds": written}));
            assert_eq!(duration_of(&lease), seconds(expected), "{written}");
        }
        assert_eq!(duration_of(&Lease::default()), seconds(30));
    }

    #[tokio::test]
    async fn only_a_free_or_own_lock_is_taken_at_once() {
        let (client, _) = answering(|_| (500, Value::Null));
        let lease = LayerLease::new(&client, "shop", "me".to_owned(), None);
        assert!(can_be_taken(&lease, &found(&json!({"holderIdentity": "me"}))));
        assert!(can_be_taken(&lease, &found(&json!({"holderIdentity": ""}))));
        assert!(can_be_taken(&lease, &found(&json!({}))));
        assert!(!can_be_taken(&lease, &found(&json!({"holderIdentity": "other"}))));
    }

    /// Takes a lock whose Lease exists. `read` returns the Lease for each read, or `None` if it is
    /// deleted.
    async fn take(
        read: impl Fn(usize) -> Option<Value> + Clone + Send + 'static,
        replaced: u16,
    ) -> (Result<Taken, LockError>, Requests) {
        let status = |code: u16| {
            (code, json!({"kind": "Status", "status": "Failure", "code": code, "message": "x"}))
        };
        let reads = std::sync::Arc::new(AtomicUsize::new(0));
        let (client, requests) = answering(move |seen: &Seen| match seen.method.as_str() {
            "POST" => status(409),
            "PUT" if replaced == 200 => (200, seen.body.clone()),
            "PUT" => status(replaced),
            _ => match read(reads.fetch_add(1, Ordering::Relaxed)) {
                Some(lease) => (200, lease),
                None => status(404),
            },
        });
        let lease = LayerLease::new(&client, "shop", "me".to_owned(), None);
        let report = Report::new(true, false, None);
        (acquire(&lease, Duration::ZERO, &report).await, requests)
    }

    fn of_holder(holder: &str, version: usize) -> Value {
        let metadata = json!({"name": "optakit-shop", "resourceVersion": version.to_string()});
        json!({"metadata": metadata, "spec": {"holderIdentity": holder}})
    }

    #[tokio::test(start_paused = true)]
    async fn a_released_lock_is_taken_and_no_run_was_interrupted() {
        let (taken, _) = take(|_| Some(of_holder("", 1)), 200).await;
        let taken = taken.expect("it is free");
        assert_eq!(taken.interrupted, None);
        assert_eq!(holder_of(&taken.lease).map(String::as_str), Some("me"));
        let (taken, _) = take(|_| Some(of_holder("me", 1)), 200).await;
        assert_eq!(taken.expect("it is ours").interrupted, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewed_lock_is_not_taken() {
        let (taken, requests) = take(|at| Some(of_holder("other", at)), 200).await;
        assert!(matches!(taken, Err(LockError::Held { .. })));
        let requests = requests.lock().expect("no test panics").clone();
        assert!(requests.iter().all(|seen| seen.method != "PUT"));
        assert!(requests.iter().filter(|seen| seen.method == "GET").count() >= 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_another_run_took_first_is_watched() {
        let holder = |at: usize| if at == 0 { "" } else { "other" };
        let (taken, _) = take(move |at| Some(of_holder(holder(at), at)), 409).await;
        assert!(matches!(taken, Err(LockError::Held { .. })));
    }
}
