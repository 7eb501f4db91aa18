//! The Kubernetes client.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use http::HeaderValue;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::retry::RetryPolicy;
use kube::client::{Body, ClientBuilder, ConfigExt};
use tower::buffer::BufferLayer;
use tower::retry::RetryLayer;
use tower::util::MapRequestLayer;

use super::error::AuthError;
use super::plugin;
use super::retry::Retry;

/// How long opening a connection may take.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many requests may wait for the connection.
const BUFFER: usize = 64;

/// A header `Authorization` that changes while the client is in use.
pub(super) type SharedHeader = Arc<RwLock<HeaderValue>>;

/// Builds a client that retries failed requests. With `token`, each request has the newest token.
///
/// All requests share one HTTP/2 connection without Nagle's algorithm, because an apply sends many
/// small requests. Behind a proxy, the connection is the one of the client library.
pub(super) fn build(
    config: kube::Config,
    token: Option<SharedHeader>,
) -> Result<kube::Client, AuthError> {
    let command = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
    let failed = |error: kube::Error| match (error, &command) {
        (kube::Error::Auth(error), Some(command)) => plugin::error(command, &error),
        (error, _) => AuthError::client(error),
    };
    let authorize = MapRequestLayer::new(move |mut request: http::Request<Body>| {
        if let Some(token) = &token {
            let token = token.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            request.headers_mut().insert(http::header::AUTHORIZATION, token);
        }
        request
    });
    let retry = RetryLayer::new(Retry::default());
    let buffer = BufferLayer::new(BUFFER);
    if config.proxy_url.is_some() {
        let builder = ClientBuilder::try_from(config).map_err(failed)?;
        return Ok(builder.with_layer(&buffer).with_layer(&authorize).with_layer(&retry).build());
    }
    let tls = config.rustls_client_config().map_err(failed)?;
    let connector = connector(tls, config.tls_server_name.clone())?;
    let service = tower::ServiceBuilder::new()
        .layer(retry)
        .layer(authorize)
        .layer(buffer)
        .layer(RetryLayer::new(RetryPolicy::server_retry()))
        .layer(BufferLayer::new(BUFFER))
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer().map_err(failed)?)
        .layer(config.extra_headers_layer().map_err(failed)?)
        .map_err(tower::BoxError::from)
        .service(Client::builder(TokioExecutor::new()).build(connector));
    Ok(kube::Client::new(service, config.default_namespace))
}

fn connector(
    tls: rustls::ClientConfig,
    server_name: Option<String>,
) -> Result<HttpsConnector<HttpConnector>, AuthError> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let mut builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    if let Some(name) = server_name {
        let name = name.try_into().map_err(AuthError::client)?;
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    Ok(builder.enable_all_versions().wrap_connector(http))
}
