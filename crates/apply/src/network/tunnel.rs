//! Opens a connection to an address through a proxy.

use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::{Service, ServiceExt, service_fn};

use super::no_proxy::target;
use super::proxy::Proxy;
use super::proxy_error::ProxyError;
use super::reason::reason;

/// A connection to a proxy, or to an address without a proxy.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Asks an HTTP proxy for a tunnel (`CONNECT`).
pub(super) async fn connect(
    stream: Stream,
    proxy: &Proxy,
    address: &Uri,
) -> Result<Stream, ProxyError> {
    let target = target(address);
    let failed = |reason: String| ProxyError::Failed {
        proxy: proxy.to_string(),
        target: target.clone(),
        reason,
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
        .await
        .map_err(|error| failed(reason(&error)))?;
    // The task ends with the tunnel.
    tokio::spawn(connection.with_upgrades());
    let request = request(&target, proxy.basic_auth()).map_err(|error| failed(reason(&error)))?;
    let response = sender.send_request(request).await.map_err(|error| failed(reason(&error)))?;
    match response.status() {
        status if status.is_success() => {}
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            return Err(ProxyError::Unauthorized { proxy: proxy.to_string() });
        }
        status => {
            let (proxy, status) = (proxy.to_string(), status.as_u16());
            return Err(ProxyError::Refused { proxy, target, status });
        }
    }
    let tunnel = hyper::upgrade::on(response).await.map_err(|error| failed(reason(&error)))?;
    match tunnel.downcast::<Stream>() {
        // The server sends nothing before the handshake of TLS.
        Ok(parts) if parts.read_buf.is_empty() => Ok(parts.io),
        _ => Err(failed("it sent data before the connection was used".to_owned())),
    }
}

fn request(target: &str, auth: Option<&HeaderValue>) -> http::Result<Request<String>> {
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(target)
        .header(header::HOST, target)
        .header(header::USER_AGENT, concat!("optakit/", env!("CARGO_PKG_VERSION")));
    if let Some(auth) = auth {
        request = request.header(header::PROXY_AUTHORIZATION, auth);
    }
    request.body(String::new())
}

/// Asks a SOCKS5 proxy for a connection. The proxy resolves the name.
pub(super) async fn connect_by_socks(
    stream: Stream,
    proxy: &Proxy,
    address: &Uri,
) -> Result<Stream, ProxyError> {
    let mut open = Some(stream);
    let opened = service_fn(move |_: Uri| {
        std::future::ready(open.take().ok_or_else(|| std::io::Error::other("already used")))
    });
    let mut socks = SocksV5::new(proxy.endpoint(), opened);
    if let Some((user, password)) = proxy.user_and_password() {
        socks = socks.with_auth(user.to_owned(), password.to_owned());
    }
    let connected = match socks.ready().await {
        Ok(socks) => socks.call(address.clone()).await,
        Err(error) => Err(error),
    };
    connected.map_err(|error| ProxyError::Failed {
        proxy: proxy.to_string(),
        target: target(address),
        reason: reason(&error),
    })
}
