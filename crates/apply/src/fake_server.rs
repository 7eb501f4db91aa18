//! A fake API server for tests of the requests of a function.

use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::Value;

/// A request that the server got.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// The requests so far.
pub(crate) type Requests = Arc<Mutex<Vec<Seen>>>;

/// Returns a client whose requests get a status code and an answer, and the requests.
pub(crate) fn answering(
    answer: impl Fn(&Seen) -> (u16, Value) + Clone + Send + 'static,
) -> (kube::Client, Requests) {
    let requests = Requests::default();
    let all = Arc::clone(&requests);
    let service = tower::service_fn(move |request: Request<Body>| {
        let (all, answer) = (Arc::clone(&all), answer.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.expect("the body can be read").to_bytes();
            let seen = Seen {
                method: parts.method.to_string(),
                path: parts.uri.to_string(),
                body: serde_json::from_slice(&body).unwrap_or_default(),
            };
            let (status, text) = answer(&seen);
            all.lock().expect("no test panics with the lock").push(seen);
            let response = Response::builder().status(status);
            let body = Body::from(text.to_string().into_bytes());
            Ok::<_, tower::BoxError>(response.body(body).expect("the response is valid"))
        }
    });
    (kube::Client::new(service, "default"), requests)
}
