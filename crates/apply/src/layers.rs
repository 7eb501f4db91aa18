//! Finds all layers that Optakit runs in a cluster.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::stream;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, ListParams};

use crate::applyset::ApplySet;
use crate::history::{self, Current, Revision};
use crate::identity;
use crate::live::{LiveError, explain};
use crate::wait::{self, PodCounts, Workload};

/// How many namespaces are read at the same time.
const AT_ONCE: usize = 8;

/// A layer in a cluster.
#[derive(Clone, Debug)]
pub(crate) struct RunningLayer {
    pub(crate) name: String,
    pub(crate) environment: Option<String>,
    pub(crate) account: Option<String>,
    /// The revision that was applied last. `None` if it is not known or cannot be read.
    pub(crate) revision: Option<Revision>,
    /// The images of the Deployments.
    pub(crate) images: BTreeSet<String>,
    /// The pods of all Deployments. `None` if they cannot be read.
    pub(crate) pods: Option<PodCounts>,
    /// The problems while reading.
    pub(crate) faults: Vec<String>,
}

/// Which namespaces were searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All namespaces of the cluster.
    All,
    /// The namespaces that the user named.
    Named,
    /// Namespaces without access.
    Without(Vec<String>),
    /// Only the namespace of the context, because the namespaces cannot be listed.
    OnlyDefault(String),
}

/// Returns the layers of a cluster, by name, and which namespaces were searched. Searches only
/// `namespaces` if there are any.
///
/// # Errors
///
/// Fails if a request fails for another reason than missing permissions.
pub(crate) async fn find(
    client: &kube::Client,
    namespaces: &[String],
) -> Result<(Vec<RunningLayer>, Scope), LiveError> {
    let (mut sets, scope) = sets(client, namespaces).await?;
    sets.sort_by(|a, b| a.layer().cmp(b.layer()));
    let layers = stream::iter(&sets).map(|set| read(client, set)).buffered(AT_ONCE);
    Ok((layers.collect().await, scope))
}

/// Returns the sets of all layers.
async fn sets(
    client: &kube::Client,
    namespaces: &[String],
) -> Result<(Vec<ApplySet>, Scope), LiveError> {
    if !namespaces.is_empty() {
        let mut sets = Vec::new();
        for namespace in namespaces {
            sets.extend(ApplySet::list(client, Some(namespace)).await?);
        }
        return Ok((sets, Scope::Named));
    }
    match ApplySet::list(client, None).await {
        Ok(sets) => return Ok((sets, Scope::All)),
        Err(LiveError::Forbidden { .. }) => {}
        Err(error) => return Err(error),
    }
    let all = Api::<Namespace>::all(client.clone()).list_metadata(&ListParams::default()).await;
    let all = match all.map_err(|error| explain(error, "listing", "the namespaces")) {
        Ok(all) => all.items,
        Err(LiveError::Forbidden { .. }) => {
            let namespace = client.default_namespace().to_owned();
            let sets = ApplySet::list(client, Some(&namespace)).await?;
            return Ok((sets, Scope::OnlyDefault(namespace)));
        }
        Err(error) => return Err(error),
    };
    let names: Vec<String> = all.into_iter().filter_map(|found| found.metadata.name).collect();
    let lists = stream::iter(&names)
        .map(async |name| (name, ApplySet::list(client, Some(name)).await))
        .buffered(AT_ONCE);
    let (mut sets, mut without) = (Vec::new(), Vec::new());
    for (name, found) in lists.collect::<Vec<_>>().await {
        match found {
            Ok(found) => sets.extend(found),
            Err(LiveError::Forbidden { .. }) => without.push(name.clone()),
            Err(error) => return Err(error),
        }
    }
    let scope = if without.is_empty() { Scope::All } else { Scope::Without(without) };
    Ok((sets, scope))
}

/// Reads one layer. What cannot be read is a fault of the layer.
async fn read(client: &kube::Client, set: &ApplySet) -> RunningLayer {
    let layer = set.layer();
    let (revision, workloads) = tokio::join!(revision(client, set), wait::workloads(client, layer));
    let mut faults = Vec::new();
    let revision = revision.unwrap_or_else(|error| {
        faults.push(error.to_string());
        None
    });
    let workloads = workloads.map_err(|error| faults.push(error.to_string())).ok();
    let images = match (&workloads, &revision) {
        (Some(workloads), _) => workloads.iter().map(Workload::image).collect(),
        (None, Some(revision)) => revision.facts.images.values().cloned().collect(),
        (None, None) => BTreeSet::new(),
    };
    let (environment, account) = identity::recorded(set);
    RunningLayer {
        name: layer.to_owned(),
        environment,
        account,
        revision,
        images,
        pods: workloads.as_deref().map(sum),
        faults,
    }
}

async fn revision(client: &kube::Client, set: &ApplySet) -> anyhow::Result<Option<Revision>> {
    let revisions = history::list(client, set.layer()).await?;
    let current = Current::find(client, set.layer(), set, &revisions).await?;
    Ok(current.applied.or_else(|| revisions.into_iter().next()))
}

fn sum(workloads: &[Workload]) -> PodCounts {
    workloads.iter().map(wait::pod_counts).fold(PodCounts::default(), |sum, one| PodCounts {
        ready: sum.ready + one.ready,
        wanted: sum.wanted + one.wanted,
        old: sum.old + one.old,
    })
}
