//! A run of Optakit in a terminal.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Service, optakit};

/// How long a text may take to appear.
const PATIENCE: Duration = Duration::from_secs(120);
/// Runs a command in a pseudoterminal, and exits with its exit code. A shell writes its process ID,
/// and then becomes the command.
const DRIVER: &str = "import os, pty, sys
status = pty.spawn(['sh', '-c', 'echo $$ > pid; exec \"$@\"', 'sh', *sys.argv[1:]])
sys.exit(os.waitstatus_to_exitcode(status))";

/// A run of Optakit in a terminal, in the folder of a service.
pub(crate) struct Terminal {
    driver: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
    pid_file: PathBuf,
}

impl Terminal {
    /// Starts a run. `wrapper` is a command that starts Optakit, or is empty.
    pub(crate) fn start(service: &Service, wrapper: &[&str], arguments: &[&str]) -> Self {
        let own = optakit(service.folder());
        let mut command = Command::new("python3");
        command.args(["-c", DRIVER]).args(wrapper).arg(own.get_program()).args(arguments);
        command.current_dir(service.folder()).env_remove("CI");
        for (name, value) in own.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut driver = command.spawn().expect("Python starts");
        let keyboard = driver.stdin.take().expect("standard input is piped");
        let mut output = driver.stdout.take().expect("standard output is piped");
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]).replace('\r', "");
                shown.lock().expect("no thread panicked").push_str(&text);
            }
        });
        let pid_file = service.folder().join("pid");
        Self { driver, keyboard, screen, reader, pid_file }
    }

    /// Returns everything that the terminal has shown.
    pub(crate) fn screen(&self) -> String {
        self.screen.lock().expect("no thread panicked").clone()
    }

    /// Waits until the terminal shows a text.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        let end = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            assert!(Instant::now() < end, "`{text}` is missing in:\n{}", self.screen());
            thread::sleep(Duration::from_millis(20));
        }
        self
    }

    /// Types a text.
    pub(crate) fn types(&mut self, text: &str) {
        // The run may have ended.
        drop(self.keyboard.write_all(text.as_bytes()));
        drop(self.keyboard.flush());
    }

    /// Sends a signal to Optakit.
    pub(crate) fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(&self.pid_file).expect("the shell wrote its process ID");
        let status = Command::new("kill").args(["-s", name, pid.trim()]).status();
        assert!(status.expect("kill starts").success(), "{name} {pid}");
    }

    /// Waits until the run ends with an exit code. Returns what the terminal has shown.
    #[track_caller]
    pub(crate) fn exits(mut self, code: i32) -> String {
        let status = self.driver.wait().expect("the run ends");
        // A process of the run may still have the terminal open.
        let end = Instant::now() + Duration::from_secs(5);
        while !self.reader.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
        }
        let screen = self.screen();
        assert_eq!(status.code(), Some(code), "{screen}");
        screen
    }

    /// Waits until the run ends.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.driver.wait().expect("the run ends")
    }
}
