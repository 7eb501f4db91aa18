//! Writes to standard output and standard error.
//!
//! The macros of the standard library panic if a write fails. A panic would end a run in the middle
//! of its work, for example because the reader of a pipe (`| head`) has ended.

use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// The first error of a write to standard output.
static FAILED: OnceLock<ErrorKind> = OnceLock::new();

/// Standard output does not contain all results.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output: {0}\n  help: write it to another file or disk")]
pub(crate) struct OutputLost(ErrorKind);

/// Writes to standard output. The first error is kept for [`check`].
pub(super) fn out(text: &str) {
    keep_error(write_all(io::stdout().lock(), text));
}

/// Writes to standard output, with colors if it is a terminal that shows them.
pub(super) fn styled_out(text: &str) {
    keep_error(write_all(anstream::stdout().lock(), text));
}

/// Writes to standard error, with colors if it is a terminal that shows them. An error is ignored,
/// because no output is left to report it.
pub(super) fn styled_err(text: &str) {
    drop(write_all(anstream::stderr().lock(), text));
}

/// Checks that standard output contains all results. A closed pipe (`| head`) is not an error.
///
/// # Errors
///
/// Fails if a write to standard output failed, for example because the disk is full.
pub(crate) fn check() -> Result<(), OutputLost> {
    match FAILED.get() {
        None => Ok(()),
        Some(kind) => Err(OutputLost(*kind)),
    }
}

fn keep_error(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        FAILED.get_or_init(|| error.kind());
    }
}

/// Writes a text. Standard output keeps an incomplete line until it is flushed.
fn write_all(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
