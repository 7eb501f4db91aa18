//! Sends requests again while the API server cannot handle them for a moment: a webhook or etcd is
//! unavailable, a quota is used up, or other clients change an object at the same time.
//!
//! The client below this layer hides short faults. This layer shows the reason, and goes on until
//! the time limit of the run.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use kube::client::Body;
use kube::core::Status;
use serde_json::Value;
use tower::BoxError;

use crate::duration;
use crate::report::Report;

/// How long requests are repeated, unless the run has its own limit.
const DEFAULT_LIMIT: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// The longest pause that the API server can ask for.
const LONGEST_WANTED_PAUSE: Duration = Duration::from_secs(10);

/// The repeated requests of a run.
#[derive(Clone)]
pub(crate) struct Retries(Arc<Shared>);

struct Shared {
    report: Report,
    limit: Mutex<Duration>,
    /// The reasons that were reported.
    reported: Mutex<BTreeSet<String>>,
}

impl Retries {
    pub(crate) fn new(report: &Report) -> Self {
        let (limit, reported) = (Mutex::new(DEFAULT_LIMIT), Mutex::default());
        Self(Arc::new(Shared { report: *report, limit, reported }))
    }

    /// Sets how long requests are repeated.
    pub(crate) fn set_limit(&self, limit: Duration) {
        *lock(&self.0.limit) = limit;
    }

    /// Returns a client that repeats requests.
    pub(crate) fn client(&self, client: kube::Client) -> kube::Client {
        let (retries, namespace) = (self.clone(), client.default_namespace().to_owned());
        let service = tower::service_fn(move |request| {
            let (retries, client) = (retries.clone(), client.clone());
            async move { retries.send(&client, request).await }
        });
        kube::Client::new(service, namespace)
    }

    async fn send(
        &self,
        client: &kube::Client,
        request: Request<Body>,
    ) -> Result<Response<Body>, BoxError> {
        if is_stream(&request) {
            return Ok(client.send(request).await?);
        }
        let (parts, body) = request.into_parts();
        let content = body.collect_bytes().await?;
        let (started, mut pause) = (Instant::now(), FIRST_PAUSE);
        loop {
            let request = Request::from_parts(parts.clone(), Body::from(content.clone()));
            let response = client.send(request).await?;
            if !may_be_temporary(response.status()) {
                return Ok(response);
            }
            let wanted = wanted_pause(response.headers());
            let (head, body) = response.into_parts();
            let bytes = body.collect_bytes().await?;
            let status = serde_json::from_slice::<Status>(&bytes).ok();
            let answer = Response::from_parts(head, Body::from(bytes));
            let reason = match status {
                Some(status) if !is_temporary(&status, &parts, &content) => return Ok(answer),
                Some(status) => status.message,
                None if !answer.status().is_server_error() => return Ok(answer),
                None => answer.status().to_string(),
            };
            let (limit, now) = (*lock(&self.0.limit), wanted.unwrap_or(pause));
            if started.elapsed() + now >= limit {
                return Ok(answer);
            }
            self.report(&reason, limit);
            tokio::time::sleep(now).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Reports the reason of a repeated request, once.
    fn report(&self, reason: &str, limit: Duration) {
        if lock(&self.0.reported).insert(reason.to_owned()) {
            self.0.report.warning(format!(
                "the API server cannot handle a request now: {reason}\n  \
                 the request is retried for up to {}",
                duration::text(limit)
            ));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the answer to a request is a stream: a watch or a log. Its reader handles faults.
fn is_stream(request: &Request<Body>) -> bool {
    let uri = request.uri();
    let is_watch = |pair: &str| matches!(pair, "watch=true" | "watch=1");
    uri.path().ends_with("/log") || uri.query().is_some_and(|query| query.split('&').any(is_watch))
}

fn may_be_temporary(code: StatusCode) -> bool {
    code.is_server_error()
        || matches!(
            code,
            StatusCode::FORBIDDEN
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::CONFLICT
                | StatusCode::TOO_MANY_REQUESTS
        )
}

/// Whether the same request can succeed later. Each request of Optakit may be sent twice: it
/// applies, reads, deletes by UID, or creates an object with a fixed name.
fn is_temporary(status: &Status, request: &Parts, content: &[u8]) -> bool {
    match status.code {
        // A webhook, etcd or the API server itself is unavailable.
        408 | 429 | 500 | 502..=504 => true,
        // Admission reports a used up quota only in its message.
        403 => request.method != Method::GET && is_used_up_quota(&status.message),
        409 => {
            status.reason == "Conflict"
                && !is_about_fields(status)
                && !has_version(request, content)
        }
        _ => false,
    }
}

/// Whether the API server rejects an object because a quota is used up, or not counted yet.
pub(crate) fn is_used_up_quota(message: &str) -> bool {
    ["exceeded quota", "insufficient quota", "status unknown for quota"]
        .iter()
        .any(|text| message.contains(text))
}

/// Whether another field manager owns fields. The user must decide about them.
fn is_about_fields(status: &Status) -> bool {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes.into_iter().any(|cause| cause.reason == "FieldManagerConflict")
}

/// Whether a request is about one version of an object. It fails again if the version has changed.
fn has_version(request: &Parts, content: &[u8]) -> bool {
    let is_json_patch = request
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|content| content == "application/json-patch+json");
    let object: Value = serde_json::from_slice(content).unwrap_or_default();
    let version = object.pointer("/metadata/resourceVersion");
    is_json_patch || request.method == Method::DELETE || version.is_some_and(Value::is_string)
}

/// Returns the pause that the API server asks for.
fn wanted_pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).clamp(FIRST_PAUSE, LONGEST_WANTED_PAUSE))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: Value, request: &(Parts, String), expected: bool) {
        let status: Status = serde_json::from_value(status).expect("a status");
        let (parts, content) = request;
        assert_eq!(is_temporary(&status, parts, content.as_bytes()), expected, "{status:?}");
    }

    fn request(method: Method, body: &Value) -> (Parts, String) {
        let request = Request::builder().method(method).uri("/api/v1/namespaces/shop/services");
        let (parts, ()) = request.body(()).expect("the request is valid").into_parts();
        (parts, body.to_string())
    }

    #[test]
    fn only_faults_that_pass_are_retried() {
        let apply = request(Method::PATCH, &json!({"metadata": {"name": "api"}}));
        let status = |code: u16, reason: &str, message: &str| {
            let mut status = json!({"code": code, "reason": reason});
            status["message"] = message.into();
            status
        };
        let webhook = "Internal error occurred: failed calling webhook \"v.acme.io\"";
        check(status(500, "InternalError", webhook), &apply, true);
        check(status(503, "ServiceUnavailable", ""), &apply, true);
        check(status(429, "TooManyRequests", ""), &apply, true);
        let quota = "services \"api\" is forbidden: exceeded quota: q, used: services=1";
        check(status(403, "Forbidden", quota), &apply, true);
        let policy = "services \"api\" is forbidden: policy";
        check(status(403, "Forbidden", policy), &apply, false);
        check(status(422, "Invalid", ""), &apply, false);
        check(status(409, "AlreadyExists", ""), &apply, false);
    }

    #[test]
    fn conflict_is_retried_unless_the_caller_must_read_again() {
        let conflict = json!({"code": 409, "reason": "Conflict"});
        let plain = request(Method::PATCH, &json!({"metadata": {"name": "api"}}));
        check(conflict.clone(), &plain, true);
        let versioned = json!({"metadata": {"name": "api", "resourceVersion": "7"}});
        check(conflict.clone(), &request(Method::PUT, &versioned), false);
        check(conflict, &request(Method::DELETE, &json!({})), false);
        let fields = json!({
            "code": 409, "reason": "Conflict",
            "details": {"causes": [{"reason": "FieldManagerConflict"}]},
        });
        check(fields, &plain, false);
    }

    #[test]
    fn streams_are_not_retried() {
        let get = |uri: &str| Request::get(uri).body(Body::empty()).expect("the URI is valid");
        assert!(is_stream(&get("/api/v1/pods?watch=true&resourceVersion=0")));
        assert!(is_stream(&get("/api/v1/namespaces/shop/pods/api/log?tailLines=20")));
        assert!(!is_stream(&get("/api/v1/pods?limit=500")));
    }
}
