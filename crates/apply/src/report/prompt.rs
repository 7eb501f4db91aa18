//! Questions to the user.

use std::io::IsTerminal;

use anyhow::bail;

/// Asks the user to confirm a change.
///
/// Does not ask with `--yes`, or when standard input or standard error is not a terminal. Only
/// `y`, `Y` and `yes` count as a yes.
///
/// # Errors
///
/// Fails if the user says no, or the answer cannot be read.
pub(crate) fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(());
    }
    anstream::eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        bail!("cancelled; no further changes were made")
    }
}
