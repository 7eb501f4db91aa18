//! The progress of a rollout.

use std::fmt::{self, Display, Formatter};

use optakit_core::kind::Kind;

use super::cause::Cause;

/// The progress of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The rollout is finished.
    Ready,
    /// The rollout is not finished.
    Waiting(Waiting),
    /// The rollout cannot finish.
    Failed(Cause),
}

/// An unfinished rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) step: Step,
    /// The problem of a pod, if a pod has one. It may be temporary.
    pub(crate) problem: Option<Cause>,
}

/// A step of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The controller has not observed the object yet.
    Unobserved { kind: Kind },
    /// New pods are being created.
    Creating { updated: i32, wanted: i32 },
    /// Old pods are terminating.
    Terminating { old: i32 },
    /// New pods are becoming ready.
    Starting { ready: i32, wanted: i32 },
    /// All pods are ready, but the Deployment does not have the condition `Available` yet.
    Unavailable,
}

impl Waiting {
    /// Returns a step without a known problem.
    pub(super) const fn new(step: Step) -> Self {
        Self { step, problem: None }
    }
}

impl Display for Waiting {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Some(problem) => write!(f, "{}; {problem}", self.step),
            None => self.step.fmt(f),
        }
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unobserved { kind } => write!(f, "waiting for the {kind} controller"),
            Self::Creating { updated, wanted } => write!(f, "{updated} of {wanted} pods updated"),
            Self::Terminating { old: 1 } => f.write_str("1 old pod still exists"),
            Self::Terminating { old } => write!(f, "{old} old pods still exist"),
            Self::Starting { ready, wanted } => write!(f, "{ready} of {wanted} pods ready"),
            Self::Unavailable => f.write_str("waiting for the condition Available"),
        }
    }
}
