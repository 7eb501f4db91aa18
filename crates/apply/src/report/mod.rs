//! All that is printed: results on standard output, everything else on standard error. Colours
//! follow NO_COLOR and CLICOLOR, and go away where nobody looks.

mod board;
mod event;
mod transfer;

use std::fmt::Display;
use std::io::IsTerminal;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};
pub(crate) use board::Board;
pub(crate) use event::Event;
use optakit_core::api::{Diagnostic, Place};
pub(crate) use transfer::{Transfers, bytes};

/// Where reports go and how much is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    quiet: bool,
    verbose: bool,
    /// Whether everything is said as events, on standard output.
    events: bool,
}

impl Report {
    pub(crate) const fn new(quiet: bool, verbose: bool, events: bool) -> Self {
        Self { quiet, verbose, events }
    }

    /// Prints a result.
    pub(crate) fn result(&self, text: &str) {
        use std::io::Write;
        // A reader that went away (`| head`) wants no more.
        drop(if text.contains('\x1b') {
            write!(anstream::stdout().lock(), "{text}")
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        });
    }

    /// Says what happened.
    pub(crate) fn event(&self, event: &Event<'_>) {
        if self.events {
            let line = serde_json::to_string(event).expect("an event is texts, numbers and lists");
            self.result(&format!("{line}\n"));
        } else if let Some(text) = event.text().filter(|_| !self.quiet) {
            anstream::eprintln!("{text}");
        }
    }

    /// Says something that is no result.
    pub(crate) fn note(&self, text: impl Display) {
        self.event(&Event::Note { message: &text.to_string() });
    }

    /// Says something that must not be overlooked.
    pub(crate) fn warning(&self, text: impl Display) {
        if self.events {
            return self.event(&Event::Warning { message: &text.to_string() });
        }
        self.titled(Level::WARNING, text);
    }

    /// Says why a command could not do its work, with the causes when asked for more.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        let mut message = error.to_string();
        if self.verbose && !self.events {
            self.titled(Level::ERROR, message);
            for cause in causes {
                anstream::eprintln!("  caused by: {cause}");
            }
            return;
        }
        for cause in causes.iter().filter(|cause| !error.to_string().contains(cause.as_str())) {
            if !message.contains(cause.as_str()) {
                message = format!("{message}: {cause}");
            }
        }
        if self.events {
            return self.event(&Event::Error { message: &message });
        }
        self.titled(Level::ERROR, message);
    }

    fn titled(&self, level: Level<'static>, text: impl Display) {
        let text = text.to_string();
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let title = level.secondary_title(first);
        anstream::eprintln!(
            "{}",
            Renderer::styled().render(&[annotate_snippets::Group::with_title(title)])
        );
        if !rest.is_empty() {
            anstream::eprintln!("{rest}");
        }
    }

    /// Draws diagnostics with their source lines; `text_of` gives the text of a file by its name.
    pub(crate) fn diagnostics<'a>(
        &self,
        diagnostics: &[Diagnostic],
        text_of: impl Fn(&str) -> Option<&'a str>,
    ) -> String {
        let mut drawn = String::new();
        for diagnostic in diagnostics {
            drawn.push_str(&draw(diagnostic, &text_of));
            drawn.push_str("\n\n");
        }
        drawn
    }
}

/// Asks a yes-or-no question on the terminal; only a `y` is yes.
///
/// # Errors
///
/// When the answer cannot be read.
pub(crate) fn ask(question: &str) -> std::io::Result<bool> {
    anstream::eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

impl Report {
    /// Begins to tell of what travels.
    pub(crate) fn transfers(&self) -> Transfers {
        Transfers::new(!self.quiet && !self.events && std::io::stderr().is_terminal(), *self)
    }
}

fn draw<'a>(diagnostic: &Diagnostic, text_of: &impl Fn(&str) -> Option<&'a str>) -> String {
    let level = match diagnostic.severity {
        "error" => Level::ERROR,
        "warning" => Level::WARNING,
        _ => Level::NOTE.with_name("hint"),
    };
    if diagnostic.confidential {
        let place = Origin::path(diagnostic.file.as_str())
            .line(diagnostic.place.line as usize)
            .char_column(diagnostic.place.column as usize);
        let mut group =
            level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule).element(place);
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        return Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group]);
    }
    let text = text_of(&diagnostic.file).unwrap_or_default();
    let (label, other) = match &diagnostic.label {
        Some(label) if label.file == diagnostic.file => (Some(label), None),
        label => (None, label.as_ref()),
    };
    let places: Vec<Place> =
        std::iter::once(diagnostic.place).chain(label.map(|label| label.place)).collect();
    let lines = Lines::of(text, &places);
    let mut snippet = lines
        .snippet(&diagnostic.file)
        .annotation(AnnotationKind::Primary.span(lines.visible(diagnostic.place)));
    if let Some(label) = label {
        snippet = snippet.annotation(
            AnnotationKind::Context.span(lines.visible(label.place)).label(label.message.as_str()),
        );
    }
    let mut group =
        level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule).element(snippet);
    if let Some(label) = other {
        let lines = Lines::of(text_of(&label.file).unwrap_or_default(), &[label.place]);
        let annotation =
            AnnotationKind::Context.span(lines.visible(label.place)).label(label.message.as_str());
        group = group.element(lines.snippet(&label.file).annotation(annotation));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    if let Some(fix) = diagnostic.fixes.first().filter(|_| diagnostic.help.is_none()) {
        group = group.element(Level::HELP.message(fix.title.as_str()));
    }
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group])
}

/// The lines of a text that places lie in: a report of a large file should not read all of it for
/// each diagnostic.
struct Lines<'a> {
    text: &'a str,
    /// Where they begin in the whole text.
    start: usize,
    /// The number of the first one.
    first: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str, places: &[Place]) -> Self {
        let low = places.iter().map(|place| place.byte_start).min().unwrap_or(0).min(text.len());
        let high =
            places.iter().map(|place| place.byte_end).max().unwrap_or(0).clamp(low, text.len());
        let start =
            text.get(..low).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let end = text
            .get(high..)
            .and_then(|after| after.find('\n'))
            .map_or(text.len(), |newline| high + newline);
        let first = places.iter().map(|place| place.line).min().unwrap_or(1);
        Self { text: text.get(start..end).unwrap_or_default(), start, first: first as usize }
    }

    fn snippet(&self, file: &'a str) -> Snippet<'a, Annotation<'a>> {
        Snippet::source(self.text).path(file).line_start(self.first)
    }

    /// The bytes to underline: none of the white space at the end.
    fn visible(&self, place: Place) -> std::ops::Range<usize> {
        let start = place.byte_start.saturating_sub(self.start).min(self.text.len());
        let end = place.byte_end.saturating_sub(self.start).clamp(start, self.text.len());
        let shown = self.text.get(start..end).map_or(end, |part| start + part.trim_end().len());
        start..shown
    }
}
