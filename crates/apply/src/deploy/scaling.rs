//! The writes around the write of a Deployment that keep its number of pods right.

use optakit_core::kind::Kind;

use crate::apply;
use crate::applyset::{ApplySet, Leftover};
use crate::live::{DesiredObject, LiveError, ObjectChange};
use crate::replicas::{self, Scale};

/// What the writes around a Deployment need.
pub(super) struct Scaling<'a> {
    pub(super) client: &'a kube::Client,
    pub(super) set: &'a ApplySet,
    /// The objects that the apply deletes.
    pub(super) leftovers: &'a [Leftover],
    pub(super) changed: &'a [&'a ObjectChange],
    /// Whether fields of other field managers are overwritten.
    pub(super) force: bool,
}

impl Scaling<'_> {
    /// Prepares the write of a changed Deployment.
    ///
    /// Hands over the number of pods if the manifest no longer contains it. Deletes an autoscaler
    /// that a fixed number replaces, because it would change the number again.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a change.
    pub(super) async fn before(&self, change: &ObjectChange) -> Result<(), LiveError> {
        if change.replicas.as_ref().is_some_and(|replicas| replicas.must_hand_over()) {
            apply::set_replicas(self.client, &change.target, Some).await?;
        }
        match change.scale {
            Some(Scale::Fixed(_)) => {
                let replaced: Vec<Leftover> = self
                    .leftovers
                    .iter()
                    .filter(|leftover| {
                        leftover.kind == Kind::HorizontalPodAutoscaler
                            && leftover.name == change.target.name
                    })
                    .cloned()
                    .collect();
                self.set.prune(self.client, &replaced).await
            }
            Some(Scale::Automatic { .. } | Scale::Unset) | None => Ok(()),
        }
    }

    /// Raises the number of pods to the minimum of the autoscaler after the write of a Deployment.
    ///
    /// A new Deployment has one pod, and an autoscaler does not start a stopped one. A live
    /// autoscaler gets its new limits first, because it would enforce the old ones.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a change.
    pub(super) async fn after(&self, change: &ObjectChange) -> Result<(), LiveError> {
        // The first manager of a replaced StatefulSet owns all fields. It keeps only the number.
        if change.volumes.is_some() && !matches!(change.scale, Some(Scale::Fixed(_))) {
            apply::set_replicas(self.client, &change.target, Some).await?;
        }
        let is_raised = match &change.replicas {
            Some(replicas) => replicas.to > replicas.from,
            None => change.live.is_none(),
        };
        match change.scale {
            Some(Scale::Automatic { min, .. }) if is_raised => {
                let autoscalers: Vec<DesiredObject> = self
                    .changed
                    .iter()
                    .filter(|other| {
                        other.live.is_some()
                            && replicas::scales(&other.target.object, &change.target.name)
                    })
                    .map(|other| other.target.clone())
                    .collect();
                apply::write(self.client, &autoscalers, self.force).await?;
                let raise = |count| (count < min).then_some(min);
                apply::set_replicas(self.client, &change.target, raise).await
            }
            Some(Scale::Automatic { .. } | Scale::Fixed(_) | Scale::Unset) | None => Ok(()),
        }
    }
}
