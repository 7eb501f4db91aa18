//! What the API server did not answer is asked again: a connection that broke, or an error of its
//! own. That it is busy (429, 503, 504), the client library sees to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use kube::client::Body;
use tower::BoxError;
use tower::retry::Policy;

/// How often a request is sent whose connection breaks: with the pauses, over half a minute, in
/// which an API server starts anew.
const ATTEMPTS: u32 = 16;
/// How often one is sent that the API server answers with an error of its own: behind it may be a
/// webhook that stays broken.
const OWN_ERRORS: u32 = 4;
/// How often one is sent while the API server has not answered yet: one that is not there is told
/// of soon.
const FIRST: u32 = 3;
const LONGEST: Duration = Duration::from_secs(3);

/// Decides about one request.
#[derive(Clone, Default)]
pub(crate) struct Resend {
    sent: u32,
    /// Whether the API server has ever answered.
    answered: Arc<AtomicBool>,
}

impl Resend {
    fn again(&mut self, attempts: u32) -> Option<tokio::time::Sleep> {
        self.sent += 1;
        let pause = Duration::from_millis(50) * 2_u32.saturating_pow(self.sent.min(10));
        (self.sent < attempts).then(|| tokio::time::sleep(pause.min(LONGEST)))
    }
}

impl<B> Policy<Request<Body>, Response<B>, BoxError> for Resend {
    type Future = tokio::time::Sleep;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Self::Future> {
        match result {
            Ok(response) => {
                self.answered.store(true, Ordering::Relaxed);
                let own = matches!(
                    response.status(),
                    StatusCode::INTERNAL_SERVER_ERROR | StatusCode::BAD_GATEWAY
                );
                if own { self.again(OWN_ERRORS) } else { None }
            }
            Err(_) => {
                self.again(if self.answered.load(Ordering::Relaxed) { ATTEMPTS } else { FIRST })
            }
        }
    }

    /// Every request of ours may be sent twice: it applies, reads, deletes by uid, or creates under
    /// a name.
    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        let mut again = Request::new(request.body().try_clone()?);
        *again.method_mut() = request.method().clone();
        *again.uri_mut() = request.uri().clone();
        *again.version_mut() = request.version();
        *again.headers_mut() = request.headers().clone();
        *again.extensions_mut() = request.extensions().clone();
        Some(again)
    }
}
