//! The output of the program. Colors follow NO_COLOR and CLICOLOR, and are off if the output is not
//! a terminal.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::IsTerminal;

use annotate_snippets::{Group, Level, Renderer};
use kube::config::{InferConfigError, KubeconfigError, LoadDataError};
use kube::runtime::watcher;
use optakit_core::api::Diagnostic;
use optakit_core::syntax;
use optakit_core::visible::visible_json;
use serde::Serialize;
use serde_json::Value;

use super::diagnostic;
use super::event::{self, Event, EventFormat};
use super::shown::shown;
use super::streams;
use crate::secret_values;

/// Prints results, notes, warnings and errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// Print only results, warnings and errors.
    quiet: bool,
    /// Print every cause of an error.
    verbose: bool,
    /// Print everything as events to standard output, in this format.
    events: Option<EventFormat>,
}

/// A text with colors. All text from outside in it has visible control characters.
pub(crate) struct Styled(String);

/// Whether people read standard output.
pub(crate) fn prints_to_terminal() -> bool {
    std::io::stdout().is_terminal()
}

impl Report {
    pub(crate) const fn new(quiet: bool, verbose: bool, events: Option<EventFormat>) -> Self {
        Self { quiet, verbose, events }
    }

    /// Whether progress is drawn on a terminal.
    pub(super) fn is_interactive(&self) -> bool {
        !self.quiet && self.events.is_none() && std::io::stderr().is_terminal()
    }

    /// Prints a result for people to standard output, with visible control characters.
    pub(crate) fn result(&self, text: &str) {
        streams::out(&shown(text));
    }

    /// Prints a document for programs to standard output, exactly as it is. A terminal gets it
    /// with visible control characters.
    pub(crate) fn document(&self, text: &str) {
        if prints_to_terminal() { self.result(text) } else { streams::out(text) }
    }

    /// Prints a JSON document to standard output. Escapes of JSON make control characters visible.
    pub(crate) fn json(&self, text: &str) {
        streams::out(&visible_json(text));
    }

    /// Prints a JSON document as YAML to standard output.
    pub(crate) fn yaml(&self, json: &str) {
        let value: Value = serde_json::from_str(json).expect("the document is JSON");
        self.document(&syntax::data_to_yaml(&value));
    }

    /// Prints one of several objects to standard output: a line of JSON, or a YAML document.
    pub(crate) fn one_of_many(&self, object: &impl Serialize, format: EventFormat) {
        let json = serde_json::to_string(object).expect("the object is texts, numbers and lists");
        match format {
            EventFormat::Json => self.json(&format!("{json}\n")),
            EventFormat::Yaml => {
                self.document("---\n");
                self.yaml(&json);
            }
        }
    }

    /// Prints diagnostics to standard output.
    pub(crate) fn styled_result(&self, text: &Styled) {
        streams::styled_out(&text.0);
    }

    /// Prints diagnostics to standard error. `--quiet` hides them.
    pub(crate) fn styled_note(&self, text: &Styled) {
        if !self.quiet {
            streams::styled_err(&format!("{}\n", text.0.trim_end()));
        }
    }

    /// Prints an event of a run.
    pub(crate) fn event(&self, event: &Event<'_>) {
        if let Some(format) = self.events {
            self.one_of_many(event, format);
        } else if let Some(text) = event.text().filter(|_| !self.quiet) {
            streams::styled_err(&format!("{}\n", shown(&text)));
        }
    }

    /// Prints a question to standard error, without a line break.
    pub(crate) fn question(&self, text: &str) {
        streams::styled_err(&shown(text));
    }

    /// Prints a note. `--quiet` hides it.
    pub(crate) fn note(&self, text: impl Display) {
        self.event(&Event::Note { message: &text.to_string(), verb: None, object: None });
    }

    /// Prints a note about one step: a verb in the first column, then its object.
    pub(crate) fn step(&self, verb: &str, text: impl Display) {
        let object = text.to_string();
        let message = event::step(verb, &object);
        self.event(&Event::Note { message: &message, verb: Some(verb), object: Some(&object) });
    }

    /// Prints a warning.
    pub(crate) fn warning(&self, text: impl Display) {
        if self.events.is_some() {
            return self.event(&Event::Warning { message: &text.to_string() });
        }
        titled(Level::WARNING, text);
    }

    /// Prints an error in one line, or with one line per cause if the output is verbose.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        if self.verbose && self.events.is_none() {
            titled(Level::ERROR, error);
            for cause in error.chain().skip(1) {
                streams::styled_err(&shown(&format!("  caused by: {cause}\n")));
            }
            return;
        }
        let message = error_text(error);
        if self.events.is_some() {
            self.event(&Event::Error { message: &message });
            if streams::check().is_ok() {
                return;
            }
        }
        titled(Level::ERROR, message);
    }

    /// Renders diagnostics with their source lines. `text_of` returns the text of a file.
    pub(crate) fn diagnostics<'a>(
        &self,
        diagnostics: &'a [Diagnostic],
        text_of: impl Fn(&str) -> Option<&'a str>,
    ) -> Styled {
        self.noted_diagnostics(diagnostics.iter().map(|diagnostic| (diagnostic, None)), text_of)
    }

    /// Renders diagnostics with their source lines and a note for each.
    pub(crate) fn noted_diagnostics<'a>(
        &self,
        diagnostics: impl Iterator<Item = (&'a Diagnostic, Option<String>)>,
        text_of: impl Fn(&str) -> Option<&'a str>,
    ) -> Styled {
        let diagnostics: Vec<(&Diagnostic, Option<String>)> = diagnostics.collect();
        let mut texts: BTreeMap<&str, Cow<'a, str>> = BTreeMap::new();
        for (diagnostic, _) in &diagnostics {
            let other = diagnostic.label.as_ref().map(|label| &label.file);
            for file in std::iter::once(&diagnostic.file).chain(other) {
                if !texts.contains_key(&**file)
                    && let Some(text) = text_of(file)
                {
                    texts.insert(file, secret_values::hide(text));
                }
            }
        }
        let text_of = |name: &str| texts.get(name).map(|text| &**text);
        let mut rendered = String::new();
        for (diagnostic, note) in &diagnostics {
            rendered += &diagnostic::render(diagnostic, note.as_deref(), &text_of);
            rendered += "\n\n";
        }
        Styled(rendered)
    }
}

/// Returns the messages of an error and of its causes, then the help of the error.
pub(crate) fn error_text(error: &anyhow::Error) -> String {
    let causes = error.chain().zip(error.chain().skip(1));
    let causes = causes.filter(|(above, _)| !repeats_its_cause(*above));
    let causes: String = causes.map(|(_, cause)| format!(": {cause}")).collect();
    let mut message = error.to_string();
    let end = message.find("\n  help: ").unwrap_or(message.len());
    message.insert_str(end, &causes);
    message
}

/// Whether the message of an error contains the message of its cause. That is so for the errors of
/// kube, but not for the errors of Optakit.
fn repeats_its_cause(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<kube::Error>()
        || error.is::<KubeconfigError>()
        || error.is::<InferConfigError>()
        || error.is::<LoadDataError>()
        || error.is::<watcher::Error>()
        || error.is::<Box<watcher::Error>>()
}

/// Prints a message with a colored `warning:` or `error:` before its first line.
fn titled(level: Level<'static>, text: impl Display) {
    let text = text.to_string();
    let text = shown(&text);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let title = Group::with_title(level.secondary_title(first));
    streams::styled_err(&format!("{}\n", Renderer::styled().render(&[title])));
    if !rest.is_empty() {
        streams::styled_err(&format!("{rest}\n"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error as IoError;

    use super::*;

    #[test]
    fn every_cause_is_reported_once() {
        let missing = || IoError::other("no such file");
        let own = anyhow::Error::new(missing()).context("cannot read opta.yml");
        assert_eq!(error_text(&own), "cannot read opta.yml: no such file");
        let kube = KubeconfigError::ReadConfig(missing(), "config".into());
        let kube = anyhow::Error::new(kube).context("cannot use the kubeconfig");
        assert_eq!(error_text(&kube).matches("no such file").count(), 1);
    }

    #[test]
    fn the_help_follows_the_causes() {
        let cause = anyhow::Error::new(IoError::other("timed out"));
        let error = cause.context("no credentials were found\n  help: sign in");
        assert_eq!(error_text(&error), "no credentials were found: timed out\n  help: sign in");
    }
}
