//! The pods of a failed rollout, which help texts name.

use crate::hint;

/// Whether the pods of a failed rollout still exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailedPods {
    Kept,
    /// The rollback replaces them.
    RolledBack,
}

impl FailedPods {
    /// Returns the help to read something of a pod with kubectl.
    pub(crate) fn read(self, what: &str, arguments: &str) -> String {
        let kubectl = hint::kubectl(arguments);
        match self {
            Self::Kept => format!("read {what}: `{kubectl}`"),
            Self::RolledBack => format!(
                "keep the failed pods with `{}`, then read {what} with `kubectl`",
                hint::again("--on-failure keep")
            ),
        }
    }
}
