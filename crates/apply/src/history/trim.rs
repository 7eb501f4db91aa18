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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fake_server::{Seen, answering};

    /// Returns the list of Secrets, as the API server returns their metadata.
    fn secrets(items: &[Value]) -> (u16, Value) {
        let items: Vec<Value> =
            items.iter().map(|metadata| json!({"metadata": metadata})).collect();
        (200, json!({"kind": "PartialObjectMetadataList", "metadata": {}, "items": items}))
    }

    fn revision(number: u32, status: &str, parts: usize) -> Value {
        let labels =
            json!({LAYER: "shop", NUMBER: number.to_string(), "optakit.dev/status": status});
        let annotations =
            json!({"optakit.dev/digest": "sha256:1", "optakit.dev/parts": parts.to_string()});
        let name = secret_name("shop", number);
        json!({"name": name, "labels": labels, "annotations": annotations})
    }

    /// Returns the Secrets that a trim deletes, in order.
    async fn trimmed(
        revisions: Vec<Value>,
        parts: Vec<Value>,
        needed: &[u32],
        kept: Option<usize>,
    ) -> Vec<String> {
        let (client, requests) = answering(move |seen: &Seen| match seen.method.as_str() {
            "DELETE" => (200, json!({"kind": "Status", "status": "Success"})),
            _ if seen.path.contains("revision-part") => secrets(&parts),
            _ => secrets(&revisions),
        });
        trim(&client, "shop", needed, kept).await.expect("the revisions are deleted");
        let requests = requests.lock().expect("no test panics").clone();
        let deleted = requests.iter().filter(|seen| seen.method == "DELETE");
        let name = |seen: &Seen| {
            let path = seen.path.split('?').next().unwrap_or_default();
            path.rsplit('/').next().unwrap_or_default().to_owned()
        };
        deleted.map(name).collect()
    }

    fn names(numbers: &[u32]) -> Vec<String> {
        numbers.iter().map(|number| secret_name("shop", *number)).collect()
    }

    #[tokio::test]
    async fn the_newest_revisions_are_kept_deployed_ones_and_others() {
        let all = || {
            let status = |number: u32| if number.is_multiple_of(2) { "deployed" } else { "failed" };
            (1..=8).map(|number| revision(number, status(number), 1)).collect::<Vec<_>>()
        };
        let none = Vec::new;
        assert_eq!(trimmed(all(), none(), &[8], Some(2)).await, names(&[4, 2, 3, 1]));
        assert_eq!(trimmed(all(), none(), &[2, 3, 8], Some(2)).await, names(&[4, 1]));
        assert_eq!(trimmed(all(), none(), &[8], Some(4)).await, names(&[]));
        // Revisions above the one that runs are not from a run.
        assert_eq!(trimmed(all(), none(), &[6], Some(2)).await, names(&[2, 1]));
        assert_eq!(trimmed(all(), none(), &[], Some(3)).await, names(&[2, 1]));
    }

    #[tokio::test]
    async fn ten_revisions_are_kept_without_a_number() {
        let all = (1..=12).map(|number| revision(number, "deployed", 1)).collect();
        assert_eq!(trimmed(all, Vec::new(), &[12], None).await, names(&[2, 1]));
    }

    #[tokio::test]
    async fn the_parts_of_a_revision_are_deleted_after_it() {
        let parts = || vec![json!({"name": part_name("shop", 1, 2)})];
        let both = vec![revision(2, "deployed", 1), revision(1, "deployed", 2)];
        let deleted = trimmed(both, parts(), &[2], Some(1)).await;
        assert_eq!(deleted, [secret_name("shop", 1), part_name("shop", 1, 2)]);
        let one = vec![revision(2, "deployed", 1), revision(1, "deployed", 1)];
        assert_eq!(trimmed(one, parts(), &[2], Some(1)).await, names(&[1]));
    }

    #[tokio::test]
    async fn only_parts_without_a_revision_are_orphans() {
        let names: Vec<String> =
            [(1, 2), (1, 3), (2, 2)].map(|(number, part)| part_name("shop", number, part)).into();
        let known = Revision::from_metadata(
            serde_json::from_value(revision(1, "deployed", 2)).expect("valid metadata"),
            "shop",
        );
        let deleted = |_: &Seen| (200, json!({"kind": "Status", "status": "Success"}));
        let (client, requests) = answering(deleted);
        let orphans = Orphans(names);
        orphans.delete(&client, "shop", &[known.expect("a revision")]).await.expect("deleted");
        let requests = requests.lock().expect("no test panics").clone();
        let paths: Vec<&str> =
            requests.iter().filter_map(|seen| seen.path.split('?').next()).collect();
        let path = |name: String| format!("/api/v1/namespaces/shop/secrets/{name}");
        assert_eq!(paths, [path(part_name("shop", 1, 3)), path(part_name("shop", 2, 2))]);
    }

    #[tokio::test]
    async fn a_secret_that_is_deleted_already_is_no_error() {
        let answer = |code: u16| {
            move |_: &Seen| (code, json!({"kind": "Status", "status": "Failure", "code": code}))
        };
        let (client, _) = answering(answer(404));
        delete_secret(&client, "shop", "x").await.expect("it is deleted already");
        let (client, _) = answering(answer(403));
        delete_secret(&client, "shop", "x").await.expect_err("it is forbidden");
    }
}
