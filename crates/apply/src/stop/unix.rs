//! The signals of Unix.

use std::io::IsTerminal;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::signal::StopSignal;

/// The signals of this process.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` without a terminal: `nohup` redirects standard error, and ignores this signal.
    hangup: Option<Signal>,
}

impl Signals {
    /// Starts to handle the signals.
    pub(super) fn listen() -> std::io::Result<Self> {
        let has_terminal = std::io::stderr().is_terminal();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: has_terminal.then(|| signal(SignalKind::hangup())).transpose()?,
        })
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) -> StopSignal {
        let hangup = async {
            match &mut self.hangup {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
            _ = hangup => StopSignal::Hangup,
        }
    }
}
