//! The Kubernetes client.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::retry::RetryPolicy;
use kube::client::{Body, ConfigExt};
use tower::ServiceBuilder;
use tower::buffer::BufferLayer;
use tower::retry::RetryLayer;
use tower::timeout::TimeoutLayer;
use tower::util::{BoxCloneService, MapRequestLayer};

use super::error::AuthError;
use super::kubeconfig::read_token;
use super::kubeconfig_error::{ConfigError, explain_settings};
use super::plugin;
use super::renew::{Renew, Renewing, Sender};
use super::retry::Retry;
use crate::network::{CONNECT_TIMEOUT, Certificates, Connector, Proxies};

/// How many requests may wait for the connection.
const BUFFER: usize = 64;
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
const RETRIES: u32 = 8;
/// How long the API server may take to answer. It ends a request itself after 60 seconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(75);
/// How often a connection with open requests is checked. A connection that a network drops without
/// a message is then replaced before a lock of this run expires.
const CHECK_CONNECTION: Duration = Duration::from_secs(6);
/// How long the answer to such a check may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(6);

/// Builds a client that retries failed requests. It renews the credentials when the API server
/// rejects them.
pub(super) fn build(renewing: Arc<Renewing>, namespace: String) -> kube::Client {
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(Retry::default()))
        .service(Renew::new(renewing));
    kube::Client::new(service, namespace)
}

/// Builds a sender with the credentials of a configuration. Runs the credential plugin and reads
/// the token file, if there is one.
///
/// All requests share one HTTP/2 connection, because an apply sends many small requests.
///
/// # Errors
///
/// Fails if the credentials or the certificates cannot be used.
pub(super) fn sender(mut config: kube::Config, proxies: Arc<Proxies>) -> Result<Sender, AuthError> {
    if let Some(path) = config.auth_info.token_file.take() {
        config.auth_info.token = Some(read_token(&PathBuf::from(path))?);
    }
    if config.root_cert.is_none() {
        config.root_cert = Certificates::from_env()?.listed();
    }
    let command = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
    let failed = |error| explain(error, command.as_deref());
    let tls = config.rustls_client_config().map_err(failed)?;
    let authorization = proxies.authorization(&config.cluster_url).cloned();
    let connector = connector(tls, config.tls_server_name.clone(), proxies)?;
    let service = ServiceBuilder::new()
        .layer(BufferLayer::new(BUFFER))
        .layer(RetryLayer::new(short_retries()))
        .layer(BufferLayer::new(BUFFER))
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer().map_err(failed)?)
        .layer(config.extra_headers_layer().map_err(failed)?)
        .layer(MapRequestLayer::new(move |request| with_proxy(request, authorization.as_ref())))
        .layer(TimeoutLayer::new(ANSWER_TIMEOUT))
        .service(http_client(connector));
    Ok(BoxCloneService::new(service))
}

fn http_client(connector: HttpsConnector<Connector>) -> Client<HttpsConnector<Connector>, Body> {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .http2_keep_alive_interval(CHECK_CONNECTION)
        .http2_keep_alive_timeout(CHECK_TIMEOUT)
        .build(connector)
}

/// Returns the retries of the answers 429, 503 and 504. They hide short faults. The run repeats the
/// request for longer and shows the reason.
fn short_retries() -> RetryPolicy {
    RetryPolicy::new(FIRST_PAUSE, LONGEST_PAUSE, RETRIES, true).expect("the pauses are valid")
}

/// Adds the credentials of a proxy that forwards requests.
fn with_proxy(mut request: Request<Body>, authorization: Option<&HeaderValue>) -> Request<Body> {
    if let Some(value) = authorization {
        request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, value.clone());
    }
    request
}

fn connector(
    tls: rustls::ClientConfig,
    server_name: Option<String>,
    proxies: Arc<Proxies>,
) -> Result<HttpsConnector<Connector>, AuthError> {
    let mut builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    if let Some(name) = server_name {
        let name = name.try_into().map_err(|_| ConfigError::Value {
            what: "`tls-server-name`",
            reason: "expected a host name".to_owned(),
        })?;
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    Ok(builder.enable_all_versions().wrap_connector(Connector::new(proxies, CONNECT_TIMEOUT)?))
}

fn explain(error: kube::Error, command: Option<&str>) -> AuthError {
    match (error, command) {
        (kube::Error::Auth(error), Some(command)) => plugin::error(command, &error),
        (kube::Error::InferKubeconfig(error), _) => explain_settings(error).into(),
        (error, _) => AuthError::client(error),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio::time::Instant;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn request_without_an_answer_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let config = kube::Config::new(format!("http://{address}").parse().expect("an address"));
        let sender = sender(config, Arc::new(Proxies::default())).expect("a client");
        let (request, started) = (Request::new(Body::empty()), Instant::now());
        let answer = tokio::select! {
            answer = sender.oneshot(request) => answer,
            // Accepts the connection, and never answers.
            _ = async {
                let _connection = listener.accept().await;
                std::future::pending::<()>().await
            } => unreachable!("this never ends"),
        };
        assert!(answer.is_err_and(|error| error.is::<tower::timeout::error::Elapsed>()));
        assert!(started.elapsed() >= ANSWER_TIMEOUT);
    }
}
