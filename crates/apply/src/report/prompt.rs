//! Questions to the user.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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

/// Whether standard input contains data of the command, such as the value of a secret.
static STDIN_IS_DATA: AtomicBool = AtomicBool::new(false);

/// Makes questions use the terminal of the process, because standard input contains data.
pub(crate) fn stdin_is_data() {
    STDIN_IS_DATA.store(true, Ordering::Relaxed);
}

/// Where the user reads questions and answers them.
enum Asked {
    /// Standard error and standard input.
    Streams,
    /// The terminal of the process.
    Terminal(File),
}

/// Asks the user a question. Returns whether the answer is yes.
///
/// Does not ask with `--yes`. Only `y` and `yes` count as a yes, in upper or lower case. Other
/// tasks continue while the user reads.
///
/// # Errors
///
/// Fails if standard input or standard error is not a terminal, because nobody can read the
/// question and answer it. If standard input contains data, fails if the process has no terminal.
/// Fails if the answer cannot be read.
pub(crate) async fn ask(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    let text = format!("{} [y/N] ", shown(question));
    let mut asked = find_terminal(question)?;
    match &mut asked {
        Asked::Streams => streams::styled_err(&text),
        Asked::Terminal(terminal) => terminal.write_all(text.as_bytes())?,
    }
    let started = Instant::now();
    let answer = read_line(asked).await?;
    let waited = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    ANSWER_MILLIS.fetch_add(waited, Ordering::Relaxed);
    let answer = answer.trim();
    Ok(["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)))
}

/// Finds out where the user reads the question.
fn find_terminal(question: &str) -> anyhow::Result<Asked> {
    if STDIN_IS_DATA.load(Ordering::Relaxed)
        && let Some(terminal) = terminal()
    {
        return Ok(Asked::Terminal(terminal));
    }
    let streams = [
        ("standard input", io::stdin().is_terminal()),
        ("standard error", io::stderr().is_terminal()),
    ];
    match streams.iter().find(|(_, is_terminal)| !is_terminal) {
        None => Ok(Asked::Streams),
        Some((stream, _)) => bail!(
            "cannot ask for confirmation, because {stream} is not a terminal: {question}\n  \
             help: pass `--yes` to continue without confirmation"
        ),
    }
}

/// Opens the terminal of the process, if it has one.
fn terminal() -> Option<File> {
    let path = if cfg!(unix) { "/dev/tty" } else { return None };
    File::options().read(true).write(true).open(path).ok()
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
async fn read_line(asked: Asked) -> io::Result<String> {
    let (send, receive) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = match asked {
            Asked::Streams => io::stdin().read_line(&mut line),
            Asked::Terminal(terminal) => BufReader::new(terminal).read_line(&mut line),
        };
        drop(send.send(read.map(|_| line)));
    });
    receive.await.unwrap_or_else(|_| Err(io::Error::other("the answer cannot be read")))
}
