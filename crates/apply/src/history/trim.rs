//! Deletes revisions.

use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, DeleteParams, ListParams};

use super::list::list;
use super::revision::{
    HistoryError, LAYER, MAX_NUMBER, NUMBER, PART_TYPE, Revision, Status, part_name, secret_name,
};
use crate::live::{LiveError, explain};

/// The number of deployed revisions that are kept without `max_history`, and the number of others
/// beside them.
const KEPT: usize = 10;

/// Deletes the oldest revisions of a layer. Keeps the newest `kept` revisions that were deployed,
/// as many others, and the revisions in `needed`. The last one in `needed` is the one that runs
/// now. Without a number, it keeps ten.
///
/// # Errors
///
/// Fails if the API server rejects a deletion.
pub(crate) async fn trim(
    client: &kube::Client,
    layer: &str,
    needed: &[u32],
    kept: Option<usize>,
) -> Result<(), HistoryError> {
    let kept = kept.unwrap_or(KEPT);
    let mut revisions = list(client, layer).await?;
    // A number above that is not from a run. Such a Secret must not displace a revision.
    let last = needed.last().copied().unwrap_or(MAX_NUMBER);
    revisions.retain(|revision| revision.number <= last);
    let is_deployed = |revision: &&Revision| revision.status == Status::Deployed;
    let deployed = revisions.iter().filter(is_deployed).skip(kept);
    let others = revisions.iter().filter(|revision| !is_deployed(revision)).skip(kept);
    let old = deployed.chain(others).filter(|revision| !needed.contains(&revision.number));
    for revision in old {
        delete(client, layer, revision).await?;
    }
    Ok(())
}

/// Parts of a bundle whose revision does not exist: a killed run did not record all parts.
pub(crate) struct Orphans(Vec<String>);

impl Orphans {
    /// Finds the orphans of a layer. `known` are all revisions. Only the run with the lock may
    /// delete them: another run records its parts before its revision.
    ///
    /// # Errors
    ///
    /// Fails if the parts cannot be listed.
    pub(crate) async fn find(client: &kube::Client, layer: &str) -> Result<Self, LiveError> {
        let parts = parts(client, layer, &format!("{LAYER}={layer}")).await?;
        Ok(Self(parts))
    }

    /// Deletes the parts that belong to none of the revisions.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a deletion.
    pub(crate) async fn delete(
        self,
        client: &kube::Client,
        layer: &str,
        known: &[Revision],
    ) -> Result<(), LiveError> {
        let belongs = |name: &String, revision: &Revision| {
            (2..=revision.parts).any(|part| *name == part_name(layer, revision.number, part))
        };
        for name in self.0 {
            if !known.iter().any(|revision| belongs(&name, revision)) {
                delete_secret(client, layer, &name).await?;
            }
        }
        Ok(())
    }
}

/// Deletes all revisions of a layer.
///
/// # Errors
///
/// Fails if the API server rejects a deletion.
pub(crate) async fn clear(client: &kube::Client, layer: &str) -> Result<(), HistoryError> {
    for revision in list(client, layer).await? {
        delete(client, layer, &revision).await?;
    }
    delete_parts(client, layer, &format!("{LAYER}={layer}")).await?;
    Ok(())
}

/// Deletes a revision. Its first Secret goes first, because it makes the revision visible.
async fn delete(
    client: &kube::Client,
    layer: &str,
    revision: &Revision,
) -> Result<(), HistoryError> {
    let Revision { number, parts, .. } = revision;
    delete_secret(client, layer, &secret_name(layer, *number)).await?;
    if *parts > 1 {
        delete_parts(client, layer, &format!("{LAYER}={layer},{NUMBER}={number}")).await?;
    }
    Ok(())
}

async fn delete_parts(client: &kube::Client, layer: &str, labels: &str) -> Result<(), LiveError> {
    for name in parts(client, layer, labels).await? {
        delete_secret(client, layer, &name).await?;
    }
    Ok(())
}

/// Returns the names of the Secrets with parts of bundles.
async fn parts(client: &kube::Client, layer: &str, labels: &str) -> Result<Vec<String>, LiveError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let parts = ListParams::default().labels(labels).fields(&format!("type={PART_TYPE}"));
    let found = secrets.list_metadata(&parts).await;
    let found = found.map_err(|error| explain(error, "listing", "the parts of revisions"))?;
    Ok(found.items.into_iter().filter_map(|item| item.metadata.name).collect())
}

async fn delete_secret(client: &kube::Client, layer: &str, name: &str) -> Result<(), LiveError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    match secrets.delete(name, &DeleteParams::default()).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(explain(error, "deleting", &format!("Secret {name}"))),
    }
}
