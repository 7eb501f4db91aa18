//! Pushes an image to a registry by the OCI distribution protocol. Blobs that the registry has are
//! not sent again.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};

use secrecy::ExposeSecret;

use super::layout::{Blob, Image, Manifest};
use crate::aws::actions;
use crate::aws::login::Login;
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

/// A repository of a registry, and the credentials for it.
pub(crate) struct Destination {
    /// The host, with a port if it is not the default port.
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) auth: RegistryAuth,
}

/// Why an image cannot be pushed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error("{registry} rejects the push to `{repository}`: {reason}")]
    Denied { registry: String, repository: String, reason: String },
    #[error("{registry} has no repository `{repository}`: {reason}")]
    NoRepository { registry: String, repository: String, reason: String },
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
    let push = Push { client: client(&to.registry), to, reference: to.reference(tag) };
    let login = push.client.auth(&push.reference, &to.auth, RegistryOperation::Push).await;
    login.map_err(|error| to.fault("the image", &error))?;
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

/// Returns a client for a registry.
pub(super) fn client(registry: &str) -> Client {
    // The library uses the default TLS provider of the process.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::new(ClientConfig {
        protocol: if is_loopback(registry) { ClientProtocol::Http } else { ClientProtocol::Https },
        use_monolithic_push: true,
        connect_timeout: Some(Duration::from_secs(10)),
        read_timeout: Some(Duration::from_secs(120)),
        user_agent: concat!("optakit/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    })
}

/// Whether a registry is on this machine. It is used without TLS then.
fn is_loopback(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

impl Destination {
    /// Returns a repository of ECR.
    pub(crate) fn new(login: &Login, repository: &str) -> Self {
        let auth =
            RegistryAuth::Basic(login.user.clone(), login.password.expose_secret().to_owned());
        Self { registry: login.registry.clone(), repository: repository.to_owned(), auth }
    }

    fn reference(&self, tag: &str) -> Reference {
        Reference::with_tag(self.registry.clone(), self.repository.clone(), tag.to_owned())
    }

    fn fault(&self, what: &str, error: &OciDistributionError) -> PushError {
        let (registry, repository) = (self.registry.clone(), self.repository.clone());
        let reason = reason(error);
        match status(error) {
            Some(401 | 403) => PushError::Denied { registry, repository, reason },
            Some(404) => PushError::NoRepository { registry, repository, reason },
            _ => PushError::Failed { registry, what: what.to_owned(), reason },
        }
    }
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
                    let fault = self.to.fault(&label, &error);
                    return Err(match (fault, action) {
                        (PushError::Denied { registry, repository, reason }, Some(action)) => {
                            PushError::Denied {
                                registry,
                                repository,
                                reason: format!("{reason}; on ECR this is {action}"),
                            }
                        }
                        (fault, _) => fault,
                    });
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
        if exists.map_err(|error| FailedRequest { error, action: Some(actions::IS_THERE) })? {
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
        let fault = |error: OciDistributionError| self.to.fault("the manifest", &error);
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
            .map_err(fault)?;
        Ok(())
    }
}

/// Whether a retry may succeed.
fn is_temporary(error: &OciDistributionError) -> bool {
    match (status(error), error) {
        (Some(status), _) => status == 429 || status >= 500,
        (None, OciDistributionError::RequestError(error)) => !error.is_builder(),
        _ => false,
    }
}

/// Returns the HTTP status of an error.
pub(super) fn status(error: &OciDistributionError) -> Option<u16> {
    match error {
        OciDistributionError::ServerError { code, .. } => Some(*code),
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.first().and_then(|error| match error.code {
                OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown => Some(404),
                OciErrorCode::Unauthorized => Some(401),
                OciErrorCode::Denied => Some(403),
                _ => None,
            })
        }
        OciDistributionError::UnauthorizedError { .. }
        | OciDistributionError::AuthenticationFailure(_) => Some(401),
        OciDistributionError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    }
}

/// Returns the reason of an error without the URL, because the URL of an upload contains a session.
fn reason(error: &OciDistributionError) -> String {
    match error {
        OciDistributionError::ServerError { code, message, .. } => {
            let body = serde_json::from_str::<serde_json::Value>(message).ok();
            let message_of_body = body
                .as_ref()
                .and_then(|body| body.pointer("/errors/0/message"))
                .and_then(serde_json::Value::as_str);
            message_of_body.map_or_else(
                || format!("status {code}"),
                |message| format!("{message} (status {code})"),
            )
        }
        OciDistributionError::RequestError(error) => {
            if let Some(status) = error.status() {
                return format!("status {}", status.as_u16());
            }
            let mut cause: &dyn std::error::Error = error;
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            cause.to_string()
        }
        OciDistributionError::UnauthorizedError { .. } => "the credentials are rejected".to_owned(),
        OciDistributionError::AuthenticationFailure(message) => message.clone(),
        other => other.to_string(),
    }
}
