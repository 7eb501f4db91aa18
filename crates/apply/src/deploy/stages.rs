//! Writes the objects of a plan stage by stage, and waits for the Deployments of each stage.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use optakit_core::bundle::Bundle;

use super::rollout_error::RolloutError;
use super::scaling::Scaling;
use crate::apply;
use crate::live::{DesiredObject, ObjectChange};
use crate::report::ProgressTable;
use crate::stop::{Interrupted, Stop};
use crate::wait;

/// How often a wait without news is reported.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// An apply of the changed objects.
pub(super) struct StagedApply<'a> {
    pub(super) client: &'a kube::Client,
    pub(super) bundle: &'a Bundle,
    pub(super) changed: &'a [&'a ObjectChange],
    pub(super) scaling: Scaling<'a>,
    /// Whether fields of other field managers are overwritten.
    pub(super) force: bool,
    /// How long to wait for each Deployment.
    pub(super) timeout: Duration,
    pub(super) progress: ProgressTable,
    pub(super) stop: &'a Stop,
}

impl StagedApply<'_> {
    /// Applies all stages. `targets` are all objects of the bundle.
    pub(super) async fn run(&self, targets: Vec<DesiredObject>) -> anyhow::Result<()> {
        for stage in apply::stages(targets) {
            self.write(&stage).await?;
            for target in stage.iter().filter(|target| target.kind.is_awaited()) {
                self.wait(target).await?;
            }
        }
        Ok(())
    }

    /// Writes the changed objects of a stage.
    async fn write(&self, stage: &[DesiredObject]) -> anyhow::Result<()> {
        let changed: Vec<DesiredObject> =
            stage.iter().filter(|target| self.change_of(target).is_some()).cloned().collect();
        for target in &changed {
            self.progress.applying(&target.label());
        }
        let changes = || changed.iter().filter_map(|target| self.change_of(target));
        try_join_all(changes().map(|change| self.scaling.before(change))).await?;
        apply::write(self.client, &changed, self.force).await?;
        for target in &changed {
            self.progress.applied(&target.label(), !target.kind.is_awaited());
        }
        try_join_all(changes().map(|change| self.scaling.after(change))).await?;
        Ok(())
    }

    /// Returns the change of an object.
    fn change_of(&self, target: &DesiredObject) -> Option<&ObjectChange> {
        self.changed.iter().find(|change| change.target.index == target.index).copied()
    }

    /// Waits until a Deployment is ready.
    async fn wait(&self, target: &DesiredObject) -> anyhow::Result<()> {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let (label, start) = (target.label(), Instant::now());
        let last = RefCell::new("no status yet".to_owned());
        let report = |state: &str, pods| {
            self.progress.pods(&label, pods);
            self.progress.waiting(&label, state, 0);
            state.clone_into(&mut last.borrow_mut());
        };
        let waiting = wait::until_ready(self.client, namespace, &target.name, self.timeout, report);
        tokio::pin!(waiting);
        let first = tokio::time::Instant::now() + HEARTBEAT;
        let mut heartbeat = tokio::time::interval_at(first, HEARTBEAT);
        let outcome = loop {
            tokio::select! {
                outcome = &mut waiting => break outcome,
                signal = self.stop.requested() => return Err(Interrupted::from(signal).into()),
                _ = heartbeat.tick() => {
                    self.progress.waiting(&label, &last.borrow(), start.elapsed().as_secs());
                }
            }
        };
        match outcome {
            Ok(pods) => {
                self.progress.pods(&label, pods);
                self.progress.ready(&label);
                Ok(())
            }
            Err(error) => {
                Err(RolloutError::collect(self.client, self.bundle, target, &error).await.into())
            }
        }
    }
}
