//! The signals that ask a run to stop.

/// A signal that asks a run to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopSignal {
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM, or Ctrl-Break on Windows.
    Terminate,
    /// SIGHUP: the terminal was closed.
    #[cfg(unix)]
    Hangup,
}
