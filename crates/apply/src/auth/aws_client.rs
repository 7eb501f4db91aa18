//! The HTTP client of the AWS SDK. The SDK's own client knows neither SOCKS nor ports in
//! `NO_PROXY`.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;

use super::error::AuthError;
use crate::network::{Certificates, Connector, Proxies, ProxyError};

/// Returns the HTTP client for AWS.
///
/// # Errors
///
/// Fails if the variables for proxies or certificates cannot be used.
pub(super) fn http_client() -> Result<SharedHttpClient, AuthError> {
    let proxies = Arc::new(Proxies::from_env()?);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(Certificates::for_aws()?.client_config()?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Connector::new(proxies.clone())?);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let connector = SharedHttpConnector::new(AwsClient { client, proxies });
    Ok(http_client_fn(move |_, _| connector.clone()))
}

#[derive(Clone, Debug)]
struct AwsClient {
    client: Client<HttpsConnector<Connector>, SdkBody>,
    proxies: Arc<Proxies>,
}

impl HttpConnector for AwsClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.send(request).await })
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
