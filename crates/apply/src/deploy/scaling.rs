//! The writes around the write of a Deployment that keep its number of pods right.

use futures::future::try_join_all;
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::apply;
use crate::applyset::{ApplySet, Leftover};
use crate::live::{DesiredObject, LiveError, ObjectChange};
use crate::plan;
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

/// Whether the other field manager of Optakit may have created the object, and owns all of its
/// fields. It must keep only the number of pods. Otherwise, fields that a later manifest does not
/// contain would stay.
fn may_be_bootstrapped(change: &ObjectChange) -> bool {
    change.target.kind == Kind::StatefulSet
        && (change.volumes.is_some()
            || change.live.as_ref().is_none_or(|live| !plan::manages(live)))
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
            apply::set_replicas(self.client, &change.target, replicas::count).await?;
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
        if may_be_bootstrapped(change) {
            match change.scale {
                Some(Scale::Automatic { .. } | Scale::Unset) => {
                    apply::set_replicas(self.client, &change.target, replicas::count).await?;
                }
                Some(Scale::Fixed(_)) | None => apply::release(self.client, &change.target).await?,
            }
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
                let raise = |live: &Value| replicas::count(live)?.lt(&min).then_some(min);
                apply::set_replicas(self.client, &change.target, raise).await
            }
            Some(Scale::Automatic { .. } | Scale::Fixed(_) | Scale::Unset) | None => Ok(()),
        }
    }

    /// Raises the number of pods of each Deployment to the minimum of its autoscaler, after the
    /// write of the autoscalers.
    ///
    /// Until then, an autoscaler enforces its old limits. It may have changed the number since the
    /// plan was made.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a change.
    pub(super) async fn raise_all(&self, targets: &[DesiredObject]) -> Result<(), LiveError> {
        let raised =
            targets.iter().filter(|target| target.kind.is_awaited()).filter_map(|target| {
                let objects = targets.iter().map(|other| &other.object);
                match replicas::scale(&target.object, &target.name, objects) {
                    scale @ Scale::Automatic { .. } => Some((target, scale)),
                    Scale::Fixed(_) | Scale::Unset => None,
                }
            });
        let raise = |scale: Scale| move |live: &Value| replicas::raised(live, scale);
        let writes =
            raised.map(|(target, scale)| apply::set_replicas(self.client, target, raise(scale)));
        try_join_all(writes).await.map(|_| ())
    }
}
