//! A run of Optakit that the test does not wait for.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::{Run, Service, optakit, setting};

/// How long a line may take. A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run of Optakit in the background.
pub(crate) struct BackgroundRun {
    process: Child,
    lines: Receiver<String>,
    /// The lines of standard error that were read.
    seen: String,
}

impl BackgroundRun {
    /// Starts an apply of a service.
    pub(crate) fn apply(service: &Service, arguments: &[&str]) -> Self {
        let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
        Self::apply_with(service, &[&["--kubeconfig", &kubeconfig], arguments].concat())
    }

    /// Starts an apply of a service with exactly these arguments.
    pub(crate) fn apply_with(service: &Service, arguments: &[&str]) -> Self {
        let mut command = optakit(service.folder());
        command.args(["apply", &service.bundle(), "--skip-aws", "--yes"]).args(arguments);
        Self::start(&mut command)
    }

    fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Optakit starts");
        let stderr = BufReader::new(process.stderr.take().expect("standard error is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { process, lines, seen: String::new() }
    }

    /// Waits until standard error contains a text.
    #[track_caller]
    pub(crate) fn reports(&mut self, text: &str) {
        while !self.seen.contains(text) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.seen += &(line + "\n"),
                Err(RecvTimeoutError::Timeout) => panic!("no `{text}` in:\n{}", self.seen),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the run ended without `{text}`:\n{}", self.seen)
                }
            }
        }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let process = self.process.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &process]).status();
        assert!(sent.expect("kill starts").success(), "{name} is sent");
    }

    /// Waits for the end of the run.
    pub(crate) fn finish(mut self) -> Run {
        let mut stdout = String::new();
        let output = self.process.stdout.as_mut().expect("standard output is piped");
        output.read_to_string(&mut stdout).expect("standard output is text");
        self.seen.extend(self.lines.iter().map(|line| line + "\n"));
        let status = self.process.wait().expect("Optakit exits");
        let code = status.code().expect("no signal ends Optakit");
        Run { code, stdout, stderr: std::mem::take(&mut self.seen) }
    }
}

impl Drop for BackgroundRun {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
