//! The HTTP client of the AWS SDK. The SDK's own client knows neither SOCKS nor ports in
//! `NO_PROXY`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;

use super::error::AuthError;
use crate::network::{CONNECT_TIMEOUT, Certificates, Connector, Proxies, ProxyError};

/// Returns the HTTP client for AWS.
///
/// # Errors
///
/// Fails if the variables for proxies or certificates cannot be used.
pub(super) fn http_client() -> Result<SharedHttpClient, AuthError> {
    let clients = Clients {
        proxies: Arc::new(Proxies::from_env()?),
        tls: Certificates::for_aws()?.client_config()?,
        known: Mutex::default(),
    };
    // Reports faults of the settings now. Each request has a client with separate timeouts.
    clients.create(Timeouts::default())?;
    Ok(SharedHttpClient::new(clients))
}

/// The timeouts of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Timeouts {
    connect: Option<Duration>,
    read: Option<Duration>,
}

/// The clients of the SDK, by their timeouts. For example, the metadata service has short ones.
#[derive(Debug)]
struct Clients {
    proxies: Arc<Proxies>,
    tls: rustls::ClientConfig,
    known: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

impl Clients {
    fn create(&self, timeouts: Timeouts) -> Result<SharedHttpConnector, AuthError> {
        let timeout = timeouts.connect.unwrap_or(CONNECT_TIMEOUT);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(self.tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector::new(self.proxies.clone(), timeout)?);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let (proxies, timeout) = (self.proxies.clone(), timeouts.read);
        Ok(SharedHttpConnector::new(AwsClient { client, proxies, timeout }))
    }
}

impl HttpClient for Clients {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts =
            Timeouts { connect: settings.connect_timeout(), read: settings.read_timeout() };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let create = || self.create(timeouts).expect("another client has the same settings");
        known.entry(timeouts).or_insert_with(create).clone()
    }
}

#[derive(Clone, Debug)]
struct AwsClient {
    client: Client<HttpsConnector<Connector>, SdkBody>,
    proxies: Arc<Proxies>,
    /// How long a response may take.
    timeout: Option<Duration>,
}

impl HttpConnector for AwsClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let sent = this.send(request);
            match this.timeout {
                Some(timeout) => tokio::time::timeout(timeout, sent)
                    .await
                    .map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?,
                None => sent.await,
            }
        })
    }
}

impl AwsClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let user = |error| ConnectorError::user(error);
        let mut request = request.try_into_http1x().map_err(|error| user(error.into()))?;
        if let Some(value) = self.proxies.authorization(request.uri()) {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, value.clone());
        }
        let response = self.client.request(request).await.map_err(connector_error)?;
        let response = response.map(SdkBody::from_body_1_x);
        HttpResponse::try_from(response).map_err(|error| user(error.into()))
    }
}

/// Converts an error. The SDK retries an I/O error.
fn connector_error(error: Error) -> ConnectorError {
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        match inner.downcast_ref::<ProxyError>() {
            Some(ProxyError::Unauthorized { .. }) => return ConnectorError::user(error.into()),
            Some(_) | None => cause = inner.source(),
        }
    }
    ConnectorError::io(error.into())
}
