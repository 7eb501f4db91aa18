//! The errors of a wait.

use std::time::Duration;

use kube::runtime::watcher;
use optakit_core::kind::Kind;

use super::cause::Cause;
use super::progress::Waiting;
use crate::duration;

/// A Deployment or StatefulSet that did not become ready.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The name of the object.
    pub(crate) name: String,
    pub(crate) error: WaitError,
}

/// Why a wait ended before a rollout finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WaitError {
    #[error("{0}")]
    Failed(Cause),
    #[error("timed out after {}: {last}", duration::text(*timeout))]
    Timeout { timeout: Duration, last: Box<Waiting> },
    #[error("the {kind} was deleted")]
    Deleted { kind: Kind },
    #[error("cannot watch the rollout: {0}")]
    Watch(Box<watcher::Error>),
}

impl WaitError {
    /// Returns the cause that the cluster reports.
    pub(crate) const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Failed(cause) => Some(cause),
            Self::Timeout { last, .. } => last.problem.as_ref(),
            Self::Deleted { .. } | Self::Watch(_) => None,
        }
    }
}
