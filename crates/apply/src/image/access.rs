//! Access to a repository of a registry.

use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, StatusCode};
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, RegistryOperation};
use secrecy::ExposeSecret;

use super::destination::Destination;
use super::http::{ClientError, Http, body};
use super::request_error::RequestError;
use super::token;
use crate::docker_login::Credentials;
use crate::network::{CONNECT_TIMEOUT, Certificates, Proxies};

/// The start of a header with a user name and a password.
const BASIC: &[u8] = b"Basic ";
/// How long the registry may send nothing.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// Access to a repository: the library's client, and the credentials for other requests.
pub(super) struct Access {
    pub(super) client: Client,
    pub(super) auth: RegistryAuth,
    /// The value of the header `Authorization`.
    pub(super) authorization: Option<HeaderValue>,
}

impl Access {
    /// Logs in to a registry.
    ///
    /// # Errors
    ///
    /// Fails if the registry rejects the credentials or does not answer.
    pub(super) async fn open(http: &Http, to: &Destination) -> Result<Self, RequestError> {
        let settings = |error: ClientError| RequestError::Protocol(error.to_string());
        let client = client(to).map_err(settings)?;
        let auth = match &to.credentials {
            Credentials::IdentityToken(token) => token::exchange(http, to, token).await?,
            other => auth(other),
        };
        let reference = to.reference("latest");
        let token = client.auth(&reference, &auth, RegistryOperation::Push).await?;
        let authorization = match (token, &auth) {
            (Some(token), _) => Some(format!("Bearer {token}")),
            (None, RegistryAuth::Basic(user, password)) => Some(token::basic(user, password)),
            (None, RegistryAuth::Bearer(_) | RegistryAuth::Anonymous) => None,
        };
        let authorization = authorization.and_then(|text| {
            let mut value = HeaderValue::try_from(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Ok(Self { client, auth, authorization })
    }
}

/// Checks that a registry accepts the credentials for a push.
///
/// # Errors
///
/// Fails if the registry rejects them, or does not answer.
pub(super) async fn check(http: &Http, to: &Destination) -> Result<(), RequestError> {
    let access = Access::open(http, to).await?;
    // A registry with tokens has checked the password already.
    let is_basic = access.authorization.as_ref().is_some_and(|value| {
        value.as_bytes().get(..BASIC.len()).is_some_and(|start| start == BASIC)
    });
    if is_basic && rejects_credentials(to).await {
        return Err(RequestError::Status { status: StatusCode::UNAUTHORIZED, body: Bytes::new() });
    }
    Ok(())
}

/// Whether a registry rejects a user name and a password. A registry that does not answer accepts
/// them: the push reports why it does not answer.
pub(crate) async fn rejects_credentials(to: &Destination) -> bool {
    let RegistryAuth::Basic(user, password) = auth(&to.credentials) else { return false };
    let request = Request::builder()
        .uri(format!("{}/v2/", to.address()))
        .header(AUTHORIZATION, token::basic(&user, &password))
        .body(body(Vec::new()));
    let (Ok(http), Ok(request)) = (Http::new(), request) else { return false };
    let answer = http.send(request).await;
    answer.is_ok_and(|answer| {
        matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    })
}

/// Returns the credentials that a registry accepts without an exchange.
pub(super) fn auth(credentials: &Credentials) -> RegistryAuth {
    match credentials {
        Credentials::Password { user, password } => {
            RegistryAuth::Basic(user.clone(), password.expose_secret().to_owned())
        }
        Credentials::AccessToken(token) => RegistryAuth::Bearer(token.expose_secret().to_owned()),
        Credentials::None | Credentials::IdentityToken(_) => RegistryAuth::Anonymous,
    }
}

/// Returns a client for a registry.
///
/// # Errors
///
/// Fails if the variables for proxies or certificates cannot be used.
pub(super) fn client(to: &Destination) -> Result<Client, ClientError> {
    // The library uses the default TLS provider of the process.
    drop(rustls::crypto::ring::default_provider().install_default());
    let protocol = if to.is_plain() { ClientProtocol::Http } else { ClientProtocol::Https };
    let address = format!("{}/", to.address()).parse().unwrap_or_default();
    let (http_proxy, https_proxy, no_proxy) = Proxies::from_env()?.for_library(&address);
    let certificates = Certificates::of_variables()?
        .into_iter()
        .map(|found| Certificate { encoding: CertificateEncoding::Der, data: found.to_vec() });
    Ok(Client::try_from(ClientConfig {
        protocol,
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
