//! Questions to the user.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::sync::oneshot;

use super::shown::shown;
use super::streams;

/// How long questions waited for an answer.
static ANSWER_MILLIS: AtomicU64 = AtomicU64::new(0);

/// Returns the time that the user took to answer questions.
pub(crate) fn answer_time() -> Duration {
    Duration::from_millis(ANSWER_MILLIS.load(Ordering::Relaxed))
}

/// Asks the user a question. Returns whether the answer is yes.
///
/// Does not ask with `--yes`. Only `y` and `yes` count as a yes, in upper or lower case. Other
/// tasks continue while the user reads.
///
/// # Errors
///
/// Fails if standard input or standard error is not a terminal, because nobody can read the
/// question and answer it. Fails if the answer cannot be read.
pub(crate) async fn ask(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    let streams = [
        ("standard input", io::stdin().is_terminal()),
        ("standard error", io::stderr().is_terminal()),
    ];
    if let Some((stream, _)) = streams.iter().find(|(_, is_terminal)| !is_terminal) {
        bail!(
            "cannot ask for confirmation, because {stream} is not a terminal: {question}\n  \
             help: pass `--yes` to continue without confirmation"
        );
    }
    streams::styled_err(&format!("{} [y/N] ", shown(question)));
    let asked = Instant::now();
    let answer = read_line().await?;
    let waited = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
    ANSWER_MILLIS.fetch_add(waited, Ordering::Relaxed);
    let answer = answer.trim();
    Ok(["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)))
}

/// Asks the user to confirm the first change of a run. `kept` is the text after a no: what was not
/// changed.
///
/// # Errors
///
/// Fails if the user says no, or the answer cannot be read.
pub(crate) async fn confirm(question: &str, yes: bool, kept: &str) -> anyhow::Result<()> {
    if !ask(question, yes).await? {
        bail!("cancelled; {kept}");
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
