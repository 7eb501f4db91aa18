//! What a run has written so far. Messages about a run that stops early name it.

use std::cell::Cell;

use crate::stop::{Interrupted, StopSignal};

/// What a run has written so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Whether the run created the Namespace.
    namespace: Cell<bool>,
    /// Whether the run began to change AWS or the objects of the layer.
    changes: Cell<bool>,
}

impl Written {
    /// Records that the Namespace was created.
    pub(super) fn namespace(&self) {
        self.namespace.set(true);
    }

    /// Records that the first change of the plan follows.
    pub(super) fn changes(&self) {
        self.changes.set(true);
    }

    /// Returns the number of objects that were created before the plan was made.
    pub(super) fn before_plan(&self) -> usize {
        usize::from(self.namespace.get())
    }

    /// Returns the error of a run that a signal ended.
    pub(super) fn interrupted(&self, signal: StopSignal, layer: &str) -> anyhow::Error {
        let outcome = if self.changes.get() {
            "changes that were already applied stay\n  help: apply again to complete them"
                .to_owned()
        } else {
            self.outcome(layer)
        };
        Interrupted { signal, outcome }.into()
    }

    /// Returns the error of a run that the user did not confirm.
    pub(super) fn cancelled(&self, layer: &str) -> anyhow::Error {
        anyhow::anyhow!("cancelled; {}", self.outcome(layer))
    }

    /// Adds what was written to an error that stopped the run before its first change.
    pub(super) fn explain(&self, error: anyhow::Error, layer: &str) -> anyhow::Error {
        if self.namespace.get() && !self.changes.get() {
            return error.context(format!("the apply stopped; {}", self.outcome(layer)));
        }
        error
    }

    fn outcome(&self, layer: &str) -> String {
        if self.namespace.get() {
            format!("the Namespace `{layer}` was created, nothing else was changed")
        } else {
            "nothing was changed".to_owned()
        }
    }
}
