//! An image into a registry, by the distribution protocol: what is there already is not sent again.

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

/// How many blobs travel at a time: each connection of a registry has its own limit of speed.
const PARALLEL: usize = 4;
/// How often a blob is sent before its error counts.
const ATTEMPTS: u32 = 4;
/// How much of a blob is in memory, in bytes.
const CHUNK: usize = 128 * 1024;

/// A repository of a registry, with the way in.
pub(crate) struct Destination {
    /// Host, and port if it has one of its own.
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) auth: RegistryAuth,
}

/// Why an image is not in the registry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error("{registry} does not let us push to `{repository}`: {reason}")]
    Denied { registry: String, repository: String, reason: String },
    #[error("{registry} has no repository `{repository}`: {reason}")]
    NoRepository { registry: String, repository: String, reason: String },
    #[error(
        "{what} could not be pushed to {registry}: {reason}\n  what was sent whole stays there: push again to go on"
    )]
    Failed { registry: String, what: String, reason: String },
}

/// Pushes an image under a tag.
///
/// Returns its digest.
///
/// # Errors
///
/// When the registry refuses it or goes away for longer than a few attempts take.
pub(crate) async fn push(
    image: &Image,
    to: &Destination,
    tag: &str,
    report: &Report,
) -> Result<String, PushError> {
    let target = Target { client: client(&to.registry), to, reference: to.reference(tag) };
    let begun = target.client.auth(&target.reference, &to.auth, RegistryOperation::Push).await;
    begun.map_err(|error| to.fault("the image", &error))?;
    let transfers = report.transfers();
    let sent = image.blobs.iter().map(|blob| target.blob(blob, &transfers));
    stream::iter(sent).buffer_unordered(PARALLEL).try_collect::<Vec<()>>().await?;
    let Some((last, inner)) = image.manifests.split_last() else { return Ok(String::new()) };
    let mut known = BTreeSet::new();
    for manifest in inner.iter().filter(|manifest| known.insert(manifest.digest())) {
        target.manifest(manifest, &manifest.digest()).await?;
    }
    let digest = last.digest();
    // A registry may hold that tags never move, even to where they are.
    let there = target.client.fetch_manifest_digest(&target.reference, &to.auth).await;
    if there.ok().as_deref() != Some(&digest) {
        target.manifest(last, tag).await?;
    }
    Ok(digest)
}

/// A client for a registry.
pub(super) fn client(registry: &str) -> Client {
    // Two libraries speak TLS here, and this one takes what the process has.
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

/// Whether a registry is on this machine, where there is no TLS.
fn is_loopback(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

impl Destination {
    /// A repository of ECR.
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

/// What was not done, with the action of ECR that it is, where the registry does not say it itself.
struct Refused {
    error: OciDistributionError,
    action: Option<&'static str>,
}

impl From<OciDistributionError> for Refused {
    fn from(error: OciDistributionError) -> Self {
        Self { error, action: None }
    }
}

struct Target<'a> {
    client: Client,
    to: &'a Destination,
    reference: Reference,
}

impl Target<'_> {
    async fn blob(&self, blob: &Blob, transfers: &Transfers) -> Result<(), PushError> {
        let label = blob.digest.get(..19).unwrap_or(&blob.digest).to_owned();
        let mut attempt = 1;
        loop {
            match self.try_blob(blob, &label, transfers).await {
                Ok(()) => return Ok(()),
                Err(Refused { error, .. }) if attempt < ATTEMPTS && may_pass(&error) => {
                    transfers.say(&format!("again    {label}: {}", reason(&error)));
                    tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
                    attempt += 1;
                }
                Err(Refused { error, action }) => {
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
    ) -> Result<(), Refused> {
        let is_there = self.client.blob_exists(&self.reference, &blob.digest).await;
        // An answer without a body says no reason.
        if is_there.map_err(|error| Refused { error, action: Some(actions::IS_THERE) })? {
            transfers.say(&format!("there    {label}  {}", bytes(blob.part.size)));
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
        transfer.finish(&format!("pushed   {label}  {}", bytes(blob.part.size)));
        Ok(())
    }

    async fn manifest(&self, manifest: &Manifest, name: &str) -> Result<(), PushError> {
        let fault = |error: OciDistributionError| self.to.fault("the manifest", &error);
        let media_type = manifest.media_type.parse().map_err(|_| PushError::Failed {
            registry: self.to.registry.clone(),
            what: "the manifest".to_owned(),
            reason: format!("`{}` is no media type", manifest.media_type),
        })?;
        // By its tag even where that is a digest: the library takes back what it said only of tags.
        self.client
            .push_manifest_raw(&self.to.reference(name), manifest.bytes.clone(), media_type)
            .await
            .map_err(fault)?;
        Ok(())
    }
}

/// Whether an error may be gone when the same is asked again.
fn may_pass(error: &OciDistributionError) -> bool {
    match (status(error), error) {
        (Some(status), _) => status == 429 || status >= 500,
        (None, OciDistributionError::RequestError(error)) => !error.is_builder(),
        _ => false,
    }
}

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

/// What went wrong, without the address: those of uploads hold the state of a session.
fn reason(error: &OciDistributionError) -> String {
    match error {
        OciDistributionError::ServerError { code, message, .. } => {
            let body = serde_json::from_str::<serde_json::Value>(message).ok();
            let said = body
                .as_ref()
                .and_then(|body| body.pointer("/errors/0/message"))
                .and_then(serde_json::Value::as_str);
            said.map_or_else(|| format!("status {code}"), |said| format!("{said} (status {code})"))
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
        OciDistributionError::UnauthorizedError { .. } => {
            "the credentials are not taken".to_owned()
        }
        OciDistributionError::AuthenticationFailure(said) => said.clone(),
        other => other.to_string(),
    }
}
