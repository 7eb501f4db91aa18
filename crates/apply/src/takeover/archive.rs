//! The archive of Helm's records: Secrets in the namespace of the layer.
//!
//! Records can contain secret values, so the archive is in Secrets too.

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use k8s_openapi::serde::de::DeserializeOwned;
use kube::api::{Api, DeleteParams, ListParams, PostParams, Preconditions};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::records::{Record, Records, Release, Storage};
use crate::live::{LiveError, explain};

/// The type of the Secrets.
const TYPE: &str = "optakit.dev/helm-archive";
/// The label with the name of the release.
pub(super) const RELEASE: &str = "optakit.dev/helm-release";
/// The annotation with the namespace of the release.
const NAMESPACE: &str = "optakit.dev/helm-namespace";
/// The annotation with the labels of the record, which Helm needs to read it.
const LABELS: &str = "optakit.dev/helm-labels";
/// The annotation with the name of the record.
const RECORD: &str = "optakit.dev/helm-record";
/// The annotation with the kind of the record.
const STORAGE: &str = "optakit.dev/helm-record-kind";
/// The number of characters of the digest in a name.
const DIGEST_LENGTH: usize = 10;

/// Copies the records of a release to the layer.
///
/// # Errors
///
/// Fails if the API server rejects a Secret.
pub(super) async fn copy(
    client: &kube::Client,
    layer: &str,
    records: &Records,
) -> Result<(), LiveError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    for record in &records.all {
        let copy = copy_of(record, &records.release);
        match secrets.create(&PostParams::default(), &copy).await {
            Ok(_) => {}
            Err(error) => {
                let is_copied = match &error {
                    kube::Error::Api(status) if status.code == 409 => {
                        is_copied(&secrets, &copy).await?
                    }
                    _ => false,
                };
                // An interrupted run may have copied it.
                if !is_copied {
                    return Err(explain(error, "archiving", &record.name()));
                }
            }
        }
    }
    Ok(())
}

/// Whether the layer contains this copy of a record.
async fn is_copied(secrets: &Api<Secret>, copy: &Secret) -> Result<bool, LiveError> {
    let name = copy.metadata.name.as_deref().unwrap_or_default();
    let found = secrets.get_opt(name).await;
    let found = found.map_err(|error| explain(error, "reading", &format!("Secret {name}")))?;
    Ok(found.is_some_and(|found| found.type_ == copy.type_ && found.data == copy.data))
}

/// Deletes the records of a release, the newest one last. Helm then has no such release any more.
///
/// # Errors
///
/// Fails if the API server rejects a deletion.
pub(super) async fn delete_records(
    client: &kube::Client,
    records: &Records,
) -> Result<(), LiveError> {
    let namespace = &records.release.namespace;
    for record in &records.all {
        let name = record.metadata.name.as_deref().unwrap_or_default();
        let seen = Preconditions { uid: record.metadata.uid.clone(), resource_version: None };
        let params = DeleteParams { preconditions: Some(seen), ..DeleteParams::default() };
        let deleted = match record.storage {
            Storage::Secret => delete::<Secret>(client, namespace, name, &params).await,
            Storage::ConfigMap => delete::<ConfigMap>(client, namespace, name, &params).await,
        };
        match deleted {
            Ok(()) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => return Err(explain(error, "deleting", &record.name())),
        }
    }
    Ok(())
}

async fn delete<K>(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    params: &DeleteParams,
) -> Result<(), kube::Error>
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + std::fmt::Debug
        + DeserializeOwned,
{
    Api::<K>::namespaced(client.clone(), namespace).delete(name, params).await.map(drop)
}

/// Whether the layer has archived records.
///
/// # Errors
///
/// Fails if the Secrets cannot be listed.
pub(super) async fn exists(client: &kube::Client, layer: &str) -> Result<bool, LiveError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let archived = ListParams::default().labels(RELEASE).fields(&format!("type={TYPE}")).limit(1);
    let found = secrets.list_metadata(&archived).await;
    let found =
        found.map_err(|error| explain(error, "listing", "the archive of Helm's records"))?;
    Ok(!found.items.is_empty())
}

fn copy_of(record: &Record, release: &Release) -> Secret {
    let name = record.metadata.name.clone().unwrap_or_default();
    let mut hasher = Sha256::new();
    for (key, value) in &record.data {
        hasher.update(key.as_bytes());
        hasher.update(&value.0);
    }
    let digest = hex::encode(hasher.finalize());
    let name_in_layer = format!(
        "{}.{}",
        name.replacen("sh.helm.release.v1.", "optakit.helm-archive.", 1),
        &digest[..DIGEST_LENGTH]
    );
    serde_json::from_value(json!({
        "metadata": {
            "name": name_in_layer,
            "labels": { "app.kubernetes.io/managed-by": "optakit", RELEASE: release.name },
            "annotations": {
                NAMESPACE: release.namespace,
                RECORD: name,
                STORAGE: record.storage.kind(),
                LABELS: json!(record.metadata.labels).to_string(),
            },
        },
        "type": TYPE,
        "immutable": true,
        "data": record.data,
    }))
    .expect("it is a Secret")
}

#[cfg(test)]
mod tests {
    use k8s_openapi::ByteString;
    use serde_json::Value;

    use super::*;
    use crate::fake_server::{Seen, answering};

    fn records() -> Records {
        let release = Release { namespace: "default".to_owned(), name: "shop-api".to_owned() };
        let metadata = json!({"name": "sh.helm.release.v1.shop-api.v1", "uid": "7"});
        let record = Record {
            storage: Storage::Secret,
            metadata: serde_json::from_value(metadata).expect("metadata"),
            data: [("release".to_owned(), ByteString(b"content".to_vec()))].into(),
        };
        Records { all: vec![record], ..Records::missing(release) }
    }

    fn status(code: u16) -> (u16, Value) {
        (code, json!({"kind": "Status", "status": "Failure", "code": code, "message": "x"}))
    }

    /// Copies a record to a layer that has another Secret with the name.
    async fn copy_beside(change: impl Fn(&mut Value)) -> bool {
        let records = records();
        let first = copy_of(&records.all[0], &records.release);
        let mut found = serde_json::to_value(&first).expect("JSON");
        change(&mut found);
        let (client, _) = answering(move |seen: &Seen| match seen.method.as_str() {
            "GET" => (200, found.clone()),
            _ => status(409),
        });
        copy(&client, "shop", &records).await.is_ok()
    }

    #[tokio::test]
    async fn a_record_is_copied_once() {
        let (client, requests) = answering(|seen| (201, seen.body.clone()));
        copy(&client, "shop", &records()).await.expect("it is copied");
        let body = requests.lock().expect("no test panics")[0].body.clone();
        let name = body["metadata"]["name"].as_str().expect("a name");
        assert!(name.starts_with("optakit.helm-archive.shop-api.v1."), "{name}");
        assert_eq!(body["type"], TYPE);
        assert_eq!(body["data"]["release"], "Y29udGVudA==");
        assert!(copy_beside(|_| {}).await, "an interrupted run copied it");
        assert!(!copy_beside(|found| found["type"] = "Opaque".into()).await);
        assert!(!copy_beside(|found| found["data"]["release"] = "b3RoZXI=".into()).await);
        let (client, _) = answering(|_| status(403));
        copy(&client, "shop", &records()).await.expect_err("it is forbidden");
    }

    #[tokio::test]
    async fn a_record_is_deleted_with_its_uid() {
        let (client, requests) = answering(|_| (200, json!({"kind": "Status"})));
        delete_records(&client, &records()).await.expect("it is deleted");
        let seen = requests.lock().expect("no test panics")[0].clone();
        assert!(seen.path.contains("/namespaces/default/secrets/sh.helm.release.v1.shop-api.v1"));
        assert_eq!(seen.body["preconditions"], json!({"uid": "7"}));
        let (client, _) = answering(|_| status(404));
        delete_records(&client, &records()).await.expect("it is deleted already");
        let (client, _) = answering(|_| status(409));
        delete_records(&client, &records()).await.expect_err("it was replaced");
    }
}
