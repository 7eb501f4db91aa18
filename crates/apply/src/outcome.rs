//! The outcomes of a run and their exit codes. Help and documentation use this table.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Succeeded,
    /// The command failed, or its input is invalid.
    Failed,
    /// `plan`, `diff` or `drift` found changes.
    Changes,
    LockLost,
    /// The command did not start its work.
    CouldNotRun,
    /// The arguments are wrong.
    Usage,
    HungUp,
    Interrupted,
    Terminated,
}

/// A mistake in the arguments that the parser does not find.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// The reason why a command cannot start: the options do not fit the file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CouldNotStart(pub(crate) String);

impl Outcome {
    pub(crate) const ALL: [Self; 9] = [
        Self::Succeeded,
        Self::Failed,
        Self::Changes,
        Self::LockLost,
        Self::CouldNotRun,
        Self::Usage,
        Self::HungUp,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// Returns the exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::LockLost => 3,
            Self::CouldNotRun => 4,
            // EX_USAGE of sysexits.h.
            Self::Usage => 64,
            // Shells add 128 to the number of the signal that ended a process.
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Returns the meaning of the exit code for every command.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Succeeded => "success",
            Self::Failed => "the command failed, or its input is invalid",
            Self::Changes => "`plan`, `diff` or `drift` found changes",
            Self::LockLost => "the run lost its lock and stopped",
            Self::CouldNotRun => {
                "the command could not run: a file cannot be read or written, or the cluster or \
                 AWS cannot be reached"
            }
            Self::Usage => "a usage error, such as an unknown flag or an invalid tag",
            Self::HungUp => "the terminal was closed",
            Self::Interrupted => "interrupted by Ctrl-C",
            Self::Terminated => "terminated by SIGTERM",
        }
    }

    /// Returns the lines of a help text that list all exit codes.
    pub(crate) fn table() -> String {
        let line = |outcome: Self| format!("  {:<4} {}\n", outcome.code(), outcome.meaning());
        Self::ALL.into_iter().map(line).collect()
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}
