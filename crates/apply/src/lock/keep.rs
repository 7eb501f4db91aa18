//! Keeps a lock: renews it, and notices that it is lost.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};
use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;

use super::acquire::Taken;
use super::clock::Moment;
use super::error::LockLost;
use super::holder;
use super::lease::{DURATION, LayerLease, Written};
use crate::live::LiveError;

/// How often a lock is renewed while the run waits.
const RENEW: Duration = Duration::from_secs(10);
/// How old the last renewal may be before the next step of the run.
const FRESH: Duration = Duration::from_secs(3);
/// How long a run may write after its last renewal. Other runs take the lock over later, after
/// [`DURATION`], so that requests on their way arrive before that.
const SAFE: Duration = Duration::from_secs(20);
/// The pause before a failed renewal is repeated.
const PAUSE: Duration = Duration::from_secs(1);

const _: () = assert!(RENEW.as_secs() < SAFE.as_secs() && SAFE.as_secs() < DURATION.as_secs());

/// A lock of this run.
pub(super) struct HeldLease<'a> {
    lease: &'a LayerLease,
    layer: &'a str,
    /// The Lease as this run wrote it last.
    written: RefCell<Lease>,
    /// The moment before the last request that renewed the lock.
    renewed: Cell<Moment>,
}

impl<'a> HeldLease<'a> {
    pub(super) fn new(lease: &'a LayerLease, layer: &'a str, taken: Taken) -> Self {
        let Taken { lease: written, at, .. } = taken;
        Self { lease, layer, written: RefCell::new(written), renewed: Cell::new(at) }
    }

    /// Runs `work` while this run has the lock, and renews the lock.
    ///
    /// Before each step of `work`, the clock is checked: a machine that was suspended, or a process
    /// that was stopped, writes nothing more. If the last renewal is older than [`FRESH`], the lock
    /// is renewed first. So `work` also stops if the Lease was changed while `work` was idle, such
    /// as at a prompt.
    pub(super) async fn guard<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let (mut work, mut idle) = (pin!(work), pin!(tokio::time::sleep(RENEW)));
        let mut renewal = pin!(None);
        poll_fn(|context| {
            // A running renewal checks the clock itself, and reports why it failed.
            if renewal.is_none() {
                if let Err(lost) = self.check() {
                    return Poll::Ready(Err(lost.into()));
                }
                if self.renewed.get().elapsed() >= FRESH {
                    renewal.set(Some(self.renew()));
                }
            }
            if let Some(sent) = renewal.as_mut().as_pin_mut() {
                if let Err(lost) = ready!(sent.poll(context)) {
                    return Poll::Ready(Err(lost.into()));
                }
                renewal.set(None);
                if let Err(lost) = self.check() {
                    return Poll::Ready(Err(lost.into()));
                }
                idle.as_mut().reset(tokio::time::Instant::now() + RENEW);
            }
            let outcome = work.as_mut().poll(context);
            // The timer wakes this task, so that it renews the lock while `work` waits.
            while idle.as_mut().poll(context).is_ready() {
                idle.as_mut().reset(tokio::time::Instant::now() + RENEW);
                context.waker().wake_by_ref();
            }
            outcome
        })
        .await
    }

    /// Renews the lock. Repeats failed requests as long as the lock is certain.
    async fn renew(&self) -> Result<(), LockLost> {
        let mut last = None;
        loop {
            self.check().map_err(|lost| lost.because(last.as_ref()))?;
            let left = SAFE.saturating_sub(self.renewed.get().elapsed());
            match tokio::time::timeout(left, self.try_renew()).await {
                Ok(Ok(true)) => return Ok(()),
                Ok(Ok(false)) => last = None,
                Ok(Err(RenewError::Lost(lost))) => return Err(lost),
                Ok(Err(RenewError::Request(error))) => {
                    last = Some(error);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(_) => {}
            }
        }
    }

    /// Sends one renewal. Returns whether it succeeded. If not, the Lease was read again.
    async fn try_renew(&self) -> Result<bool, RenewError> {
        let (before, lease) = (Moment::now(), self.written.borrow().clone());
        if let Written::Done(lease) = self.lease.renew(lease).await? {
            self.written.replace(*lease);
            self.renewed.set(before);
            return Ok(true);
        }
        let layer = self.layer.to_owned();
        match self.lease.read().await? {
            None => Err(RenewError::Lost(LockLost::Deleted { layer })),
            // Another client changed the Lease, or the answer to an earlier renewal was lost.
            Some(lease) if self.lease.is_ours(&lease) => {
                self.written.replace(lease);
                Ok(false)
            }
            Some(lease) => {
                let holder = holder::describe(&lease);
                Err(RenewError::Lost(LockLost::Taken { layer, holder }))
            }
        }
    }

    /// Checks that no other run can have taken the lock over.
    fn check(&self) -> Result<(), LockLost> {
        let seconds = self.renewed.get().elapsed();
        if seconds < SAFE {
            return Ok(());
        }
        let (layer, seconds) = (self.layer.to_owned(), seconds.as_secs());
        Err(LockLost::NotRenewed { layer, seconds, reason: None })
    }
}

/// Why a renewal failed.
enum RenewError {
    Lost(LockLost),
    Request(LiveError),
}

impl From<LiveError> for RenewError {
    fn from(error: LiveError) -> Self {
        Self::Request(error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fake_server::{Requests, Seen, answering};

    fn lease(holder: &str, version: &str) -> Value {
        let metadata = json!({"name": "optakit-shop", "resourceVersion": version});
        json!({"metadata": metadata, "spec": {"holderIdentity": holder}})
    }

    fn status(code: u16) -> (u16, Value) {
        let reason = if code == 404 { "NotFound" } else { "" };
        let status = json!({
            "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": "x",
        });
        (code, status)
    }

    /// Runs work with a lock that was renewed some seconds ago.
    async fn work_after(
        seconds: u64,
        answer: impl Fn(&Seen) -> (u16, Value) + Clone + Send + 'static,
    ) -> (anyhow::Result<&'static str>, Requests) {
        let (client, requests) = answering(answer);
        let all = LayerLease::new(&client, "shop", "me".to_owned(), None);
        let written = serde_json::from_value(lease("me", "1")).expect("a Lease");
        let at = Moment::ago(Duration::from_secs(seconds));
        let held = HeldLease::new(&all, "shop", Taken { lease: written, at, interrupted: None });
        (held.guard(async { Ok("done") }).await, requests)
    }

    fn lost(outcome: anyhow::Result<&str>) -> String {
        let error = outcome.expect_err("the lock is lost");
        assert!(error.is::<LockLost>(), "{error}");
        error.to_string()
    }

    #[tokio::test]
    async fn work_with_a_fresh_lock_needs_no_renewal() {
        let (outcome, requests) = work_after(2, |_| status(500)).await;
        assert_eq!(outcome.expect("it has the lock"), "done");
        assert!(requests.lock().expect("no test panics").is_empty());
    }

    #[tokio::test]
    async fn an_older_lock_is_renewed_before_the_work_continues() {
        let (outcome, requests) = work_after(4, |seen: &Seen| (200, seen.body.clone())).await;
        assert_eq!(outcome.expect("it is renewed"), "done");
        assert_eq!(requests.lock().expect("no test panics")[0].method, "PUT");
    }

    #[tokio::test]
    async fn a_lock_that_may_be_taken_over_stops_the_work() {
        let (outcome, requests) = work_after(21, |seen: &Seen| (200, seen.body.clone())).await;
        assert!(lost(outcome).contains("it was not renewed for 21 s"));
        assert!(requests.lock().expect("no test panics").is_empty());
    }

    #[tokio::test]
    async fn a_deleted_or_taken_lock_stops_the_work() {
        let (outcome, _) = work_after(4, |_| status(404)).await;
        assert!(lost(outcome).contains("its Lease was deleted"));
        let (outcome, _) = work_after(4, |seen: &Seen| match seen.method.as_str() {
            "GET" => (200, lease("ann", "2")),
            _ => status(409),
        })
        .await;
        assert!(lost(outcome).contains("ann took it"));
    }

    #[tokio::test]
    async fn a_lease_that_others_annotated_is_read_again_and_renewed() {
        let (outcome, requests) = work_after(4, |seen: &Seen| match seen.method.as_str() {
            "GET" => (200, lease("me", "2")),
            _ if seen.body["metadata"]["resourceVersion"] == "1" => status(409),
            _ => (200, seen.body.clone()),
        })
        .await;
        assert_eq!(outcome.expect("it is renewed"), "done");
        let requests = requests.lock().expect("no test panics").clone();
        let methods: Vec<&str> = requests.iter().map(|seen| seen.method.as_str()).collect();
        assert_eq!(methods, ["PUT", "GET", "PUT"]);
    }

    #[tokio::test]
    async fn a_failed_renewal_is_repeated_and_its_reason_reported() {
        let (outcome, requests) = work_after(18, |_| status(403)).await;
        let text = lost(outcome);
        assert!(text.contains("it was not renewed for 20 s ("), "{text}");
        assert!(requests.lock().expect("no test panics").len() >= 2);
    }
}
