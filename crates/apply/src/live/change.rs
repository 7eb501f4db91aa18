//! The changes of objects, computed with dry runs.

use futures::future::{join, join_all};
use optakit_core::kind::Kind;
use serde_json::Value;

use super::error::{LiveError, explain};
use super::object::{DesiredObject, WriteOptions, to_value};
use super::volumes::{self, VolumeChange};
use crate::owner::{self, Force};
use crate::replicas::{self, ReplicaChange, Scale};

/// How often a dry run is repeated if an autoscaler scales at the same time.
const ATTEMPTS: usize = 3;

/// An object before and after an apply.
#[derive(Clone, Debug)]
pub(crate) struct ObjectChange {
    pub(crate) target: DesiredObject,
    pub(crate) live: Option<Value>,
    pub(crate) wanted: Value,
    /// The fields that are taken over from other field managers, for messages.
    pub(crate) taken: Vec<String>,
    /// The number of pods that the bundle asks for, if the object is a Deployment.
    pub(crate) scale: Option<Scale>,
    /// The change of the number of pods, if the object is a live Deployment or its new autoscaler.
    pub(crate) replicas: Option<ReplicaChange>,
    /// The change of the claims, if the object is a live StatefulSet.
    pub(crate) volumes: Option<VolumeChange>,
}

/// Reads every object, and computes its new state with a dry run. Sends all requests at once.
///
/// # Errors
///
/// Fails if the API server rejects an object. Returns all rejections.
pub(crate) async fn object_changes(
    client: &kube::Client,
    targets: Vec<DesiredObject>,
    force: &Force,
) -> Result<Vec<ObjectChange>, Vec<LiveError>> {
    let scale = |target: &DesiredObject| {
        let objects = targets.iter().map(|target| &target.object);
        target.kind.is_awaited().then(|| replicas::scale(&target.object, &target.name, objects))
    };
    let scales: Vec<Option<Scale>> = targets.iter().map(scale).collect();
    let (mut changes, mut errors) = (Vec::new(), Vec::new());
    let requests = targets
        .into_iter()
        .zip(scales)
        .map(|(target, scale)| object_change(client, target, scale, force));
    for result in join_all(requests).await {
        match result {
            Ok(change) => changes.push(change),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    plan_first_autoscalers(&mut changes);
    Ok(changes)
}

/// Adds the start of each new autoscaler of a live Deployment that does not change itself.
fn plan_first_autoscalers(changes: &mut [ObjectChange]) {
    for index in 0..changes.len() {
        let change = &changes[index];
        let (Some(live), Some(scale), None) = (&change.live, change.scale, &change.replicas) else {
            continue;
        };
        let start = replicas::start(live, scale);
        let name = change.target.name.clone();
        let autoscaler = changes
            .iter_mut()
            .find(|other| other.live.is_none() && replicas::scales(&other.target.object, &name));
        if let Some(autoscaler) = autoscaler {
            autoscaler.replicas = start;
        }
    }
}

async fn object_change(
    client: &kube::Client,
    target: DesiredObject,
    scale: Option<Scale>,
    force: &Force,
) -> Result<ObjectChange, LiveError> {
    let mut attempts = 1;
    loop {
        match attempt(client, target.clone(), scale, force).await {
            // An autoscaler may have scaled between the read and the dry run.
            Err(LiveError::OtherReplicas { .. }) if attempts < ATTEMPTS => attempts += 1,
            outcome => return outcome,
        }
    }
}

async fn attempt(
    client: &kube::Client,
    mut target: DesiredObject,
    scale: Option<Scale>,
    force: &Force,
) -> Result<ObjectChange, LiveError> {
    let api = target.api(client);
    let (tried, volumes) = without_claim_changes(client, &target).await?;
    let (live, wanted) = join(
        api.get_opt(&target.name),
        tried.apply(client, WriteOptions { dry_run: true, force: force.all }),
    )
    .await;
    let live = live.map_err(|error| explain(error, "reading", &target.label()))?.map(to_value);
    if let Some((owner, advice)) = live.as_ref().and_then(owner::of) {
        return Err(LiveError::OwnedByTool { object: target.label(), owner, advice });
    }
    let is_fixed = matches!(scale, Some(Scale::Fixed(_)));
    let (wanted, taken) = match wanted {
        Err(kube::Error::Api(status)) if owner::may_take_over(&status, force, is_fixed) => {
            target.force = true;
            let wanted = tried.apply(client, WriteOptions { dry_run: true, force: true }).await;
            (wanted, owner::conflicting_fields(&status))
        }
        wanted => (wanted, Vec::new()),
    };
    let wanted = wanted.map_err(|error| explain(error, "a dry run of", &target.label()))?;
    let mut wanted = to_value(wanted);
    if volumes.is_some() {
        volumes::set_claims(&mut wanted, &target);
    }
    // The other field manager of Optakit may create the StatefulSet.
    target.force |= volumes.is_some() || (target.kind == Kind::StatefulSet && live.is_none());
    let mut change = ObjectChange { live, wanted, taken, scale, replicas: None, volumes, target };
    if let Some(scale) = scale {
        plan_replicas(&mut change, scale)?;
    }
    Ok(change)
}

/// Returns the object for a dry run, and the change of its claims. The API server would reject the
/// claims of a StatefulSet that change.
async fn without_claim_changes(
    client: &kube::Client,
    target: &DesiredObject,
) -> Result<(DesiredObject, Option<VolumeChange>), LiveError> {
    if target.kind != Kind::StatefulSet {
        return Ok((target.clone(), None));
    }
    let live = target.api(client).get_opt(&target.name).await;
    let live = live.map_err(|error| explain(error, "reading", &target.label()))?;
    let Some(live) = live.map(to_value) else { return Ok((target.clone(), None)) };
    let volumes = volumes::volume_change(client, target, &live).await?;
    let tried = match &volumes {
        Some(_) => volumes::with_live_claims(target, &live),
        None => target.clone(),
    };
    Ok((tried, volumes))
}

/// Adds the change of the number of pods to the change of a Deployment.
fn plan_replicas(change: &mut ObjectChange, scale: Scale) -> Result<(), LiveError> {
    let Some(live) = &change.live else {
        // The dry run gives a new Deployment one pod, but the apply raises it to the minimum.
        if let Scale::Automatic { min, .. } = scale {
            change.wanted["spec"]["replicas"] = min.into();
        }
        return Ok(());
    };
    change.replicas = replicas::change(live, scale);
    let expected = change.replicas.as_ref().map_or(replicas::count(live), |change| Some(change.to));
    match &change.replicas {
        // The apply writes the field before or after the manifest, which does not contain it.
        Some(replicas) if !matches!(scale, Scale::Fixed(_)) => {
            change.wanted["spec"]["replicas"] = replicas.to.into();
        }
        Some(_) | None => {}
    }
    let result = replicas::count(&change.wanted);
    if result == expected {
        return Ok(());
    }
    let (expected, result) = (expected.unwrap_or_default(), result.unwrap_or_default());
    Err(LiveError::OtherReplicas { object: change.target.label(), expected, result })
}
