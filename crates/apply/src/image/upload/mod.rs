//! Sends a blob. The library sends it in one request, from the beginning after each failure, and
//! limits the time of the whole request. So the requests of an upload are ours: chunks that
//! continue where a connection broke, and a limit that is about progress.

mod progress;
mod session;

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use self::progress::Progress;
use self::session::{Requests, Session};
use super::access::Access;
use super::archive::Part;
use super::destination::Destination;
use super::http::Http;
use super::parts::Blob;
use super::request_error::RequestError;
use crate::report::Transfer;

/// The size of the first chunk, and of a blob that is sent in one request, in bytes.
const SMALL: u64 = 1024 * 1024;
/// The size of the largest chunk, in bytes. Some proxies accept no request of 100 MB.
const LARGE: u64 = 64 * 1024 * 1024;
/// A chunk that takes less time is followed by a larger one.
const FAST: Duration = Duration::from_secs(2);

/// The upload of one blob, over all attempts.
pub(super) struct Upload<'a> {
    http: &'a Http,
    to: &'a Destination,
    blob: &'a Blob,
    progress: Arc<Progress>,
    session: Option<Session>,
    /// The number of bytes that the registry has.
    position: u64,
    /// The size of the next chunk. `None` means that the blob is sent in one request.
    chunk: Option<u64>,
    /// The largest chunk that the registry accepts.
    largest: u64,
}

impl<'a> Upload<'a> {
    pub(super) fn new(
        http: &'a Http,
        to: &'a Destination,
        blob: &'a Blob,
        transfer: &Transfer,
    ) -> Self {
        let chunk = (!to.loses_chunks() && blob.part.size > SMALL).then_some(SMALL);
        Self {
            http,
            to,
            blob,
            progress: Arc::new(Progress::new(transfer.position())),
            session: None,
            position: 0,
            chunk,
            largest: LARGE,
        }
    }

    /// Returns the number of bytes that the registry has.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Whether another attempt sends a large blob from the beginning.
    pub(super) const fn restarts(&self) -> bool {
        self.chunk.is_none() && self.blob.part.size > SMALL
    }

    /// Sends what the registry does not have yet. Can be called again after a failure.
    ///
    /// # Errors
    ///
    /// Fails if the registry rejects the blob, or the connection breaks.
    pub(super) async fn send(&mut self, access: &Access) -> Result<(), RequestError> {
        let registry = format!("{}/", self.to.address()).parse();
        let requests = Requests {
            http: self.http,
            registry: registry
                .map_err(|_| RequestError::Protocol("the registry is not valid".to_owned()))?,
            authorization: access.authorization.clone(),
            progress: Arc::clone(&self.progress),
        };
        loop {
            let sent = match self.chunk {
                Some(size) => self.chunks(&requests, size).await,
                None => self.whole(&requests).await,
            };
            match sent {
                Err(error) if self.chunk.is_some() && self.can_adapt(&error) => {}
                other => return other,
            }
        }
    }

    /// Prepares another way to send the blob, if the registry does not accept the chunks.
    fn can_adapt(&mut self, error: &RequestError) -> bool {
        let size = self.chunk.unwrap_or_default();
        if error.status() == Some(StatusCode::PAYLOAD_TOO_LARGE.as_u16()) && size > SMALL {
            self.largest = SMALL.max(size / 2);
            self.chunk = Some(self.largest);
            return true;
        }
        let is_refused = error.status().is_some_and(|status| {
            (400..500).contains(&status) && !matches!(status, 401 | 403 | 404 | 408 | 416 | 429)
        });
        let is_lost = matches!(error, RequestError::Protocol(_));
        if is_refused || is_lost || error.status() == Some(StatusCode::NOT_IMPLEMENTED.as_u16()) {
            self.chunk = None;
            self.session = None;
            self.moved_to(0);
            return true;
        }
        false
    }

    /// Sends the blob in one request.
    async fn whole(&mut self, requests: &Requests<'_>) -> Result<(), RequestError> {
        self.moved_to(0);
        let session = requests.start(&self.to.repository).await?;
        requests.finish(&session.location, &self.blob.digest, Some(&self.blob.part)).await
    }

    /// Sends the rest of the blob in chunks.
    async fn chunks(&mut self, requests: &Requests<'_>, size: u64) -> Result<(), RequestError> {
        let mut session = self.resume(requests).await?;
        let mut size = size;
        while self.position < self.blob.part.size {
            size = size.max(session.min_chunk);
            let chunk = self.part(size);
            let started = Instant::now();
            let end = self.position + chunk.size;
            let sent = requests.chunk(&session.location, self.position, &chunk).await;
            let next = match sent {
                Ok(next) => next,
                Err(error) => {
                    self.session = Some(session);
                    return Err(error);
                }
            };
            if next.received.is_some_and(|received| received != end) {
                return Err(RequestError::Protocol("the registry lost a chunk".to_owned()));
            }
            self.moved_to(end);
            session = Session { min_chunk: session.min_chunk, ..next };
            if started.elapsed() < FAST {
                size = (size * 2).min(self.largest);
            }
            self.chunk = Some(size);
        }
        let finished = requests.finish(&session.location, &self.blob.digest, None).await;
        self.session = finished.is_err().then_some(session);
        finished
    }

    /// Continues the session, or starts a new one if the registry forgot it.
    async fn resume(&mut self, requests: &Requests<'_>) -> Result<Session, RequestError> {
        if let Some(session) = self.session.take() {
            match requests.status(&session.location).await {
                Ok(found) => {
                    let received = found.received.filter(|at| *at <= self.blob.part.size);
                    if let Some(received) = received {
                        self.moved_to(received);
                        return Ok(Session { min_chunk: session.min_chunk, ..found });
                    }
                }
                Err(error) if error.is_temporary() || error.status() == Some(401) => {
                    self.session = Some(session);
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        self.moved_to(0);
        requests.start(&self.to.repository).await
    }

    fn moved_to(&mut self, position: u64) {
        self.position = position;
        self.progress.set(position);
    }

    /// Returns the next chunk.
    fn part(&self, size: u64) -> Part {
        let Part { file, offset, size: whole } = &self.blob.part;
        let size = size.min(whole - self.position);
        Part { file: file.clone(), offset: offset + self.position, size }
    }
}
