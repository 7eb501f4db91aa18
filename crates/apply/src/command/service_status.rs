//! The state of the Deployments and StatefulSets of a layer.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use kube::api::{Api, DynamicObject, ListParams};
use optakit_core::kind::Kind;

use crate::applyset::ApplySet;
use crate::history::{self, Current, Facts, HistoryError, Revision};
use crate::live::{Lenient, LiveError, explain, resource_of, to_value};
use crate::session::Session;
use crate::wait::{self, Paused, PodCounts, SetPods, Workload};
use crate::{lock, owner};

/// The status of a layer.
pub(super) struct LayerStatus {
    /// The revision that was applied last. If it is not known, the newest revision.
    pub(super) revision: Option<Revision>,
    pub(super) services: Vec<ServiceStatus>,
    pub(super) warnings: Vec<String>,
}

/// The status of one Deployment or StatefulSet.
pub(super) struct ServiceStatus {
    pub(super) name: String,
    /// The pods. `None` if the object does not exist.
    pub(super) pods: Option<PodCounts>,
    /// The image of the newest revision.
    pub(super) image: String,
    /// The revision of Optakit with this image.
    pub(super) revision: Option<u32>,
    pub(super) old: Vec<OldPods>,
}

/// Pods of an earlier revision.
pub(super) struct OldPods {
    pub(super) pods: SetPods,
    /// The revision of Optakit with their image.
    pub(super) revision: Option<u32>,
}

impl LayerStatus {
    /// Reads the workloads and their pods.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a request.
    pub(super) async fn read(session: &Session) -> anyhow::Result<Self> {
        let (client, layer) = (&session.client, session.layer());
        let lock = async || lock::state(client, layer).await;
        let (workloads, sets, revisions, set) = tokio::join!(
            wait::workloads(client, layer),
            replica_sets(client, layer),
            history::list_settled(client, layer, lock),
            ApplySet::read(client, layer)
        );
        let (workloads, sets, revisions) = (workloads?, sets?, revisions?);
        let current = Current::find(client, layer, &set?, &revisions).await?;
        let mut warnings: Vec<String> = current.unknown().map(str::to_owned).into_iter().collect();
        warnings.extend(workloads.iter().filter_map(|workload| {
            let Workload::Deployment(deployment) = workload else { return None };
            let paused = Paused::of(deployment)?;
            let (name, help) = (deployment.metadata.name.as_deref()?, paused.help(layer));
            Some(format!("Deployment {name}: {paused}\n  help: {help}"))
        }));
        let revision = current.applied.as_ref().or(revisions.first());
        // The revision that was applied last may have the same image as an earlier one.
        let known: Vec<&Revision> = revision.into_iter().chain(&revisions).collect();
        let mut services: Vec<ServiceStatus> =
            workloads.iter().map(|workload| ServiceStatus::of(workload, &sets, &known)).collect();
        let exists = |name: &str| services.iter().any(|service| service.name == name);
        let missing = match expected(session, revision).await {
            Ok(expected) => expected,
            Err(error) => {
                warnings.push(error.to_string());
                Vec::new()
            }
        };
        let missing: Vec<_> = missing.into_iter().filter(|(name, _)| !exists(name)).collect();
        for (name, image) in missing {
            warnings.extend(owner_of_missing(session, &name).await?);
            services.push(ServiceStatus::missing(name, image, revision));
        }
        Ok(Self { revision: revision.cloned(), services, warnings })
    }

    /// Whether all pods of all workloads are of the newest revision and ready.
    pub(super) fn is_ready(&self) -> bool {
        self.services.iter().all(ServiceStatus::is_ready)
    }
}

/// Returns names and images of the workloads that should exist: those of the revision, or those
/// of the bundle if no revision is known. The bundle of the revision is checked. Its annotations
/// are not.
///
/// # Errors
///
/// Fails if the bundle of the revision cannot be read, or was changed.
async fn expected(
    session: &Session,
    revision: Option<&Revision>,
) -> Result<Vec<(String, String)>, HistoryError> {
    let Some(revision) = revision else {
        let objects = session.bundle.manifests.iter();
        let workloads = objects.filter(|object| object.kind().is_awaited());
        return Ok(workloads.map(|object| (object.name().to_owned(), String::new())).collect());
    };
    let bundle = history::read(&session.client, session.layer(), revision).await?;
    Ok(Facts::of(&bundle).images.into_iter().collect())
}

/// Returns a warning if a workload exists, but belongs to another tool.
///
/// # Errors
///
/// Fails if the API server rejects a request.
async fn owner_of_missing(session: &Session, name: &str) -> Result<Option<String>, LiveError> {
    for kind in [Kind::Deployment, Kind::StatefulSet] {
        let resource = resource_of(kind);
        let api: Api<DynamicObject> =
            Api::namespaced_with(session.client.clone(), session.layer(), &resource);
        let found = match api.get_opt(name).await {
            Err(kube::Error::Api(status)) if status.code == 403 => None,
            found => found.map_err(|error| explain(error, "reading", &format!("{kind} {name}")))?,
        };
        if let Some((owner, advice)) = found.map(to_value).as_ref().and_then(owner::of) {
            return Ok(Some(format!("{kind} {name} belongs to {owner}\n  help: {advice}")));
        }
    }
    Ok(None)
}

impl ServiceStatus {
    fn of(workload: &Workload, sets: &[Arc<ReplicaSet>], known: &[&Revision]) -> Self {
        let name = workload.metadata().name.clone().unwrap_or_default();
        let image = workload.image();
        let with_image = |image: &str, below: Option<u32>| {
            let found = known.iter().find(|revision| {
                below.is_none_or(|below| revision.number < below)
                    && revision.facts.images.get(&name).is_some_and(|known| known == image)
            });
            found.map(|revision| revision.number)
        };
        let revision = with_image(&image, None);
        let old = wait::old_set_pods(workload, sets)
            .into_iter()
            .map(|pods| OldPods { revision: with_image(&pods.image, revision), pods });
        Self { pods: Some(wait::pod_counts(workload)), revision, old: old.collect(), image, name }
    }

    fn missing(name: String, image: String, revision: Option<&Revision>) -> Self {
        let revision = revision.map(|revision| revision.number);
        Self { name, pods: None, image, revision, old: Vec::new() }
    }

    fn is_ready(&self) -> bool {
        self.pods.is_some_and(|pods| pods.ready >= pods.wanted && pods.old == 0)
    }
}

/// Returns the ReplicaSets. Without the permission, old pods are only counted.
async fn replica_sets(
    client: &kube::Client,
    layer: &str,
) -> Result<Vec<Arc<ReplicaSet>>, LiveError> {
    let sets: Api<Lenient<ReplicaSet>> = Api::namespaced(client.clone(), layer);
    match sets.list(&ListParams::default()).await {
        Ok(list) => Ok(list.items.into_iter().map(|set| Arc::new(set.0)).collect()),
        Err(kube::Error::Api(status)) if status.code == 403 => Ok(Vec::new()),
        Err(error) => Err(explain(error, "listing", "the ReplicaSets")),
    }
}
