//! Retries requests to the API server after a broken connection or an internal error. The client
//! library retries the answers 429, 503 and 504.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use kube::client::Body;
use tower::BoxError;
use tower::retry::Policy;
use tower::timeout::error::Elapsed;

use super::error::AuthError;

/// How often a request is sent while its connection breaks. With the pauses, this takes more than
/// half a minute, in which an API server restarts.
const ATTEMPTS: u32 = 16;
/// How often a request is sent while the answer is an internal error. A broken webhook may be the
/// reason.
const ATTEMPTS_AFTER_INTERNAL_ERROR: u32 = 4;
/// How often a request is sent that is not answered in time.
const ATTEMPTS_AFTER_TIMEOUT: u32 = 2;
/// How often a request is sent before the first answer. An API server that does not exist is
/// reported soon.
const ATTEMPTS_BEFORE_FIRST_ANSWER: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// The retries of one request.
#[derive(Clone, Default)]
pub(super) struct Retry {
    sent: u32,
    /// Whether the API server has answered any request.
    answered: Arc<AtomicBool>,
}

impl Retry {
    fn pause(&mut self, attempts: u32) -> Option<tokio::time::Sleep> {
        self.sent += 1;
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(self.sent.min(10));
        (self.sent < attempts).then(|| tokio::time::sleep(pause.min(LONGEST_PAUSE)))
    }
}

impl<B> Policy<Request<Body>, Response<B>, BoxError> for Retry {
    type Future = tokio::time::Sleep;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Self::Future> {
        match result {
            Ok(response) => {
                self.answered.store(true, Ordering::Relaxed);
                let internal = matches!(
                    response.status(),
                    StatusCode::INTERNAL_SERVER_ERROR | StatusCode::BAD_GATEWAY
                );
                if internal { self.pause(ATTEMPTS_AFTER_INTERNAL_ERROR) } else { None }
            }
            // The credentials cannot be renewed. Trying again would run the plugin again.
            Err(error) if error.is::<AuthError>() => None,
            Err(error) if error.is::<Elapsed>() => self.pause(ATTEMPTS_AFTER_TIMEOUT),
            Err(_) if self.answered.load(Ordering::Relaxed) => self.pause(ATTEMPTS),
            Err(_) => self.pause(ATTEMPTS_BEFORE_FIRST_ANSWER),
        }
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        copy(request)
    }
}

/// Copies a request. Each request of Optakit may be sent twice: it applies, reads, deletes by UID,
/// or creates an object with a fixed name.
pub(super) fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().try_clone()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}
