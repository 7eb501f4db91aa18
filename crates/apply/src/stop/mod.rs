//! Signals that ask a run to stop: Ctrl-C, and on Unix SIGTERM and the end of the terminal.
//!
//! The first signal stops a wait, so that the run can print the state. The second one ends the run.

mod signal;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::watch;

use crate::outcome::Outcome;

pub(crate) use signal::StopSignal;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

/// The error of a run that a signal stopped.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; {outcome}")]
pub(crate) struct Interrupted {
    pub(crate) signal: StopSignal,
    /// The text about changes that the run has already made.
    pub(crate) outcome: String,
}

impl From<StopSignal> for Interrupted {
    fn from(signal: StopSignal) -> Self {
        let outcome = "changes that were already made are kept\n  \
                       help: run the command again to complete them";
        Self { signal, outcome: outcome.to_owned() }
    }
}

impl Interrupted {
    /// Returns the outcome of the run.
    pub(crate) const fn run_outcome(&self) -> Outcome {
        match self.signal {
            StopSignal::Interrupt => Outcome::Interrupted,
            StopSignal::Terminate => Outcome::Terminated,
            #[cfg(unix)]
            StopSignal::Hangup => Outcome::HungUp,
        }
    }
}

/// Whether a signal asked this run to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(Arc<watch::Sender<Option<StopSignal>>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Waits for the first signal.
    ///
    /// While a part of the run awaits this, the first signal does not end the run: that part
    /// returns early and reports its state.
    pub(crate) async fn requested(&self) -> StopSignal {
        let mut signal = self.0.subscribe();
        // The sender cannot be dropped while `self` is borrowed.
        let signal = signal.wait_for(Option::is_some).await.ok().and_then(|signal| *signal);
        signal.unwrap_or(StopSignal::Interrupt)
    }

    /// Handles a signal. Returns whether the run goes on to stop cleanly. Otherwise, it must end.
    pub(crate) fn request(&self, signal: StopSignal) -> bool {
        let is_first = self.0.borrow().is_none();
        self.0.send_replace(Some(signal));
        is_first && self.0.receiver_count() > 0
    }
}

/// The signals of this process. While it exists, they do not end the process.
pub(crate) struct Signals(platform::Signals);

impl Signals {
    /// Starts to handle the signals.
    ///
    /// # Errors
    ///
    /// Fails if the operating system refuses the handlers.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        platform::Signals::listen().map(Self).context("cannot handle signals")
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> StopSignal {
        self.0.next().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_an_awaited_first_signal_stops_cleanly() {
        let stop = Stop::default();
        assert!(!stop.request(StopSignal::Interrupt), "nothing awaits the signal");
        let stop = Stop::default();
        let mut waiting = Box::pin(stop.requested());
        assert!(futures::poll!(&mut waiting).is_pending());
        assert!(stop.request(StopSignal::Terminate));
        assert_eq!(waiting.await, StopSignal::Terminate);
        let waiting = Box::pin(stop.requested());
        assert!(!stop.request(StopSignal::Interrupt), "the second signal ends the run");
        assert_eq!(waiting.await, StopSignal::Interrupt);
    }
}
