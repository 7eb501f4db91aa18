//! A repository of a registry, the client for it, and its errors.

use std::time::Duration;

use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use secrecy::ExposeSecret;

use crate::aws::login::Login;
use crate::network::{
    self, CONNECT_TIMEOUT, CertificateError, Certificates, Proxies, ProxyUrlError,
};

/// How long the registry may send nothing.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// A repository of a registry, and the credentials for it.
pub(crate) struct Destination {
    /// The host, with a port if it is not the default port.
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) auth: RegistryAuth,
}

impl Destination {
    /// Returns a repository of ECR.
    pub(crate) fn new(login: &Login, repository: &str) -> Self {
        let auth =
            RegistryAuth::Basic(login.user.clone(), login.password.expose_secret().to_owned());
        Self { registry: login.registry.clone(), repository: repository.to_owned(), auth }
    }

    /// Returns the reference of a tag, or of a digest as a tag.
    pub(super) fn reference(&self, tag: &str) -> Reference {
        Reference::with_tag(self.registry.clone(), self.repository.clone(), tag.to_owned())
    }
}

/// The reason why there is no client for a registry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(transparent)]
    Proxy(#[from] ProxyUrlError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("cannot use the settings for registries")]
    Settings(#[from] OciDistributionError),
}

/// Returns a client for a registry.
///
/// # Errors
///
/// Fails if the variables for proxies or certificates cannot be used.
pub(super) fn client(registry: &str) -> Result<Client, ClientError> {
    // The library uses the default TLS provider of the process.
    drop(rustls::crypto::ring::default_provider().install_default());
    let (protocol, scheme) = match is_loopback(registry) {
        true => (ClientProtocol::Http, "http"),
        false => (ClientProtocol::Https, "https"),
    };
    let address = format!("{scheme}://{registry}/").parse().unwrap_or_default();
    let (http_proxy, https_proxy, no_proxy) = Proxies::from_env()?.for_library(&address);
    let certificates = Certificates::of_variables()?
        .into_iter()
        .map(|found| Certificate { encoding: CertificateEncoding::Der, data: found.to_vec() });
    Ok(Client::try_from(ClientConfig {
        protocol,
        use_monolithic_push: true,
        connect_timeout: Some(CONNECT_TIMEOUT),
        read_timeout: Some(READ_TIMEOUT),
        user_agent: concat!("optakit/", env!("CARGO_PKG_VERSION")),
        extra_root_certificates: certificates.collect(),
        http_proxy,
        https_proxy,
        no_proxy: Some(no_proxy),
        ..ClientConfig::default()
    })?)
}

/// Whether a registry is on this machine. It is used without TLS then.
fn is_loopback(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Whether a retry may succeed.
pub(super) fn is_temporary(error: &OciDistributionError) -> bool {
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
pub(super) fn reason(error: &OciDistributionError) -> String {
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
            let reason = network::reason(error);
            // The library does not name the proxy.
            let address = error.url().filter(|_| error.is_connect());
            let address = address.and_then(|url| url.as_str().parse().ok());
            let proxies = Proxies::from_env().unwrap_or_default();
            match address.and_then(|address| proxies.failed(&address, &reason)) {
                Some(error) => error.to_string(),
                None => reason,
            }
        }
        OciDistributionError::UnauthorizedError { .. } => "the credentials are rejected".to_owned(),
        OciDistributionError::AuthenticationFailure(message) => message.clone(),
        other => other.to_string(),
    }
}
