//! Pushes an image to a registry by the OCI distribution protocol. Blobs that the registry has are
//! not sent again.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use oci_client::errors::OciDistributionError;
use oci_client::{Client, Reference, RegistryOperation};

use super::parts::{Blob, Image, Manifest};
use super::registry::{ClientError, Destination, client, is_temporary, reason, status};
use crate::aws::actions;
use crate::report::{Report, Transfers, bytes};

/// The number of blobs that are sent at the same time. Registries limit the speed per connection.
const PARALLEL: usize = 4;
/// How often a blob is sent at most.
const ATTEMPTS: u32 = 4;
/// The pause before the first retry. It doubles with each retry.
const PAUSE: Duration = Duration::from_millis(500);
/// The size of the parts in which a blob is read, in bytes.
const CHUNK: usize = 128 * 1024;
/// The number of characters of a digest that are shown: `sha256:` and twelve digits.
const SHORT_DIGEST: usize = 19;

/// Why an image cannot be pushed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error("{registry} rejects the push to `{repository}`: {reason}")]
    Denied { registry: String, repository: String, reason: String },
    #[error("{registry} has no repository `{repository}`: {reason}")]
    NoRepository { registry: String, repository: String, reason: String },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(
        "cannot push {what} to {registry}: {reason}\n  \
         help: push again; complete layers are not sent again"
    )]
    Failed { registry: String, what: String, reason: String },
}

/// Pushes an image with a tag. Returns its digest.
///
/// # Errors
///
/// Fails if the registry rejects the image, or if it does not answer after several attempts.
pub(crate) async fn push(
    image: &Image,
    to: &Destination,
    tag: &str,
    report: &Report,
) -> Result<String, PushError> {
    let push = Push { client: client(&to.registry)?, to, reference: to.reference(tag) };
    let login = push.client.auth(&push.reference, &to.auth, RegistryOperation::Push).await;
    login.map_err(|error| error_of(to, "the image", &error))?;
    let transfers = Transfers::new(report);
    let sent = image.blobs.iter().map(|blob| push.blob(blob, &transfers));
    stream::iter(sent).buffer_unordered(PARALLEL).try_collect::<Vec<()>>().await?;
    let Some((last, inner)) = image.manifests.split_last() else { return Ok(String::new()) };
    let mut known = BTreeSet::new();
    for manifest in inner.iter().filter(|manifest| known.insert(manifest.digest())) {
        push.manifest(manifest, &manifest.digest()).await?;
    }
    let digest = last.digest();
    // A registry with immutable tags rejects a tag that exists, even for the same image.
    let current = push.client.fetch_manifest_digest(&push.reference, &to.auth).await;
    if current.ok().as_deref() != Some(&digest) {
        push.manifest(last, tag).await?;
    }
    Ok(digest)
}

/// A failed request. `action` is the action of ECR, if the registry does not name it.
struct FailedRequest {
    error: OciDistributionError,
    action: Option<&'static str>,
}

impl From<OciDistributionError> for FailedRequest {
    fn from(error: OciDistributionError) -> Self {
        Self { error, action: None }
    }
}

/// A push in progress.
struct Push<'a> {
    client: Client,
    to: &'a Destination,
    reference: Reference,
}

impl Push<'_> {
    async fn blob(&self, blob: &Blob, transfers: &Transfers) -> Result<(), PushError> {
        let label = blob.digest.get(..SHORT_DIGEST).unwrap_or(&blob.digest).to_owned();
        let mut attempt = 1;
        loop {
            match self.try_blob(blob, &label, transfers).await {
                Ok(()) => return Ok(()),
                Err(FailedRequest { error, .. }) if attempt < ATTEMPTS && is_temporary(&error) => {
                    transfers.step("retrying", &format!("{label}: {}", reason(&error)));
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                Err(FailedRequest { error, action }) => {
                    let mut error = error_of(self.to, &label, &error);
                    if let (PushError::Denied { reason, .. }, Some(action)) = (&mut error, action) {
                        reason.push_str(&format!("; on ECR this is {action}"));
                    }
                    return Err(error);
                }
            }
        }
    }

    async fn try_blob(
        &self,
        blob: &Blob,
        label: &str,
        transfers: &Transfers,
    ) -> Result<(), FailedRequest> {
        let exists = self.client.blob_exists(&self.reference, &blob.digest).await;
        // The answer has no body, so it does not name the action.
        if exists.map_err(|error| FailedRequest { error, action: Some(actions::LAYER_EXISTS) })? {
            transfers.step("exists", &format!("{label}  {}", bytes(blob.part.size)));
            return Ok(());
        }
        let transfer = transfers.begin(label, blob.part.size);
        let counter = transfer.counter();
        let reader = blob.part.open().map_err(OciDistributionError::from)?;
        let chunks = stream::unfold(reader, move |mut reader| {
            let counter = counter.clone();
            async move {
                let mut chunk = vec![0; CHUNK];
                let read = reader.read(&mut chunk);
                let item = match read {
                    Ok(0) => return None,
                    Ok(read) => {
                        counter(read as u64);
                        chunk.truncate(read);
                        Ok(Bytes::from(chunk))
                    }
                    Err(error) => Err(OciDistributionError::from(error)),
                };
                Some((item, reader))
            }
        });
        self.client
            .push_blob_stream(&self.reference, chunks, &blob.digest, Some(blob.part.size))
            .await?;
        transfer.finish("pushed", &format!("{label}  {}", bytes(blob.part.size)));
        Ok(())
    }

    async fn manifest(&self, manifest: &Manifest, name: &str) -> Result<(), PushError> {
        let failed = |error: OciDistributionError| error_of(self.to, "the manifest", &error);
        let media_type = manifest.media_type.parse().map_err(|_| PushError::Failed {
            registry: self.to.registry.clone(),
            what: "the manifest".to_owned(),
            reason: format!("`{}` is not a valid media type", manifest.media_type),
        })?;
        // Passes a digest as a tag too: without a tag the library panics when a registry does not
        // return the location of the manifest, as ECR does.
        self.client
            .push_manifest_raw(&self.to.reference(name), manifest.bytes.clone(), media_type)
            .await
            .map_err(failed)?;
        Ok(())
    }
}

/// Returns the error for a failed request. `what` is the part of the image.
fn error_of(to: &Destination, what: &str, error: &OciDistributionError) -> PushError {
    let (registry, repository) = (to.registry.clone(), to.repository.clone());
    let reason = reason(error);
    match status(error) {
        Some(401 | 403) => PushError::Denied { registry, repository, reason },
        Some(404) => PushError::NoRepository { registry, repository, reason },
        _ => PushError::Failed { registry, what: what.to_owned(), reason },
    }
}
