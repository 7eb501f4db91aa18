//! Pushes an image to a registry by the OCI distribution protocol. Blobs that the registry has are
//! not sent again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt, TryStreamExt};
use http::HeaderValue;
use oci_client::Reference;
use oci_client::errors::OciDistributionError;
use tokio::sync::RwLock;

use super::access::{self, Access};
use super::destination::Destination;
use super::http::{ClientError, Http};
use super::parts::{Blob, Image, Manifest};
use super::request_error::RequestError;
use super::upload::Upload;
use crate::aws::actions;
use crate::network;
use crate::report::{Report, Transfers, bytes};

/// The number of blobs that are sent at the same time. Registries limit the speed per connection.
const PARALLEL: usize = 4;
/// How often a blob is sent at most without progress between the attempts.
const ATTEMPTS: u32 = 4;
/// The pause before the first retry. It doubles with each retry.
const PAUSE: Duration = Duration::from_millis(500);
/// The text for a layer that is sent again from the beginning.
const RESTART: &str = " from the beginning, because the registry keeps no incomplete layers";
/// The number of characters of a digest that are shown: `sha256:` and twelve digits.
const SHORT_DIGEST: usize = 19;

/// Why an image cannot be pushed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error("{registry} rejects the push to `{repository}`: {reason}")]
    Denied { registry: String, repository: String, reason: String },
    #[error(
        "{registry} rejects the push to `{repository}`: {reason}\n  \
         help: sign in with `docker login {registry}`"
    )]
    NotSignedIn { registry: String, repository: String, reason: String },
    #[error("{registry} has no repository `{repository}`: {reason}")]
    NoRepository { registry: String, repository: String, reason: String },
    #[error(
        "the tag `{tag}` exists in {registry}/{repository} with another digest, {digest}, and \
         {reason}\n  \
         help: push with another tag: `--tag NAME`"
    )]
    TagExists { registry: String, repository: String, tag: String, digest: String, reason: String },
    #[error(
        "{registry} does not use TLS\n  \
         help: push with `--insecure-registry {registry}` if you trust the network"
    )]
    NoTls { registry: String },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(
        "cannot push {what} to {registry}: {reason}\n  \
         help: push again; complete layers are not sent again"
    )]
    Failed { registry: String, what: String, reason: String },
}

/// Checks that a registry does not reject the credentials, before a long preparation. The push
/// reports other problems.
///
/// # Errors
///
/// Fails if the registry rejects the credentials.
pub(crate) async fn check_access(to: &Destination) -> Result<(), PushError> {
    match access::check(&Http::new()?, to).await {
        Err(error) if matches!(error.status(), Some(401 | 403)) => {
            Err(error_of(to, "the image", &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
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
    let http = Http::new()?;
    let access = Access::open(&http, to).await;
    let access = access.map_err(|error| error_of(to, "the image", &error))?;
    let push = Push { http, to, reference: to.reference(tag), access: RwLock::new(access.into()) };
    let Some((last, inner)) = image.manifests.split_last() else { return Ok(String::new()) };
    let digest = last.digest();
    let current = push.current().await;
    if let Some(current) =
        current.as_ref().filter(|current| to.immutable_tags && **current != digest)
    {
        return Err(push.tag_exists(tag, current, "the tags of the repository are immutable"));
    }
    let transfers = Transfers::new(report);
    let sent = image.blobs.iter().map(|blob| push.blob(blob, &transfers));
    stream::iter(sent).buffer_unordered(PARALLEL).try_collect::<Vec<()>>().await?;
    let mut known = BTreeSet::new();
    for manifest in inner.iter().filter(|manifest| known.insert(manifest.digest())) {
        let sent = push.manifest(manifest, &manifest.digest()).await;
        sent.map_err(|error| error_of(to, "the manifest", &error))?;
    }
    // A registry with immutable tags rejects a tag that exists, even for the same image.
    if current.as_ref() != Some(&digest) {
        push.tag(last, tag).await?;
    }
    Ok(digest)
}

/// A failed request. `action` is the action of ECR, if the registry does not name it.
struct FailedRequest {
    error: RequestError,
    action: Option<&'static str>,
}

impl From<RequestError> for FailedRequest {
    fn from(error: RequestError) -> Self {
        Self { error, action: None }
    }
}

/// A push in progress.
struct Push<'a> {
    http: Http,
    to: &'a Destination,
    reference: Reference,
    access: RwLock<Arc<Access>>,
}

impl Push<'_> {
    /// Returns the digest that has the tag in the registry.
    async fn current(&self) -> Option<String> {
        let access = self.access().await;
        access.client.fetch_manifest_digest(&self.reference, &access.auth).await.ok()
    }

    async fn access(&self) -> Arc<Access> {
        Arc::clone(&*self.access.read().await)
    }

    /// Logs in again, unless another upload did this since `expired`.
    async fn renew(&self, expired: &Arc<Access>) -> Result<(), RequestError> {
        let mut access = self.access.write().await;
        if Arc::ptr_eq(&access, expired) {
            *access = Access::open(&self.http, self.to).await?.into();
        }
        Ok(())
    }

    async fn blob(&self, blob: &Blob, transfers: &Transfers) -> Result<(), PushError> {
        let label = blob.digest.get(..SHORT_DIGEST).unwrap_or(&blob.digest).to_owned();
        let transfer = transfers.begin(&label, blob.part.size);
        let mut upload = Upload::new(&self.http, self.to, blob, &transfer);
        let (mut attempt, mut best, mut renewed) = (1, 0, None);
        loop {
            let access = self.access().await;
            let failed = match self.try_blob(blob, &mut upload, &access).await {
                Ok(verb) => {
                    transfer.finish(verb, &format!("{label}  {}", bytes(blob.part.size)));
                    return Ok(());
                }
                Err(failed) => failed,
            };
            let FailedRequest { error, action } = failed;
            let has_moved = upload.position() > best;
            // Access expires during a long upload.
            if error.status() == Some(401) && (has_moved || renewed.is_none()) {
                (best, renewed) = (upload.position(), Some(()));
                let login = self.renew(&access).await;
                login.map_err(|error| error_of(self.to, &label, &error))?;
                continue;
            }
            if has_moved {
                (attempt, best) = (1, upload.position());
            }
            if attempt >= ATTEMPTS || !error.is_temporary() {
                return Err(self.denied_by(action, error_of(self.to, &label, &error)));
            }
            let position = match best {
                0 => String::new(),
                sent => format!(" after {}", bytes(sent)),
            };
            let restart = if upload.restarts() { RESTART } else { "" };
            transfers.step("retrying", &format!("{label}{position}{restart}: {error}"));
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    /// Adds the action of ECR that the user may not have the permission for.
    fn denied_by(&self, action: Option<&'static str>, mut error: PushError) -> PushError {
        if let (PushError::Denied { reason, .. }, Some(action)) = (&mut error, action) {
            reason.push_str(&format!("; this needs the permission {action} in ECR"));
        }
        error
    }

    /// Sends a blob, unless the registry has it. Returns what happened.
    async fn try_blob(
        &self,
        blob: &Blob,
        upload: &mut Upload<'_>,
        access: &Access,
    ) -> Result<&'static str, FailedRequest> {
        let exists = access.client.blob_exists(&self.reference, &blob.digest).await;
        // The answer has no body, so it does not name the action.
        let action = Some(actions::LAYER_EXISTS);
        if exists.map_err(|error| FailedRequest { error: error.into(), action })? {
            return Ok("exists");
        }
        upload.send(access).await?;
        Ok("pushed")
    }

    async fn manifest(&self, manifest: &Manifest, name: &str) -> Result<(), RequestError> {
        let media_type: HeaderValue = manifest.media_type.parse().map_err(|_| {
            RequestError::Protocol(format!("`{}` is not a valid media type", manifest.media_type))
        })?;
        // Passes a digest as a tag too: without a tag the library panics when a registry does not
        // return the location of the manifest, as ECR does.
        let reference = self.to.reference(name);
        let put = async |access: &Access, media_type| {
            let sent =
                access.client.push_manifest_raw(&reference, manifest.bytes.clone(), media_type);
            sent.await.map(drop).map_err(RequestError::from)
        };
        let access = self.access().await;
        match put(&access, media_type.clone()).await {
            // The access may have expired during the upload of the layers.
            Err(error) if error.status() == Some(401) => {
                self.renew(&access).await?;
                put(&*self.access().await, media_type).await
            }
            sent => sent,
        }
    }

    /// Pushes the manifest of the image with its tag.
    async fn tag(&self, manifest: &Manifest, tag: &str) -> Result<(), PushError> {
        let Err(error) = self.manifest(manifest, tag).await else { return Ok(()) };
        let is_refused = error.status().is_some_and(|status| {
            (400..500).contains(&status) && !matches!(status, 401 | 403 | 404 | 429)
        });
        match self.current().await.filter(|_| is_refused) {
            // Another push was faster.
            Some(current) if current == manifest.digest() => Ok(()),
            Some(current) => {
                let reason = format!("the registry refused to move it: {error}");
                Err(self.tag_exists(tag, &current, &reason))
            }
            None => Err(error_of(self.to, "the manifest", &error)),
        }
    }

    fn tag_exists(&self, tag: &str, digest: &str, reason: &str) -> PushError {
        PushError::TagExists {
            registry: self.to.registry.clone(),
            repository: self.to.repository.clone(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// Returns the error for a failed request. `what` is the part of the image.
fn error_of(to: &Destination, what: &str, error: &RequestError) -> PushError {
    let (registry, repository) = (to.registry.clone(), to.repository.clone());
    // The library sends the first request.
    if let RequestError::Library(OciDistributionError::RequestError(error)) = error
        && network::lacks_tls(error)
    {
        return PushError::NoTls { registry };
    }
    let reason = error.to_string();
    match error.status() {
        Some(401) if !to.is_ecr => PushError::NotSignedIn { registry, repository, reason },
        Some(401 | 403) => PushError::Denied { registry, repository, reason },
        Some(404) => PushError::NoRepository { registry, repository, reason },
        _ => PushError::Failed { registry, what: what.to_owned(), reason },
    }
}
