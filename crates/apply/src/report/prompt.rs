//! Questions to the user.

use std::io::{self, IsTerminal};

use anyhow::bail;
use tokio::sync::oneshot;

/// Asks the user a question. Returns whether the answer is yes.
///
/// Does not ask with `--yes`, or when standard input or standard error is not a terminal. Only
/// `y`, `Y` and `yes` count as a yes. Other tasks continue while the user reads.
///
/// # Errors
///
/// Fails if the answer cannot be read.
pub(crate) async fn ask(question: &str, yes: bool) -> io::Result<bool> {
    if yes || !can_ask() {
        return Ok(true);
    }
    anstream::eprint!("{question} [y/N] ");
    let answer = read_line().await?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Whether the user can read and answer a question.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks the user to confirm the first change of a run.
///
/// # Errors
///
/// Fails if the user says no, or the answer cannot be read.
pub(crate) async fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    if !ask(question, yes).await? {
        bail!("cancelled; nothing was changed");
    }
    Ok(())
}

/// Reads a line on its own thread. The thread does not delay the end of the program, which a
/// blocking task of the runtime would do.
async fn read_line() -> io::Result<String> {
    let (send, receive) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        drop(send.send(read.map(|_| line)));
    });
    receive.await.unwrap_or_else(|_| Err(io::Error::other("standard input cannot be read")))
}
