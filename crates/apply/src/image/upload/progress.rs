//! The progress of an upload, and the limit of a request that makes none.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::image::request_error::RequestError;

/// How long a request may send and receive nothing.
const STALL: Duration = Duration::from_secs(120);

/// The progress of an upload.
pub(super) struct Progress {
    position: AtomicU64,
    /// When the last bytes were sent.
    moved: Mutex<Instant>,
    show: Arc<dyn Fn(u64) + Send + Sync>,
}

impl Progress {
    /// `show` gets the number of bytes that are sent.
    pub(super) fn new(show: Arc<dyn Fn(u64) + Send + Sync>) -> Self {
        Self { position: AtomicU64::new(0), moved: Mutex::new(Instant::now()), show }
    }

    /// Returns the number of bytes that are sent.
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Sets the number of bytes that the registry has.
    pub(super) fn set(&self, position: u64) {
        self.position.store(position, Ordering::Relaxed);
        self.moved();
    }

    /// Adds bytes that are sent.
    pub(super) fn add(&self, bytes: u64) {
        self.position.fetch_add(bytes, Ordering::Relaxed);
        self.moved();
    }

    fn moved(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        (self.show)(self.position());
    }

    /// Waits for a request as long as it makes progress. The time does not limit the request.
    ///
    /// # Errors
    ///
    /// Fails if the request fails, or makes no progress.
    pub(super) async fn watch<T>(
        &self,
        request: impl Future<Output = Result<T, RequestError>>,
    ) -> Result<T, RequestError> {
        let started = Instant::now();
        let mut request = pin!(request);
        loop {
            let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
            // The kernel and proxies still hold some of the bytes. They need time in proportion.
            let limit = moved.max(started) + STALL + moved.saturating_duration_since(started);
            tokio::select! {
                biased;
                answer = &mut request => return answer,
                () = tokio::time::sleep_until(limit) => {
                    let now = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
                    if now == moved {
                        return Err(RequestError::Stalled { seconds: STALL.as_secs() });
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_request_without_progress_ends() {
        let progress = Progress::new(Arc::new(|_| {}));
        let slow = async {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(60)).await;
                progress.add(1);
            }
            Ok(())
        };
        progress.watch(slow).await.expect("a slow request may take any time");
        let silent = std::future::pending::<Result<(), RequestError>>();
        let error = progress.watch(silent).await.expect_err("a silent request ends");
        assert!(matches!(error, RequestError::Stalled { .. }), "{error}");
    }
}
