//! The editor's page on loopback, with the files it works on. Whoever asks must have the token of
//! the address; pages of other origins and names that lead here by way of DNS are refused.

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

use files::Files;

/// How long the page waits for news before it asks again.
const PATIENCE: Duration = Duration::from_secs(25);
/// How often the files on disk are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(250);

/// The page, listening.
pub(crate) struct Server {
    listener: tokio::net::TcpListener,
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    token: String,
    hosts: [String; 2],
    files: Files,
}

impl Server {
    /// Listens on loopback for a page over a service file; port 0 is any free one.
    ///
    /// # Errors
    ///
    /// When the binary holds no page, the file cannot be read, or the port is taken.
    pub(crate) async fn bind(file: &Path, port: u16) -> anyhow::Result<Self> {
        if page::is_missing() {
            bail!(
                "this binary was built without the page\n  build the page first (`make page`), then the binary"
            );
        }
        let files = Files::new(file)?;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
            .await
            .with_context(|| format!("cannot listen on port {port}; choose another with --port"))?;
        let port = listener.local_addr()?.port();
        let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        Ok(Self { listener, port, shared: Arc::new(Shared { token: token(), hosts, files }) })
    }

    /// Where the page is.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.shared.token)
    }

    /// Serves until the program ends.
    ///
    /// # Errors
    ///
    /// When connections are taken no more.
    pub(crate) async fn serve(self) -> anyhow::Result<()> {
        let api = Router::new()
            .route("/edit/files", get(read).put(write))
            .route("/edit/changes", get(changes))
            .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
            .layer(middleware::from_fn_with_state(self.shared.clone(), only_with_token));
        let all = Router::new()
            .merge(api)
            .fallback(page::serve)
            .layer(middleware::from_fn_with_state(self.shared.clone(), only_from_here))
            .with_state(self.shared);
        axum::serve(self.listener, all).await?;
        Ok(())
    }
}

/// 192 bits that nobody guesses.
fn token() -> String {
    let mut bytes = [0; 24];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn refused(reason: &'static str) -> Response {
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], reason)
        .into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The `Host` must be ours, else a name of someone else was made to lead here; an `Origin`, where
/// there is one, too.
async fn only_from_here(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if !text(headers, "host").is_some_and(|host| shared.hosts.iter().any(|own| own == host)) {
        return refused("this address serves 127.0.0.1 alone\n");
    }
    if let Some(origin) = text(headers, "origin")
        && !origin
            .strip_prefix("http://")
            .is_some_and(|origin| shared.hosts.iter().any(|own| own == origin))
    {
        return refused("pages of other origins are refused\n");
    }
    next.run(request).await
}

async fn only_with_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let given = text(request.headers(), "x-optakit-token").unwrap_or_default();
    // Each byte is compared, so that the time tells nothing of how many are right.
    let same = given.len() == shared.token.len()
        && given.bytes().zip(shared.token.bytes()).fold(0, |found, (a, b)| found | (a ^ b)) == 0;
    if !same {
        return refused(
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
struct Which {
    path: String,
}

async fn write(
    State(shared): State<Arc<Shared>>,
    Query(which): Query<Which>,
    body: String,
) -> Response {
    match shared.files.write(&which.path, &body) {
        Ok(version) => version.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct Since {
    version: String,
}

/// Answers when the files are not as they were in a version, with what they are now; with nothing
/// after a while.
async fn changes(State(shared): State<Arc<Shared>>, Query(since): Query<Since>) -> Response {
    let until = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < until {
        match shared.files.read() {
            Ok(files) if files.version != since.version => return Json(files).into_response(),
            // A file that is being replaced may be away for a moment.
            _ => tokio::time::sleep(LOOK).await,
        }
    }
    StatusCode::NO_CONTENT.into_response()
}
