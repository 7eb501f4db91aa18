//! The server of `optakit edit`. It listens on localhost and serves the editor page and the files
//! that the page edits.
//!
//! A request must contain the token of the printed address. Requests from pages of other origins
//! are rejected, also if another host name resolves to localhost (DNS rebinding).

mod files;
mod page;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use files::Files;

/// How long a request for changes stays open.
const LONG_POLL: Duration = Duration::from_secs(25);
/// How often the server checks the files for changes.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// The size of the largest file that the page may write, in bytes.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A server that listens on a port.
pub(crate) struct Server {
    listener: tokio::net::TcpListener,
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    token: String,
    /// The values of the `Host` header that are accepted.
    hosts: [String; 2],
    files: Files,
}

impl Server {
    /// Listens on localhost. Port 0 means any free port.
    ///
    /// # Errors
    ///
    /// Fails if the binary was built without the page, the file cannot be read, or the port is in
    /// use.
    pub(crate) async fn bind(file: &Path, port: u16) -> anyhow::Result<Self> {
        if page::is_missing() {
            bail!(
                "this binary was built without the editor page\n  \
                 help: build the page with `make page`, then build the binary again"
            );
        }
        let files = Files::open(file)?;
        let listener =
            tokio::net::TcpListener::bind(("127.0.0.1", port)).await.with_context(|| {
                format!("cannot listen on port {port}\n  help: choose another port with `--port`")
            })?;
        let port = listener.local_addr()?.port();
        let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        Ok(Self { listener, port, shared: Arc::new(Shared { token: token(), hosts, files }) })
    }

    /// Returns the address of the page, with the token.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.shared.token)
    }

    /// Serves requests until the program ends.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot accept connections any more.
    pub(crate) async fn serve(self) -> anyhow::Result<()> {
        let api = Router::new()
            .route("/edit/files", get(read).put(write))
            .route("/edit/changes", get(changes))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(middleware::from_fn_with_state(self.shared.clone(), require_token));
        let all = Router::new()
            .merge(api)
            .fallback(page::serve)
            .layer(middleware::from_fn_with_state(self.shared.clone(), require_same_origin))
            .with_state(self.shared);
        axum::serve(self.listener, all).await?;
        Ok(())
    }
}

/// Returns a random token of 192 bits.
fn token() -> String {
    let mut bytes = [0; 24];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .expect("the system provides random bytes");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn forbidden(reason: &'static str) -> Response {
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], reason)
        .into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Rejects a request with another `Host`, or with another `Origin` if it has one.
async fn require_same_origin(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let is_own = |host: &str| shared.hosts.iter().any(|own| own == host);
    if !text(headers, "host").is_some_and(is_own) {
        return forbidden("this server accepts requests to 127.0.0.1 and localhost only\n");
    }
    if let Some(origin) = text(headers, "origin")
        && !origin.strip_prefix("http://").is_some_and(is_own)
    {
        return forbidden("this server rejects requests from other origins\n");
    }
    next.run(request).await
}

/// Rejects a request without the token.
async fn require_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let given = text(request.headers(), "x-optakit-token").unwrap_or_default();
    if !bool::from(given.as_bytes().ct_eq(shared.token.as_bytes())) {
        return forbidden(
            "the token is missing or wrong: open the address that `optakit edit` printed\n",
        );
    }
    next.run(request).await
}

async fn read(State(shared): State<Arc<Shared>>) -> Response {
    match shared.files.read() {
        Ok(files) => Json(files).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct WriteQuery {
    path: String,
}

async fn write(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<WriteQuery>,
    body: String,
) -> Response {
    match shared.files.write(&query.path, &body) {
        Ok(version) => version.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct ChangesQuery {
    version: String,
}

/// Returns the files as soon as they differ from a version. Returns no content if they stay the
/// same for a while; the page then asks again.
async fn changes(State(shared): State<Arc<Shared>>, Query(query): Query<ChangesQuery>) -> Response {
    let until = tokio::time::Instant::now() + LONG_POLL;
    while tokio::time::Instant::now() < until {
        match shared.files.read() {
            Ok(files) if files.version != query.version => return Json(files).into_response(),
            // A file may be missing for a moment while an editor replaces it.
            _ => tokio::time::sleep(CHECK_INTERVAL).await,
        }
    }
    StatusCode::NO_CONTENT.into_response()
}
