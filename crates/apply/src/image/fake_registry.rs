//! A registry in memory for tests that push images or look them up. Its address is on this machine,
//! so it needs no TLS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, LOCATION, RANGE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::destination::Destination;
use crate::digest::sha256;
use crate::docker_login::Credentials;

/// The most bytes of a request.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// The repository of the tests.
pub(super) const REPOSITORY: &str = "acme/api";

/// The content of the registry, and the requests so far.
#[derive(Default)]
pub(super) struct Content {
    /// The methods and paths of the requests.
    pub(super) requests: Vec<String>,
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    /// The manifests by tag or digest, with their media types.
    pub(super) manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// The value of `Authorization` that the registry requires.
    pub(super) authorization: Option<String>,
    /// Failures of the next requests: the method, a part of the path, and the status. Each failure
    /// is used once.
    pub(super) failures: Vec<(Method, &'static str, u16)>,
    /// The largest chunk that the registry accepts.
    pub(super) largest_chunk: Option<usize>,
    upload: Vec<u8>,
}

/// A running registry.
pub(super) struct FakeRegistry {
    pub(super) destination: Destination,
    content: Arc<Mutex<Content>>,
}

impl FakeRegistry {
    /// Starts an empty registry.
    pub(super) async fn start() -> Self {
        let content = Arc::new(Mutex::new(Content::default()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&content));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the port is known");
        tokio::spawn(async move { axum::serve(listener, router).await });
        let destination = Destination {
            registry: address.to_string(),
            repository: REPOSITORY.to_owned(),
            credentials: Credentials::None,
            plain_http: false,
            immutable_tags: false,
            is_ecr: false,
        };
        Self { destination, content }
    }

    /// Returns the content.
    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().expect("no test panics with the lock")
    }

    /// Returns the requests that change the registry, and forgets all requests.
    pub(super) fn writes(&self) -> Vec<String> {
        let requests = std::mem::take(&mut self.content().requests);
        requests
            .into_iter()
            .filter(|one| !one.starts_with("HEAD") && !one.contains("GET"))
            .collect()
    }
}

async fn answer(State(content): State<Arc<Mutex<Content>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BYTES).await.unwrap_or_default().to_vec();
    let mut content = content.lock().expect("no test panics with the lock");
    let path = parts.uri.path().to_owned();
    let short = path.trim_start_matches("/v2/").trim_start_matches(REPOSITORY).to_owned();
    content.requests.push(format!("{} {short}", parts.method));
    let is_known =
        |(method, part, _): &(Method, &str, u16)| *method == parts.method && path.contains(part);
    if let Some(at) = content.failures.iter().position(is_known) {
        let (_, _, status) = content.failures.remove(at);
        return StatusCode::from_u16(status).expect("a valid status").into_response();
    }
    let given = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if content.authorization.is_some() && content.authorization.as_deref() != given {
        let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"registry\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    }
    let name = short.rsplit('/').next().unwrap_or_default().to_owned();
    if short.starts_with("/manifests/") {
        return content.manifest(&parts.method, &name, &parts.headers, body);
    }
    if short.starts_with("/blobs/uploads/") {
        return content.uploaded(&parts.method, parts.uri.query(), body);
    }
    if short.starts_with("/blobs/") {
        return match content.blobs.get(&name) {
            Some(bytes) => bytes.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    StatusCode::OK.into_response()
}

impl Content {
    fn manifest(
        &mut self,
        method: &Method,
        name: &str,
        headers: &HeaderMap,
        body: Vec<u8>,
    ) -> Response {
        if *method == Method::PUT {
            let media_type = headers["content-type"].to_str().expect("a text").to_owned();
            self.manifests.insert(name.to_owned(), (media_type, body));
            let location = format!("/v2/{REPOSITORY}/manifests/{name}");
            return (StatusCode::CREATED, [(LOCATION, location)]).into_response();
        }
        match self.manifests.get(name) {
            Some((media_type, bytes)) => {
                let headers = [
                    ("content-type", media_type.clone()),
                    ("docker-content-digest", sha256(bytes)),
                ];
                (headers, bytes.clone()).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn uploaded(&mut self, method: &Method, query: Option<&str>, body: Vec<u8>) -> Response {
        if *method == Method::POST {
            self.upload.clear();
        }
        if self.largest_chunk.is_some_and(|largest| body.len() > largest) {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        self.upload.extend(body);
        if *method == Method::PUT {
            let digest = query.and_then(|query| query.split_once("digest=")).map(|(_, text)| text);
            let found = sha256(&self.upload);
            if digest != Some(&*found) {
                return StatusCode::BAD_REQUEST.into_response();
            }
            self.blobs.insert(found, std::mem::take(&mut self.upload));
            return StatusCode::CREATED.into_response();
        }
        let location = format!("/v2/{REPOSITORY}/blobs/uploads/1");
        let range = format!("0-{}", self.upload.len().saturating_sub(1));
        (StatusCode::ACCEPTED, [(LOCATION, location), (RANGE, range)]).into_response()
    }
}
