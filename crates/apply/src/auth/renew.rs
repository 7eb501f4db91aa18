//! Renews the credentials when the API server rejects them, and sends the request again. A token
//! may expire during a long wait, or while a laptop is suspended.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use kube::client::Body;
use tower::util::BoxCloneService;
use tower::{BoxError, Service, ServiceExt};

use super::error::AuthError;
use super::retry;

/// Sends requests with the same credentials.
pub(super) type Sender = BoxCloneService<Request<Body>, Response<Incoming>, BoxError>;

/// Builds a sender with new credentials.
pub(super) type Build =
    Box<dyn Fn() -> BoxFuture<'static, Result<Sender, AuthError>> + Send + Sync>;

/// Credentials that can be renewed.
pub(super) struct Renewing {
    current: Mutex<Credentials>,
    /// `None` if new credentials would be the same.
    build: Option<Build>,
    /// Only one request renews the credentials. The others wait for it.
    turn: tokio::sync::Mutex<()>,
}

struct Credentials {
    sender: Sender,
    /// How often the credentials were renewed.
    generation: u64,
    /// Whether the API server rejected the credentials right after they were renewed.
    rejected: bool,
}

impl Renewing {
    pub(super) fn new(sender: Sender, build: Option<Build>) -> Arc<Self> {
        let credentials = Credentials { sender, generation: 0, rejected: false };
        let turn = tokio::sync::Mutex::new(());
        Arc::new(Self { current: Mutex::new(credentials), build, turn })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Credentials) -> T) -> T {
        work(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn current(&self) -> (Sender, u64) {
        self.with(|current| (current.sender.clone(), current.generation))
    }

    /// Replaces the credentials.
    ///
    /// # Errors
    ///
    /// Fails if there are no new credentials.
    pub(super) async fn renew(&self) -> Result<(), AuthError> {
        let (_, generation) = self.current();
        self.replace(generation).await.map(drop)
    }

    /// Replaces the credentials of a generation. Returns a sender with newer credentials, or `None`
    /// if there are none.
    async fn replace(&self, generation: u64) -> Result<Option<Sender>, AuthError> {
        let Some(build) = &self.build else { return Ok(None) };
        let _turn = self.turn.lock().await;
        let (newer, rejected) = self.with(|current| {
            let newer = current.generation > generation;
            (newer.then(|| current.sender.clone()), current.rejected)
        });
        if newer.is_some() {
            return Ok(newer);
        }
        if rejected {
            return Ok(None);
        }
        let sender = build().await?;
        self.with(|current| {
            current.sender = sender.clone();
            current.generation += 1;
        });
        Ok(Some(sender))
    }

    fn note(&self, generation: u64, response: &Response<Incoming>) {
        self.with(|current| {
            if current.generation == generation {
                current.rejected &= response.status() == StatusCode::UNAUTHORIZED;
            }
        });
    }

    fn note_renewed(&self, response: &Response<Incoming>) {
        let rejected = response.status() == StatusCode::UNAUTHORIZED;
        self.with(|current| current.rejected = rejected);
    }
}

/// Sends requests with credentials that are renewed.
#[derive(Clone)]
pub(super) struct Renew(Arc<Renewing>);

impl Renew {
    pub(super) fn new(renewing: Arc<Renewing>) -> Self {
        Self(renewing)
    }
}

impl Service<Request<Body>> for Renew {
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Incoming>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let renewing = self.0.clone();
        Box::pin(async move {
            let copy = retry::copy(&request);
            let (sender, generation) = renewing.current();
            let response = sender.oneshot(request).await?;
            renewing.note(generation, &response);
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            let Some(copy) = copy else { return Ok(response) };
            let Some(sender) = renewing.replace(generation).await? else { return Ok(response) };
            let response = sender.oneshot(copy).await?;
            renewing.note_renewed(&response);
            Ok(response)
        })
    }
}
