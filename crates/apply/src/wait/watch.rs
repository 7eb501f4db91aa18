//! Waits for all Deployments and StatefulSets of a stage at the same time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::future::join_all;
use kube::runtime::watcher;
use optakit_core::kind::Kind;

use super::cause::Cause;
use super::error::{Failure, WaitError};
use super::patience::Patience;
use super::progress::{Progress, Step, Waiting};
use super::rollout::{Rollout, Update, World};
use super::snapshot::{Layer, Snapshot};
use super::status::{self, Baseline, PodCounts};
use super::watches::{Change, Watches, is_denied};
use super::workload::{Awaited, Workload};

/// How often the rollouts are judged without a change: an unschedulable pod fails after some time.
const TICK: Duration = Duration::from_secs(1);

/// Waits until all workloads have rolled out their current generation.
///
/// `before` is what the cluster reported before the workloads were written.
///
/// # Errors
///
/// Fails as soon as one rollout cannot succeed, or after the timeout. Returns all rollouts that
/// failed until then.
pub(crate) async fn until_ready(
    layer: Layer<'_>,
    awaited: Vec<Awaited>,
    before: Snapshot,
    patience: Patience,
    observe: &mut impl FnMut(Update<'_>),
) -> Result<(), Vec<Failure>> {
    let mut wait = Wait {
        layer,
        before,
        patience,
        rollouts: awaited.into_iter().map(PendingRollout::new).collect(),
    };
    let deadline = tokio::time::sleep(patience.timeout);
    tokio::pin!(deadline);
    tokio::select! {
        outcome = wait.run(observe) => return outcome,
        () = &mut deadline => {}
    }
    let timed_out = |rollout: PendingRollout| Failure {
        name: rollout.rollout.awaited.name,
        error: WaitError::Timeout { timeout: patience.timeout, last: Box::new(rollout.last) },
    };
    Err(wait.rollouts.into_iter().map(timed_out).collect())
}

struct Wait<'a> {
    layer: Layer<'a>,
    before: Snapshot,
    patience: Patience,
    /// The rollouts that are not complete.
    rollouts: Vec<PendingRollout>,
}

struct PendingRollout {
    rollout: Rollout,
    /// The last state.
    last: Waiting,
    /// The text of the last state that was reported.
    reported: String,
    pods: PodCounts,
}

impl PendingRollout {
    fn new(awaited: Awaited) -> Self {
        let last = Waiting::new(Step::Unobserved { kind: awaited.kind });
        let (rollout, reported) = (Rollout::new(awaited), String::new());
        Self { rollout, last, reported, pods: PodCounts::default() }
    }
}

impl Wait<'_> {
    async fn run(&mut self, observe: &mut impl FnMut(Update<'_>)) -> Result<(), Vec<Failure>> {
        let is_unchanged = |pending: &PendingRollout| pending.rollout.awaited.written.is_none();
        if self.rollouts.iter().all(is_unchanged) {
            self.skip_ready(observe).await?;
        }
        if self.rollouts.is_empty() {
            return Ok(());
        }
        let kinds: BTreeSet<Kind> =
            self.rollouts.iter().map(|pending| pending.rollout.awaited.kind).collect();
        let mut watches = Watches::start(self.layer, &kinds);
        let mut ticks = tokio::time::interval(TICK);
        let (mut unlisted, mut is_connected) = (kinds, true);
        loop {
            let changes = tokio::select! {
                changes = watches.next() => changes,
                _ = ticks.tick() => Vec::new(),
            };
            for change in changes {
                match change {
                    Ok(change) => {
                        if let Change::Listed(kind) = change {
                            unlisted.remove(&kind);
                        }
                        is_connected = true;
                    }
                    Err(error) if is_denied(&error) => return Err(self.denied(error)),
                    Err(error) if is_connected => {
                        is_connected = false;
                        observe(Update::Disconnected { reason: &error.to_string() });
                    }
                    Err(_) => {}
                }
            }
            if unlisted.is_empty() {
                self.judge(&mut watches, observe)?;
            }
            if self.rollouts.is_empty() {
                return Ok(());
            }
        }
    }

    /// Removes the rollouts that were complete before the wait.
    async fn skip_ready(
        &mut self,
        observe: &mut impl FnMut(Update<'_>),
    ) -> Result<(), Vec<Failure>> {
        let Layer { client, namespace, .. } = self.layer;
        let awaited = self.rollouts.iter().map(|pending| &pending.rollout.awaited);
        let found =
            awaited.map(|awaited| Workload::read(client, namespace, awaited.kind, &awaited.name));
        let mut found = join_all(found).await.into_iter();
        self.rollouts.retain(|pending| {
            // The watches report an error that lasts.
            let Some(Ok(Some(workload))) = found.next() else { return true };
            let is_ready = status::progress(&workload, &Baseline::default()) == Progress::Ready;
            if is_ready {
                let name = &pending.rollout.awaited.name;
                let pods = status::pods(&workload, &Baseline::default());
                observe(Update::Ready { name, pods });
            }
            !is_ready
        });
        Ok(())
    }

    /// Judges all rollouts, and removes those that are complete.
    ///
    /// # Errors
    ///
    /// Fails with all rollouts that cannot succeed.
    fn judge(
        &mut self,
        watches: &mut Watches,
        observe: &mut impl FnMut(Update<'_>),
    ) -> Result<(), Vec<Failure>> {
        let events = watches.events();
        let world = World {
            replica_sets: watches.replica_sets.state(),
            pods: watches.pods.state(),
            events: &events,
            before: &self.before,
            patience: self.patience,
            now: Instant::now(),
        };
        let (mut failures, mut has_problem) = (Vec::new(), false);
        self.rollouts.retain_mut(|pending| {
            let name = pending.rollout.awaited.name.clone();
            let kind = pending.rollout.awaited.kind;
            let workload = watches
                .workload(kind, &name)
                .filter(|workload| !pending.rollout.is_replaced_by(workload));
            let Some(workload) = workload else {
                failures.push(Failure { name, error: WaitError::Deleted { kind } });
                return true;
            };
            match pending.rollout.judge(&workload, &world) {
                (Progress::Ready, pods) => {
                    observe(Update::Ready { name: &name, pods });
                    return false;
                }
                (Progress::Waiting(waiting), pods) => {
                    pending.report(waiting, pods, world.now, observe);
                    // Only events say why a StatefulSet creates no pods.
                    let may_be_rejected = kind == Kind::StatefulSet
                        && matches!(pending.last.step, Step::Creating { .. });
                    has_problem |= may_be_rejected
                        || pending.last.problem.as_ref().is_some_and(Cause::has_events);
                }
                (Progress::Failed(cause), _) => {
                    failures.push(Failure { name, error: WaitError::Failed(cause) });
                }
            }
            true
        });
        for pod in &world.pods {
            self.before.note_pauses(pod);
        }
        if has_problem {
            watches.watch_events();
        }
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    fn denied(&mut self, error: watcher::Error) -> Vec<Failure> {
        let name = self.rollouts.first().map(|pending| pending.rollout.awaited.name.clone());
        let error = WaitError::Watch(Box::new(error));
        vec![Failure { name: name.unwrap_or_default(), error }]
    }
}

impl PendingRollout {
    fn report(
        &mut self,
        waiting: Waiting,
        pods: PodCounts,
        now: Instant,
        observe: &mut impl FnMut(Update<'_>),
    ) {
        let text = waiting.to_string();
        let name = self.rollout.awaited.name.clone();
        if text != self.reported {
            observe(Update::State { name: &name, text: &text, pods });
            self.reported = text;
        } else if self.pods != pods {
            observe(Update::Pods { name: &name, pods });
        }
        self.pods = pods;
        if let Some(problem) = self.rollout.warning(&waiting, now) {
            observe(Update::Warning { name: &name, problem });
        }
        self.last = waiting;
    }
}
