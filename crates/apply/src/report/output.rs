//! The only place that prints. Colours follow NO_COLOR and CLICOLOR, and are off if the output is
//! not a terminal.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use annotate_snippets::{Group, Level, Renderer};
use optakit_core::api::Diagnostic;

use super::diagnostic;
use super::event::{self, Event};

/// Prints results, notes, warnings and errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// Print only results, warnings and errors.
    quiet: bool,
    /// Print every cause of an error.
    verbose: bool,
    /// Print everything as JSON events to standard output.
    events: bool,
}

impl Report {
    pub(crate) const fn new(quiet: bool, verbose: bool, events: bool) -> Self {
        Self { quiet, verbose, events }
    }

    /// Whether progress is drawn on a terminal.
    pub(super) fn is_interactive(&self) -> bool {
        !self.quiet && !self.events && std::io::stderr().is_terminal()
    }

    /// Prints a result to standard output.
    pub(crate) fn result(&self, text: &str) {
        // A closed pipe (`| head`) is not an error.
        drop(if text.contains('\x1b') {
            write!(anstream::stdout().lock(), "{text}")
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        });
    }

    /// Prints an event of a run.
    pub(crate) fn event(&self, event: &Event<'_>) {
        if self.events {
            let line = serde_json::to_string(event).expect("an event is texts, numbers and lists");
            self.result(&format!("{line}\n"));
        } else if let Some(text) = event.text().filter(|_| !self.quiet) {
            anstream::eprintln!("{text}");
        }
    }

    /// Prints a note. `--quiet` hides it.
    pub(crate) fn note(&self, text: impl Display) {
        self.event(&Event::Note { message: &text.to_string() });
    }

    /// Prints a note about one step: a verb in the first column, then its object.
    pub(crate) fn step(&self, verb: &str, text: impl Display) {
        self.note(event::step(verb, &text.to_string()));
    }

    /// Prints a warning.
    pub(crate) fn warning(&self, text: impl Display) {
        if self.events {
            return self.event(&Event::Warning { message: &text.to_string() });
        }
        titled(Level::WARNING, text);
    }

    /// Prints an error in one line, or with one line per cause if the output is verbose.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        let mut message = error.to_string();
        if self.verbose && !self.events {
            titled(Level::ERROR, message);
            for cause in causes {
                anstream::eprintln!("  caused by: {cause}");
            }
            return;
        }
        // Some libraries repeat a cause in the message of the error above it.
        for cause in causes {
            if !message.contains(&cause) {
                message = format!("{message}: {cause}");
            }
        }
        if self.events {
            return self.event(&Event::Error { message: &message });
        }
        titled(Level::ERROR, message);
    }

    /// Renders diagnostics with their source lines. `text_of` returns the text of a file.
    pub(crate) fn diagnostics<'a>(
        &self,
        diagnostics: &'a [Diagnostic],
        text_of: impl Fn(&str) -> Option<&'a str>,
    ) -> String {
        let render = |diagnostic| diagnostic::render(diagnostic, &text_of) + "\n\n";
        diagnostics.iter().map(render).collect()
    }
}

/// Prints a message with a coloured `warning:` or `error:` before its first line.
fn titled(level: Level<'static>, text: impl Display) {
    let text = text.to_string();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let title = Group::with_title(level.secondary_title(first));
    anstream::eprintln!("{}", Renderer::styled().render(&[title]));
    if !rest.is_empty() {
        anstream::eprintln!("{rest}");
    }
}
