//! Diagnostics with their source lines. Text of files is shown with visible control characters.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use optakit_core::api::{Diagnostic, Place, Severity};

use super::shown::{shown, shown_line};
use crate::url_password;

/// The length of lines that are shown in parts, in bytes.
const LONG: usize = 4096;
/// How many bytes before and after a place are shown of a long line.
const AROUND: usize = 300;

/// Renders a diagnostic with its source lines and a note. `text_of` returns the text of a file.
pub(super) fn render<'a>(
    diagnostic: &'a Diagnostic,
    note: Option<&str>,
    text_of: &impl Fn(&str) -> Option<&'a str>,
) -> String {
    let title = level(diagnostic).primary_title(shown_line(&diagnostic.message));
    let title = title.id(diagnostic.rule);
    let mut group = if diagnostic.confidential {
        let place = Origin::path(shown_line(&diagnostic.file))
            .line(diagnostic.place.line as usize)
            .char_column(diagnostic.place.column as usize);
        title.element(place)
    } else {
        add_source(Group::with_title(title), diagnostic, text_of)
    };
    let first_fix = diagnostic.fixes.first().filter(|_| !diagnostic.confidential);
    let help = diagnostic.help.as_ref().or(first_fix.map(|fix| &fix.title));
    if let Some(help) = help {
        group = group.element(Level::HELP.message(shown(help)));
    }
    if let Some(note) = note {
        group = group.element(Level::NOTE.message(shown(note)));
    }
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group])
}

fn level(diagnostic: &Diagnostic) -> Level<'static> {
    match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

/// Adds the lines of the diagnostic and of its label, which may be in another file.
fn add_source<'a>(
    group: Group<'a>,
    diagnostic: &'a Diagnostic,
    text_of: &impl Fn(&str) -> Option<&'a str>,
) -> Group<'a> {
    let text = text_of(&diagnostic.file).unwrap_or_default();
    let (label, other) = match &diagnostic.label {
        Some(label) if label.file == diagnostic.file => (Some(label), None),
        label => (None, label.as_ref()),
    };
    let places: Vec<Place> =
        std::iter::once(diagnostic.place).chain(label.map(|label| label.place)).collect();
    let lines = Lines::of(text, &places);
    if lines.text.len() > LONG {
        return add_part(group, diagnostic, text);
    }
    let mut snippet = lines
        .snippet(&diagnostic.file)
        .annotation(AnnotationKind::Primary.span(lines.visible(diagnostic.place)));
    if let Some(label) = label {
        let annotation = AnnotationKind::Context.span(lines.visible(label.place));
        snippet = snippet.annotation(annotation.label(shown_line(&label.message)));
    }
    let group = group.element(snippet);
    let Some(label) = other else { return group };
    let lines = Lines::of(text_of(&label.file).unwrap_or_default(), &[label.place]);
    let annotation = AnnotationKind::Context.span(lines.visible(label.place));
    let annotation = annotation.label(shown_line(&label.message));
    group.element(lines.snippet(&label.file).annotation(annotation))
}

/// Adds the part of a long line around a place, with the place of the label as text. Otherwise, a
/// file with one line would be read as a whole for each diagnostic.
fn add_part<'a>(group: Group<'a>, diagnostic: &'a Diagnostic, text: &'a str) -> Group<'a> {
    let place = diagnostic.place;
    let origin = Origin::path(shown_line(&diagnostic.file))
        .line(place.line as usize)
        .char_column(place.column as usize);
    let near = |offset: usize| {
        let offset = offset.min(text.len());
        (offset..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
    };
    let start = near(place.byte_start.saturating_sub(AROUND));
    let line_start = text[start..near(place.byte_start)].rfind('\n');
    let start = line_start.map_or(start, |newline| start + newline + 1);
    // A place can be longer than a part.
    let last = place.byte_end.min(place.byte_start + AROUND);
    let end = near(last + AROUND);
    let end = text[near(last)..end].find('\n').map_or(end, |newline| near(last) + newline);
    let lines = Lines { text: &text[start..end], start, first: place.line as usize };
    let annotation = AnnotationKind::Primary.span(lines.visible(place));
    let source = Snippet::source(shown_source(lines.text)).line_start(lines.first);
    let group = group.element(origin).element(source.annotation(annotation));
    let Some(label) = &diagnostic.label else { return group };
    let (line, column) = (label.place.line, label.place.column);
    let note = format!("{}: {}:{line}:{column}", label.message, label.file);
    group.element(Level::NOTE.message(shown(&note).into_owned()))
}

/// The lines of a text that contain given places. The renderer then does not read the whole text
/// for each diagnostic.
struct Lines<'a> {
    text: &'a str,
    /// The offset of the first line in the whole text.
    start: usize,
    /// The number of the first line.
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
        let text = shown_source(self.text);
        Snippet::source(text).path(shown_line(file)).line_start(self.first)
    }

    /// Returns the bytes to underline in the shown lines, without trailing white space.
    fn visible(&self, place: Place) -> Range<usize> {
        let start = place.byte_start.saturating_sub(self.start).min(self.text.len());
        let end = place.byte_end.saturating_sub(self.start).clamp(start, self.text.len());
        let end = self.text.get(start..end).map_or(end, |part| start + part.trim_end().len());
        let shown = |offset| self.text.get(..offset).map_or(0, |text| shown_source(text).len());
        shown(start)..shown(end)
    }
}

/// Returns lines of a file with visible control characters, and without passwords in URLs. The line
/// breaks of Windows are normal.
fn shown_source(text: &str) -> String {
    let text = url_password::hide(text).replace("\r\n", "\n");
    shown(text.strip_suffix('\r').unwrap_or(&text)).into_owned()
}
