//! The changes that a run has made so far. If the run stops early, its message names them.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::history::{Revision, Status};
use crate::session::Session;
use crate::stop::{Interrupted, StopSignal};

/// How long an interrupted run tries to record that.
const CLOSE: Duration = Duration::from_secs(5);

/// The changes that a run has made so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Whether the run created the Namespace.
    namespace: Cell<bool>,
    /// The revision that the run applies.
    revision: RefCell<Option<Revision>>,
}

impl Written {
    /// Records that the Namespace was created.
    pub(super) fn namespace(&self) {
        self.namespace.set(true);
    }

    /// Records that the run applies a revision. The first change of the plan follows.
    pub(super) fn revision(&self, revision: Revision) {
        self.revision.replace(Some(revision));
    }

    /// Returns the revision that the run applies.
    pub(super) fn applied(&self) -> Option<Revision> {
        self.revision.borrow().clone()
    }

    /// Returns the number of objects that were created before the plan was made.
    pub(super) fn before_plan(&self) -> usize {
        usize::from(self.namespace.get())
    }

    /// Returns the error of a run that the user did not confirm.
    pub(super) fn cancelled(&self, layer: &str) -> anyhow::Error {
        anyhow::anyhow!("cancelled; {}", self.outcome(layer))
    }

    /// Returns the error of a run that a signal ended.
    pub(super) fn interrupted(&self, signal: StopSignal, layer: &str) -> anyhow::Error {
        Interrupted { signal, outcome: self.outcome(layer) }.into()
    }

    /// Adds what was written to an error that stopped the run before its first change.
    pub(super) fn explain(&self, error: anyhow::Error, layer: &str) -> anyhow::Error {
        if self.namespace.get() {
            return error.context(format!("the apply stopped; {}", self.outcome(layer)));
        }
        error
    }

    /// Records the revision of a run that was stopped as interrupted. If that is not possible, the
    /// next run does it.
    pub(super) async fn close(&self, session: &Session) {
        let revision = self.applied().filter(|revision| revision.status == Status::Applying);
        if let Some(mut revision) = revision {
            let status = Status::Interrupted;
            let cause = Some("a signal stopped the run");
            let closing = revision.set_status(&session.client, session.layer(), status, cause);
            drop(tokio::time::timeout(CLOSE, closing).await);
        }
    }

    fn outcome(&self, layer: &str) -> String {
        if self.revision.borrow().is_some() {
            "changes that were already made are kept\n  \
             help: apply again to complete them"
                .to_owned()
        } else if self.namespace.get() {
            format!("the Namespace `{layer}` was created, nothing else was changed")
        } else {
            "nothing was changed in the cluster or in AWS".to_owned()
        }
    }
}
