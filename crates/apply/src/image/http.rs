//! An HTTP client for the requests to registries that the library cannot send. It follows no
//! redirects, so that no request sends credentials to another host.

use std::io::Error as IoError;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use oci_client::errors::OciDistributionError;

use super::request_error::RequestError;
use crate::network::{
    self, CONNECT_TIMEOUT, CertificateError, Certificates, Connector, Proxies, ProxyUrlError,
};

/// The most bytes that are read of the body of a response.
const MAX_ANSWER: usize = 64 * 1024;

/// The body of a request.
pub(super) type Body = UnsyncBoxBody<Bytes, IoError>;

/// Returns a body with these bytes.
pub(super) fn body(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// The reason why there is no client for registries.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(transparent)]
    Proxy(#[from] ProxyUrlError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("cannot use the settings for registries")]
    Settings(#[from] OciDistributionError),
}

/// An HTTP client.
pub(super) struct Http {
    client: Client<HttpsConnector<Connector>, Body>,
    proxies: Arc<Proxies>,
}

/// A response.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// Returns a header as text.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the error of a response that is not the expected one.
    pub(super) fn error(&self) -> RequestError {
        RequestError::Status { status: self.status, body: self.body.clone() }
    }
}

impl Http {
    /// Creates a client.
    ///
    /// # Errors
    ///
    /// Fails if the variables for proxies or certificates cannot be used.
    pub(super) fn new() -> Result<Self, ClientError> {
        let proxies = Arc::new(Proxies::from_env()?);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(Certificates::for_registries()?.client_config()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector::new(Arc::clone(&proxies), CONNECT_TIMEOUT)?);
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), proxies })
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// Fails if the connection fails. A response with an error status is a response.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Result<Answer, RequestError> {
        let proxy = self.proxies.authorization(request.uri()).cloned();
        let headers = request.headers_mut();
        headers.extend(proxy.map(|value| (PROXY_AUTHORIZATION, value)));
        let agent = concat!("optakit/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        let connection = |error: &(dyn std::error::Error + 'static)| RequestError::Connection {
            reason: network::reason(error),
        };
        let response = self.client.request(request).await.map_err(|error| connection(&error))?;
        let (parts, body) = response.into_parts();
        // The start of a body is enough for an error message.
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
