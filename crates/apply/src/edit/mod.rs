//! The server of `optakit edit`. It serves the editor page and the files that the page edits.
//!
//! A request must contain the token of the printed address. Requests from pages of other origins
//! are rejected, also if another host name resolves to this machine (DNS rebinding).

mod access;
mod browser;
mod connections;
mod files;
mod page;
mod requests;
mod shared;
mod vault;
mod version;
mod watch;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::net::TcpListener;

use crate::environment_file::Outside;
use access::Access;
use files::Files;
use shared::Shared;
use vault::Vault;
use watch::Watch;

/// How the page is reached.
pub(crate) struct Place<'a> {
    /// The address to listen on; the loopback addresses if there is none.
    pub(crate) host: Option<IpAddr>,
    /// The port to listen on. 0 means any free port.
    pub(crate) port: u16,
    /// The address in the browser, if a proxy changes it.
    pub(crate) public_url: Option<&'a str>,
}

/// A server that listens on a port.
pub(crate) struct Server {
    listeners: Vec<TcpListener>,
    /// The address of the page without its token, with a slash at the end.
    base: String,
    shared: Arc<Shared>,
}

impl Server {
    /// Listens at a place, for a service file.
    ///
    /// # Errors
    ///
    /// Fails if the binary was built without the page, the file cannot be read, or the port is in
    /// use.
    pub(crate) async fn bind(
        file: &Path,
        place: &Place<'_>,
        outside: Outside,
    ) -> anyhow::Result<Self> {
        if page::is_missing() {
            bail!(
                "this binary was built without the editor page\n  \
                 help: build the page with `make page`, then build the binary again"
            );
        }
        let files = Files::open(file, outside)?;
        let listeners = listen(place).await?;
        let address = listeners[0].local_addr()?;
        let codespace = codespace(address.port());
        let public_url = place.public_url.or(codespace.as_deref());
        let is_open = !address.ip().is_loopback();
        let shared = Shared {
            access: Access::new(is_open, public_url),
            vault: Vault::of(files.service()),
            files,
            watch: Watch::new().context("cannot watch files")?,
        };
        let base = match public_url {
            Some(url) => format!("{}/", url.trim_end_matches('/')),
            None => format!("http://{}/", reachable(address)),
        };
        Ok(Self { listeners, base, shared: Arc::new(shared) })
    }

    /// Returns the address of the page, with the token.
    pub(crate) fn address(&self) -> String {
        format!("{}?token={}", self.base, self.shared.access.token())
    }

    /// Opens the page in the user's browser, if there is one.
    pub(crate) fn open_browser(&self) {
        if browser::is_possible() {
            browser::open(&format!("{}start/{}", self.base, self.shared.access.new_code()));
        }
    }

    /// Serves requests until the future is dropped.
    pub(crate) async fn serve(self) {
        let api = Router::new()
            .route("/edit/files", get(requests::read).put(requests::write))
            .route("/edit/changes", get(requests::changes))
            .route("/edit/allowed", post(requests::allow))
            .layer(middleware::from_fn_with_state(self.shared.clone(), requests::require_token));
        let all = Router::new()
            .merge(api)
            .route("/start/{code}", get(requests::start))
            .fallback(page::serve)
            .layer(middleware::from_fn_with_state(
                self.shared.clone(),
                requests::require_same_origin,
            ))
            .with_state(self.shared);
        connections::serve(self.listeners, all).await;
    }
}

/// Listens on the address that the user chose, or on both loopback addresses.
async fn listen(place: &Place<'_>) -> anyhow::Result<Vec<TcpListener>> {
    let host = place.host.unwrap_or(Ipv4Addr::LOCALHOST.into());
    let first = TcpListener::bind((host, place.port)).await.with_context(|| {
        format!("cannot listen on port {}\n  help: choose another port with `--port`", place.port)
    })?;
    let port = first.local_addr()?.port();
    let mut listeners = vec![first];
    if place.host.is_none() {
        // Without IPv6, the first address is enough.
        listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok());
    }
    Ok(listeners)
}

/// Returns an address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Returns the address at which GitHub Codespaces shows a port.
fn codespace(port: u16) -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let name = variable("CODESPACE_NAME")?;
    let domain = variable("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")?;
    Some(format!("https://{name}-{port}.{domain}"))
}
