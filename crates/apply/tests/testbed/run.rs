//! A finished run of Optakit.

use std::process::{Command, Output};

/// The exit code and the output of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().expect("no signal ends Optakit"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl Run {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().expect("Optakit starts").into()
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn fails(self) -> Self {
        self.exits(1)
    }

    /// Asserts that the command did not start its work.
    #[track_caller]
    pub(crate) fn cannot_run(self) -> Self {
        self.exits(4)
    }

    /// Asserts that standard error contains a text.
    #[track_caller]
    pub(crate) fn reports(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is missing in:\n{}", self.stderr);
        self
    }

    /// Asserts that standard error does not contain a text.
    #[track_caller]
    pub(crate) fn omits(self, text: &str) -> Self {
        assert!(!self.stderr.contains(text), "`{text}` is in:\n{}", self.stderr);
        self
    }

    /// Asserts that standard output contains a text.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is missing in:\n{}", self.stdout);
        self
    }

    /// Returns standard output without the final line break.
    pub(crate) fn output(&self) -> &str {
        self.stdout.trim_end()
    }
}
