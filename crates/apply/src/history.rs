//! The revisions of a layer: compressed bundles in Secrets of the cluster, for rollbacks.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, DeleteParams, ListParams, PostParams};
use optakit_core::bundle::{Bundle, MAX_BYTES};
use serde_json::json;

use crate::live::{LiveError, explain};

/// The number of revisions that are kept.
const KEPT: usize = 10;
/// The maximum size of a compressed bundle in bytes. A Secret may have 1 MiB.
const MAX_RECORD: usize = 900 * 1024;
/// The type of the Secrets.
const TYPE: &str = "optakit.dev/revision";
/// The label with the name of the layer.
const LAYER: &str = "optakit.dev/layer";
/// The label with the number of the revision.
const NUMBER: &str = "optakit.dev/revision";
/// The label with the status of the revision.
const STATUS: &str = "optakit.dev/status";
/// The annotation with the digest of the bundle.
const DIGEST: &str = "optakit.dev/digest";

/// The outcome of applying a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The pods became ready.
    Deployed,
    /// The pods did not become ready.
    Failed,
}

impl Status {
    /// Returns the status of a word. An unknown word means that the pods did not become ready.
    fn of(word: &str) -> Self {
        if word == Self::Deployed.word() { Self::Deployed } else { Self::Failed }
    }

    /// Returns the word in labels and in output.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Failed => "failed",
        }
    }
}

/// A revision without its bundle.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) number: u32,
    pub(crate) status: Status,
    /// The digest of the bundle without holes.
    pub(crate) digest: String,
    /// The time of the record in the format of RFC 3339.
    pub(crate) recorded: String,
    secret: String,
}

/// Why a revision cannot be recorded or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error(transparent)]
    Live(#[from] LiveError),
    #[error("no revision {number}; the history has {known}")]
    Unknown { number: u32, known: String },
    #[error("cannot read the record of revision {number}")]
    Broken {
        number: u32,
        #[source]
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Returns the revisions of a layer, newest first.
///
/// # Errors
///
/// Fails if the API server rejects the request.
pub(crate) async fn list(
    client: &kube::Client,
    layer: &str,
) -> Result<Vec<Revision>, HistoryError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let ours =
        ListParams::default().labels(&format!("{LAYER}={layer}")).fields(&format!("type={TYPE}"));
    // Reads only the metadata, because bundles are large.
    let found = secrets
        .list_metadata(&ours)
        .await
        .map_err(|error| explain(error, "listing", "the revisions"))?;
    let mut revisions: Vec<Revision> = found
        .items
        .into_iter()
        .filter_map(|item| {
            let labels = item.metadata.labels.unwrap_or_default();
            let annotations = item.metadata.annotations.unwrap_or_default();
            Some(Revision {
                number: labels.get(NUMBER)?.parse().ok()?,
                status: Status::of(labels.get(STATUS)?),
                digest: annotations.get(DIGEST)?.clone(),
                recorded: item
                    .metadata
                    .creation_timestamp
                    .map(|time| time.0.to_string())
                    .unwrap_or_default(),
                secret: item.metadata.name?,
            })
        })
        .collect();
    revisions.sort_by_key(|revision| std::cmp::Reverse(revision.number));
    Ok(revisions)
}

/// Returns the newest revision whose pods became ready.
pub(crate) fn last_good(revisions: &[Revision]) -> Option<&Revision> {
    revisions.iter().find(|revision| revision.status == Status::Deployed)
}

/// Returns the bundle of a revision.
///
/// # Errors
///
/// Fails if there is no such revision, or if its record cannot be read.
pub(crate) async fn read(
    client: &kube::Client,
    layer: &str,
    number: u32,
) -> Result<Bundle, HistoryError> {
    let revisions = list(client, layer).await?;
    let Some(revision) = revisions.iter().find(|revision| revision.number == number) else {
        let numbers: Vec<String> =
            revisions.iter().map(|revision| revision.number.to_string()).collect();
        let known = if numbers.is_empty() { "no revisions".to_owned() } else { numbers.join(", ") };
        return Err(HistoryError::Unknown { number, known });
    };
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let secret = secrets
        .get(&revision.secret)
        .await
        .map_err(|error| explain(error, "reading", &format!("Secret {}", revision.secret)))?;
    let broken =
        |reason: Box<dyn std::error::Error + Send + Sync>| HistoryError::Broken { number, reason };
    let packed = secret
        .data
        .and_then(|mut data| data.remove("bundle"))
        .ok_or_else(|| broken("the Secret has no bundle".into()))?;
    let mut text = String::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    GzDecoder::new(&packed.0[..])
        .take(limit + 1)
        .read_to_string(&mut text)
        .map_err(|error| broken(error.into()))?;
    let bundle = Bundle::parse(&text).map_err(|error| broken(error.into()))?;
    // Whoever can write Secrets in the namespace can write a revision.
    bundle.check_layer_is(layer).map_err(|error| broken(error.into()))?;
    Ok(bundle)
}

/// Records a bundle as the newest revision and deletes the oldest ones.
///
/// Writes nothing if the newest revision has the same bundle and the same status. Returns `false`
/// if the bundle is too large.
///
/// # Errors
///
/// Fails if the API server rejects the record.
pub(crate) async fn record(
    client: &kube::Client,
    bundle: &Bundle,
    status: Status,
) -> Result<bool, HistoryError> {
    let layer = bundle.metadata.layer.as_str();
    let revisions = list(client, layer).await?;
    let digest = bundle.actual_digest();
    if revisions.first().is_some_and(|newest| newest.digest == digest && newest.status == status) {
        return Ok(true);
    }
    let packed = compress(&bundle.to_text());
    if packed.len() > MAX_RECORD {
        return Ok(false);
    }
    let number = revisions.first().map_or(1, |newest| newest.number + 1);
    let mut secret: Secret = serde_json::from_value(json!({
        "metadata": {
            "name": format!("optakit.{layer}.v{number}"),
            "labels": {
                "app.kubernetes.io/managed-by": "optakit",
                LAYER: layer,
                NUMBER: number.to_string(),
                STATUS: status.word(),
            },
            "annotations": { DIGEST: digest },
        },
        "type": TYPE,
        "immutable": true,
    }))
    .expect("the JSON is a Secret");
    secret.data = Some([("bundle".to_owned(), ByteString(packed))].into());
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    match secrets.create(&PostParams::default(), &secret).await {
        Ok(_) => {}
        // The revision exists: the answer to our own request was lost, or another run recorded it.
        Err(kube::Error::Api(answer)) if answer.code == 409 => {
            let newest = list(client, layer).await?.into_iter().next();
            if newest.is_some_and(|newest| newest.digest == digest && newest.status == status) {
                return Ok(true);
            }
            return Box::pin(record(client, bundle, status)).await;
        }
        Err(error) => return Err(explain(error, "recording", &format!("revision {number}")).into()),
    }
    for old in revisions.iter().skip(KEPT - 1) {
        delete(&secrets, old).await?;
    }
    Ok(true)
}

fn compress(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.expect("writing to memory does not fail")
}

/// Deletes all revisions of a layer.
///
/// # Errors
///
/// Fails if the API server rejects a deletion.
pub(crate) async fn clear(client: &kube::Client, layer: &str) -> Result<(), HistoryError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    for revision in list(client, layer).await? {
        delete(&secrets, &revision).await?;
    }
    Ok(())
}

async fn delete(secrets: &Api<Secret>, revision: &Revision) -> Result<(), LiveError> {
    match secrets.delete(&revision.secret, &DeleteParams::default()).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(explain(error, "deleting", &format!("Secret {}", revision.secret))),
    }
}
