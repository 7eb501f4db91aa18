//! The answers to the requests of the page.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::access::Rejection;
use super::files::{Contents, Written};
use super::shared::Shared;
use super::vault::Vault;
use super::version::{Condition, Content};
use super::watch;

/// How long a request for changes stays open.
const LONG_POLL: Duration = Duration::from_secs(25);
/// How long a client may take to send a text.
const BODY_TIME: Duration = Duration::from_secs(30);
/// The size of the largest file that the page may write, in bytes.
const MAX_BODY: usize = 16 * 1024 * 1024;

fn rejected(rejection: &Rejection) -> Response {
    (StatusCode::FORBIDDEN, rejection.message()).into_response()
}

/// Rejects a request to another `Host`, or from another `Origin`.
pub(super) async fn require_same_origin(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    match shared.access.check_origin(request.headers()) {
        Ok(()) => with_headers(next.run(request).await),
        Err(rejection) => rejected(&rejection),
    }
}

/// Adds the headers that each answer has.
fn with_headers(mut response: Response) -> Response {
    let fixed: [(HeaderName, &'static str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    response
}

/// Rejects a request without the token.
pub(super) async fn require_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    match shared.access.check_token(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(rejection) => rejected(&rejection),
    }
}

/// Opens the page with the token, for the code in the address.
pub(super) async fn start(State(shared): State<Arc<Shared>>, Path(code): Path<String>) -> Response {
    match shared.access.exchange(&code) {
        Some(token) => Redirect::to(&format!("../?token={token}")).into_response(),
        None => rejected(&Rejection::Token),
    }
}

#[derive(Serialize)]
struct Opened<'a> {
    #[serde(flatten)]
    contents: Contents,
    vault: &'a Vault,
}

/// Returns all files.
pub(super) async fn read(State(shared): State<Arc<Shared>>) -> Response {
    shared.watch.set_folders(shared.files.folders());
    match shared.files.read() {
        Ok(contents) => Json(Opened { contents, vault: &shared.vault }).into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")).into_response()
}

#[derive(Deserialize)]
pub(super) struct FileQuery {
    path: String,
}

#[derive(Serialize)]
struct ConflictBody {
    current: Option<Content>,
}

/// Writes one file, if it still is in the version that the request names.
pub(super) async fn write(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let condition = Condition::parse(value(header::IF_MATCH), value(header::IF_NONE_MATCH));
    let Some(condition) = condition else {
        let message = "the request has no version of the file\n  \
                       help: send `If-Match` with the version, or `If-None-Match: *`\n";
        return (StatusCode::PRECONDITION_REQUIRED, message).into_response();
    };
    let bytes = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, MAX_BODY)).await;
    let text = match bytes {
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Ok(Ok(bytes)) => String::from_utf8(bytes.into()),
    };
    let Ok(text) = text else {
        return (StatusCode::BAD_REQUEST, "the text is not UTF-8\n").into_response();
    };
    match shared.files.write(&query.path, &text, &condition) {
        Ok(Written::Done { version }) => {
            let tag = format!("\"{version}\"");
            (StatusCode::NO_CONTENT, [(header::ETAG, tag)]).into_response()
        }
        Ok(Written::Conflict { current }) => {
            (StatusCode::PRECONDITION_FAILED, Json(ConflictBody { current })).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}\n")).into_response(),
    }
}

/// Allows an environment file outside the repository, after the user said yes.
pub(super) async fn allow(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<FileQuery>,
) -> Response {
    shared.files.allow(&query.path);
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
pub(super) struct ChangesQuery {
    version: String,
}

/// Answers as soon as the files differ from a version. Answers with no content if they stay the
/// same for a while; the page then asks again.
pub(super) async fn changes(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<ChangesQuery>,
) -> Response {
    let mut events = shared.watch.events();
    let changed = async {
        loop {
            shared.watch.set_folders(shared.files.folders());
            // A file that cannot be read has also changed.
            if !shared.files.read().is_ok_and(|files| files.version == query.version) {
                return;
            }
            watch::settled(&mut events).await;
        }
    };
    match tokio::time::timeout(LONG_POLL, changed).await {
        Ok(()) => (StatusCode::OK, "changed\n").into_response(),
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    }
}
