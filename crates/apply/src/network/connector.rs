//! Opens connections, directly or through a proxy.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use tower::{BoxError, Service, ServiceExt};

use super::no_proxy::target;
use super::proxy::{Proxies, Proxy};
use super::proxy_error::ProxyError;
use super::reason::reason;
use super::tls::{CertificateError, Certificates};
use super::tunnel::{self, Stream};

/// How long opening a connection may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens connections for an HTTP client, which adds TLS. Each address has its own proxy.
#[derive(Clone)]
pub(crate) struct Connector {
    proxies: Arc<Proxies>,
    tcp: HttpsConnector<HttpConnector>,
    timeout: Duration,
}

impl Connector {
    /// Creates a connector. Opening a connection may take as long as `timeout`. Nagle's algorithm
    /// is off, because clients send many small requests.
    ///
    /// # Errors
    ///
    /// Fails if a proxy needs TLS and the trusted certificates cannot be read.
    pub(crate) fn new(proxies: Arc<Proxies>, timeout: Duration) -> Result<Self, CertificateError> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(timeout));
        // Reading the certificates of the system takes time, and most proxies need none.
        let certificates =
            if proxies.use_tls() { Certificates::from_env()? } else { Certificates::none() };
        let tcp = HttpsConnectorBuilder::new()
            .with_tls_config(certificates.client_config()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Ok(Self { proxies, tcp, timeout })
    }
}

impl Service<Uri> for Connector {
    type Response = Conn;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Conn, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let (tcp, timeout) = (self.tcp.clone(), self.timeout);
        let proxy = self.proxies.of(&address).cloned();
        Box::pin(async move {
            match proxy {
                None => {
                    let stream = tcp.oneshot(without_tls(address)).await?;
                    Ok(Conn { stream, forwards: false })
                }
                Some(proxy) => {
                    let open = open(tcp, &proxy, &address);
                    let opened = tokio::time::timeout(timeout, open).await;
                    Ok(opened.map_err(|_| ProxyError::Silent {
                        proxy: proxy.to_string(),
                        target: target(&address),
                        timeout,
                    })??)
                }
            }
        })
    }
}

/// Opens a connection through a proxy.
async fn open(
    tcp: HttpsConnector<HttpConnector>,
    proxy: &Proxy,
    address: &Uri,
) -> Result<Conn, ProxyError> {
    let stream = tcp.oneshot(proxy.endpoint()).await.map_err(|error| ProxyError::Unreachable {
        proxy: proxy.to_string(),
        reason: reason(&*error),
    })?;
    if proxy.forwards(address) {
        return Ok(Conn { stream, forwards: true });
    }
    let tunnel = if proxy.is_socks() {
        tunnel::connect_by_socks(stream, proxy, address).await?
    } else {
        tunnel::connect(stream, proxy, address).await?
    };
    Ok(Conn { stream: tunnel, forwards: false })
}

/// Returns the address for a connection without TLS, which the HTTP client adds.
fn without_tls(address: Uri) -> Uri {
    let target = target(&address);
    let mut parts = address.clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = target.parse().ok();
    Uri::from_parts(parts).unwrap_or(address)
}

/// A connection. `forwards` is true if requests are sent to a proxy, with the whole address.
pub(crate) struct Conn {
    stream: Stream,
    forwards: bool,
}

impl Connection for Conn {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.forwards)
    }
}

impl Read for Conn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Conn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }
}
