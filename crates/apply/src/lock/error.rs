//! Why a lock cannot be taken, or is lost.

use std::time::Duration;

use crate::live::LiveError;
use crate::{duration, hint};

/// Why the lock cannot be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error(
        "another run is changing this layer: {holder}; nothing was changed\n  help: {}",
        if waited.is_zero() {
            "wait for it with `--wait-lock DURATION`".to_owned()
        } else {
            let waited = duration::text(*waited);
            format!("this run waited for {waited}; wait longer with `--wait-lock`")
        }
    )]
    Held { holder: String, waited: Duration },
    #[error(
        "{holder} has the lock of this layer, and its Lease is valid for {}; nothing was \
         changed\n  \
         help: if that run has ended, delete the Lease: `{}`",
        duration::text(*valid),
        hint::kubectl(&format!("-n {layer} delete lease optakit-{layer}"))
    )]
    Long { holder: String, layer: String, valid: Duration },
    #[error(
        "the API server rejects Lease optakit-{layer} with a conflict, but it does not exist; \
         nothing was changed\n  \
         help: check the admission webhooks and policies for Leases"
    )]
    Refused { layer: String },
    #[error(transparent)]
    Live(#[from] LiveError),
}

/// Why a run stopped although it had the lock.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockLost {
    #[error(
        "the lock of `{layer}` was lost: it was not renewed for {}{}; this run wrote \
         nothing after that\n  \
         help: check with `{}` whether another run changed the layer, then run the command again",
        duration::text(Duration::from_secs(*seconds)),
        reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default(),
        hint::optakit("status", "")
    )]
    NotRenewed { layer: String, seconds: u64, reason: Option<String> },
    #[error(
        "the lock of `{layer}` was lost: {holder} took it; this run stopped\n  \
         help: wait until that run ends, then run the command again"
    )]
    Taken { layer: String, holder: String },
    #[error(
        "the lock of `{layer}` was lost: its Lease was deleted; this run stopped\n  \
         help: check that no other run changes the layer, then run the command again"
    )]
    Deleted { layer: String },
}

impl LockLost {
    /// Adds the error of the last renewal.
    pub(super) fn because(self, error: Option<&LiveError>) -> Self {
        match self {
            Self::NotRenewed { layer, seconds, .. } => {
                Self::NotRenewed { layer, seconds, reason: error.map(ToString::to_string) }
            }
            Self::Taken { .. } | Self::Deleted { .. } => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_of_a_run_that_waited_names_the_duration() {
        let held = |seconds| {
            let waited = Duration::from_secs(seconds);
            LockError::Held { holder: "ann".to_owned(), waited }.to_string()
        };
        assert!(held(0).ends_with("help: wait for it with `--wait-lock DURATION`"));
        assert!(held(2).ends_with("help: this run waited for 2 s; wait longer with `--wait-lock`"));
    }
}
