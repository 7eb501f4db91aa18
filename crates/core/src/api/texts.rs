//! Places for people: from spans to names, lines and columns.

use std::cell::OnceCell;

use super::data::{Finding, Note, Place, Repair, Replacement};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::order::sort_by_rank;
use crate::source::{LineIndex, Source};
use crate::span::{FileId, Span};

/// The texts of a request with their line indexes.
#[derive(Default)]
pub(crate) struct Texts {
    /// Each with its index, which is made when a place in it is asked for: most texts have no
    /// faults.
    sources: Vec<(Source, OnceCell<LineIndex>)>,
    /// What must not be in a message, longest first.
    secrets: Vec<String>,
}

impl Texts {
    pub(super) fn push(&mut self, source: Source) {
        self.sources.push((source, OnceCell::new()));
    }

    pub(super) fn hide(&mut self, mut secrets: Vec<String>) {
        sort_by_rank(&mut secrets, |secret| [usize::MAX - secret.len(), 0, 0]);
        self.secrets = secrets;
    }

    /// The text without secrets.
    fn clean(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "•••"))
    }

    fn holds_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| text.contains(secret))
    }

    fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.iter().map(|(source, _)| source).find(|source| source.file == file)
    }

    fn get(&self, file: FileId) -> Option<(&Source, &LineIndex)> {
        let (source, index) = self.sources.iter().find(|(source, _)| source.file == file)?;
        Some((source, index.get_or_init(|| LineIndex::new(&source.text))))
    }

    fn name(&self, file: FileId) -> String {
        self.source(file).map(|source| source.name.clone()).unwrap_or_default()
    }

    /// The bytes of a line of a text, from 1, without its end.
    pub(crate) fn line(&self, file: &str, line: u32) -> Option<Span> {
        let (source, _) = self.sources.iter().find(|(source, _)| source.name == file)?;
        let start = match line.checked_sub(2) {
            Some(before) => source.text.match_indices('\n').nth(before as usize)?.0 + 1,
            None => 0,
        };
        let end =
            source.text[start..].find('\n').map_or(source.text.len(), |length| start + length);
        Some(Span::new(source.file, start, end))
    }

    /// The place of a span, and the name of the text it is in.
    pub(crate) fn place(&self, span: Span) -> (String, Place) {
        let Some((source, index)) = self.get(span.file) else {
            let nowhere = Place {
                line: 1,
                column: 1,
                end_line: 1,
                end_column: 1,
                start: 0,
                end: 0,
                from: 0,
                to: 0,
            };
            return (String::new(), nowhere);
        };
        let text = &source.text;
        let (start, end) = (span.start as usize, span.end as usize);
        let (first, last) = (index.position(text, start), index.position(text, end));
        let place = Place {
            line: first.line,
            column: first.column,
            end_line: last.line,
            end_column: last.column,
            start,
            end,
            from: index.utf16(text, start),
            to: index.utf16(text, end),
        };
        (source.name.clone(), place)
    }
}

/// A diagnostic as plain data.
pub(super) fn finding(diagnostic: &Diagnostic, texts: &Texts) -> Finding {
    let (file, place) = texts.place(diagnostic.span);
    let label = diagnostic.label.as_ref().map(|label| {
        let (file, place) = texts.place(label.span);
        Note { file, place, message: texts.clean(&label.message) }
    });
    // A repair that would write a secret into the text is none.
    let harmless = |fix: &&Fix| {
        !texts.holds_secret(&fix.title)
            && !fix.edits.iter().any(|edit| texts.holds_secret(&edit.text))
    };
    let fixes = diagnostic.fixes.iter().filter(harmless).map(|fix| Repair {
        title: fix.title.clone(),
        safe: fix.applicability == Applicability::Safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| Replacement { place: texts.place(edit.span).1, text: edit.text.clone() })
            .collect(),
    });
    Finding {
        file: if file.is_empty() { texts.name(FileId::Service) } else { file },
        place,
        severity: diagnostic.rule.severity.as_str(),
        rule: diagnostic.rule.id,
        path: diagnostic.path.clone(),
        message: texts.clean(&diagnostic.message),
        help: diagnostic.help.as_deref().map(|help| texts.clean(help)),
        label,
        fixes: fixes.collect(),
        confidential: diagnostic.span.file == FileId::Values,
    }
}
