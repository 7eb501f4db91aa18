//! Writes the objects of a plan stage by stage, and waits for the Deployments of each stage.

use futures::future::try_join_all;
use kube::api::DynamicObject;
use optakit_core::bundle::Bundle;
use optakit_core::kind::Stage;

use super::scaling::Scaling;
use super::{replacement, rollouts::Rollouts};
use crate::apply;
use crate::live::{DesiredObject, ObjectChange};
use crate::report::ProgressTable;
use crate::stop::Stop;
use crate::wait::{Patience, Snapshot};

/// An apply of the changed objects.
pub(super) struct StagedApply<'a> {
    pub(super) client: &'a kube::Client,
    pub(super) bundle: &'a Bundle,
    pub(super) changed: &'a [&'a ObjectChange],
    pub(super) scaling: Scaling<'a>,
    /// Whether fields of other field managers are overwritten.
    pub(super) force: bool,
    /// How long to wait for the Deployments of a stage.
    pub(super) patience: Patience,
    /// Whether to wait for the Deployments of a stage.
    pub(super) waits: bool,
    pub(super) progress: ProgressTable,
    pub(super) stop: &'a Stop,
}

impl StagedApply<'_> {
    /// Applies all stages, and waits for the Deployments of each. `targets` are all objects of the
    /// bundle.
    pub(super) async fn run(&self, targets: Vec<DesiredObject>) -> anyhow::Result<()> {
        for stage in apply::stages(targets.clone()) {
            let rollouts = Rollouts {
                client: self.client,
                bundle: self.bundle,
                patience: self.patience,
                progress: &self.progress,
                stop: self.stop,
                targets: stage.iter().filter(|target| target.kind.is_awaited()).collect(),
            };
            if rollouts.targets.is_empty() || !self.waits {
                self.write(&stage).await?;
                if stage.iter().any(|target| target.kind.stage() == Stage::Scaling) {
                    self.scaling.raise_all(&targets).await?;
                }
                continue;
            }
            let changes = rollouts.targets.iter().filter_map(|target| self.change_of(target));
            let before = if changes.into_iter().any(|change| change.live.is_some()) {
                rollouts.snapshot().await?
            } else {
                Snapshot::default()
            };
            let written = self.write(&stage).await?;
            rollouts.until_ready(before, &written).await?;
        }
        Ok(())
    }

    /// Writes the changed objects of a stage. Returns them as the API server stored them.
    async fn write(&self, stage: &[DesiredObject]) -> anyhow::Result<Vec<DynamicObject>> {
        let changed: Vec<DesiredObject> =
            stage.iter().filter(|target| self.change_of(target).is_some()).cloned().collect();
        for target in &changed {
            self.progress.applying(&target.label());
        }
        let changes = || changed.iter().filter_map(|target| self.change_of(target));
        try_join_all(changes().map(|change| self.scaling.before(change))).await?;
        try_join_all(changes().map(|change| replacement::before(self.client, change))).await?;
        let written = apply::write(self.client, &changed, self.force).await?;
        for target in &changed {
            self.progress.applied(&target.label(), !(self.waits && target.kind.is_awaited()));
        }
        try_join_all(changes().map(|change| self.scaling.after(change))).await?;
        Ok(written)
    }

    /// Returns the change of an object.
    fn change_of(&self, target: &DesiredObject) -> Option<&ObjectChange> {
        self.changed.iter().find(|change| change.target.index == target.index).copied()
    }
}
