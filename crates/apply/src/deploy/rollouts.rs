//! Waits for the Deployments and StatefulSets of a stage, and shows their progress.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kube::api::DynamicObject;
use optakit_core::bundle::Bundle;
use serde_json::Value;

use super::rollout_error::{FailedTarget, RolloutError};
use crate::duration;
use crate::live::{DesiredObject, LiveError, explain};
use crate::report::{ProgressTable, RowPods};
use crate::stop::{Interrupted, Stop};
use crate::wait::{self, Awaited, Failure, Layer, Patience, PodCounts, Snapshot, Update, Workload};

/// How often a wait without news is reported.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// The wait for the Deployments and StatefulSets of a stage.
pub(super) struct Rollouts<'a> {
    pub(super) client: &'a kube::Client,
    pub(super) bundle: &'a Bundle,
    pub(super) patience: Patience,
    pub(super) progress: &'a ProgressTable,
    pub(super) stop: &'a Stop,
    /// The Deployments and StatefulSets.
    pub(super) targets: Vec<&'a DesiredObject>,
}

/// The last state of each rollout, by the name of its object.
type States = BTreeMap<String, State>;

/// The last state of a rollout.
struct State {
    text: String,
    since: Instant,
    is_ready: bool,
}

impl Rollouts<'_> {
    /// Reads what the cluster reports before the Deployments are written.
    ///
    /// # Errors
    ///
    /// Fails if the ReplicaSets or pods cannot be read.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, LiveError> {
        let taken = Snapshot::take(self.layer(&self.labels())).await;
        taken.map_err(|error| explain(error, "reading", "the pods"))
    }

    /// Waits until all Deployments are ready. `written` are the objects that the apply wrote, as
    /// the API server stored them, and `before` is the state before.
    ///
    /// # Errors
    ///
    /// Fails with a [`RolloutError`] if one of them does not become ready.
    pub(super) async fn until_ready(
        &self,
        before: Snapshot,
        written: &[DynamicObject],
    ) -> anyhow::Result<()> {
        let labels = self.labels();
        let awaited = self.targets.iter().map(|target| awaited(target, written)).collect();
        let states = RefCell::new(States::new());
        let mut observe = |update: Update<'_>| self.observe(&update, &states);
        let layer = self.layer(&labels);
        let wait = wait::until_ready(layer, awaited, before, self.patience, &mut observe);
        tokio::pin!(wait);
        let first = tokio::time::Instant::now() + HEARTBEAT;
        let mut heartbeat = tokio::time::interval_at(first, HEARTBEAT);
        let outcome = loop {
            tokio::select! {
                outcome = &mut wait => break outcome,
                _ = heartbeat.tick() => self.report_unchanged(&states.borrow()),
                signal = self.stop.requested() => {
                    self.report_stopped(&states.borrow());
                    return Err(Interrupted::from(signal).into());
                }
            }
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(failures) => {
                let states = states.take();
                Err(self.error(&failures, &states, written).await.into())
            }
        }
    }

    async fn error(
        &self,
        failures: &[Failure],
        states: &States,
        written: &[DynamicObject],
    ) -> RolloutError {
        let is_failed = |name: &str| failures.iter().any(|failure| failure.name == name);
        let unready = states.iter().filter(|(name, state)| !state.is_ready && !is_failed(name));
        let unready = unready.map(|(name, state)| format!("{}: {}", self.label(name), state.text));
        let objects = failures.iter().filter_map(|failure| {
            let target = self.targets.iter().find(|target| target.name == failure.name)?;
            let written = awaited(target, written).written;
            Some(FailedTarget { target, error: &failure.error, written })
        });
        RolloutError::collect(self.client, self.bundle, objects.collect(), unready.collect()).await
    }

    fn layer<'b>(&'b self, labels: &'b str) -> Layer<'b> {
        let namespace = self.targets.first().and_then(|target| target.namespace.as_deref());
        Layer { client: self.client, namespace: namespace.unwrap_or_default(), labels }
    }

    /// Returns the label selector of all pods: the labels that all Deployments select.
    fn labels(&self) -> String {
        let labels = |target: &DesiredObject| {
            let labels = target.object.pointer("/spec/selector/matchLabels");
            labels.and_then(Value::as_object).cloned().unwrap_or_default()
        };
        let mut common = self.targets.first().map(|target| labels(target)).unwrap_or_default();
        for target in &self.targets {
            let other = labels(target);
            common.retain(|key, value| other.get(key) == Some(value));
        }
        let pairs = common.iter().filter_map(|(key, value)| Some((key, value.as_str()?)));
        pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    }

    fn label(&self, name: &str) -> String {
        let target = self.targets.iter().find(|target| target.name == name);
        target.map_or_else(|| name.to_owned(), |target| target.label())
    }

    fn observe(&self, update: &Update<'_>, states: &RefCell<States>) {
        match *update {
            Update::State { name, text, pods } => {
                let label = self.label(name);
                self.progress.pods(&label, row_pods(pods));
                self.progress.waiting(&label, text, 0);
                let (text, since) = (text.to_owned(), Instant::now());
                let state = State { text, since, is_ready: false };
                states.borrow_mut().insert(name.to_owned(), state);
            }
            Update::Pods { name, pods } => self.progress.pods(&self.label(name), row_pods(pods)),
            Update::Warning { name, problem } => {
                let limit = duration::text(self.patience.timeout);
                let label = self.label(name);
                self.progress.warning(&format!(
                    "{label}: {problem}\n  waiting until this is resolved, for at most {limit}"
                ));
            }
            Update::Ready { name, pods } => {
                let label = self.label(name);
                self.progress.pods(&label, row_pods(pods));
                self.progress.ready(&label);
                let (text, since) = ("ready".to_owned(), Instant::now());
                states.borrow_mut().insert(name.to_owned(), State { text, since, is_ready: true });
            }
            Update::Disconnected { reason } => {
                self.progress.warning(&format!("the watch failed and is restarted: {reason}"));
            }
        }
    }

    fn report_unchanged(&self, states: &States) {
        for (name, state) in states.iter().filter(|(_, state)| !state.is_ready) {
            let seconds = state.since.elapsed().as_secs().max(1);
            self.progress.waiting(&self.label(name), &state.text, seconds);
        }
    }

    fn report_stopped(&self, states: &States) {
        for target in &self.targets {
            let state = states.get(&target.name).map_or("no status yet", |state| &state.text);
            self.progress.stopped(&target.label(), state);
        }
    }
}

fn row_pods(pods: PodCounts) -> RowPods {
    let PodCounts { ready, wanted, old } = pods;
    RowPods { ready, wanted, old }
}

fn awaited(target: &DesiredObject, written: &[DynamicObject]) -> Awaited {
    let names = |list: &str| {
        let containers = target.object.pointer("/spec/template/spec").map(|spec| &spec[list]);
        let containers = containers.and_then(Value::as_array).into_iter().flatten();
        containers.filter_map(|container| container["name"].as_str()).map(str::to_owned)
    };
    let written = written.iter().find(|written| {
        let kind = written.types.as_ref().map(|types| types.kind.as_str());
        kind == Some(target.kind.name()) && written.metadata.name.as_ref() == Some(&target.name)
    });
    Awaited {
        kind: target.kind,
        name: target.name.clone(),
        containers: names("containers").chain(names("initContainers")).collect(),
        written: written.and_then(|written| Workload::parse(target.kind, written.clone())),
    }
}
