//! Converts byte spans to file names, lines and columns.

use serde::Serialize;

use crate::order::sort_by_rank;
use crate::source::Source;
use crate::span::{FileId, Span};

/// A range of a text, in every unit that front ends use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Place {
    /// The first line, counted from 1.
    pub line: u32,
    /// The first column in characters, counted from 1.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
    /// The first byte.
    pub byte_start: usize,
    /// One past the last byte.
    pub byte_end: usize,
    /// The first UTF-16 code unit.
    pub utf16_start: usize,
    /// One past the last UTF-16 code unit.
    pub utf16_end: usize,
}

impl Place {
    /// The start of a text.
    const START: Self = Self {
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
        byte_start: 0,
        byte_end: 0,
        utf16_start: 0,
        utf16_end: 0,
    };
}

/// The texts of a request, to convert spans to places.
#[derive(Default)]
pub(crate) struct Places {
    sources: Vec<Source>,
    /// Values that must not appear in a message, longest first.
    secrets: Vec<String>,
}

impl Places {
    /// Adds a text.
    pub(super) fn push(&mut self, source: Source) {
        self.sources.push(source);
    }

    /// Sets the values that [`redact`](Self::redact) removes.
    pub(super) fn set_secrets(&mut self, mut secrets: Vec<String>) {
        sort_by_rank(&mut secrets, |secret| [usize::MAX - secret.len(), 0, 0]);
        self.secrets = secrets;
    }

    /// Replaces each secret in a message.
    pub(super) fn redact(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "•••"))
    }

    /// Whether a message contains a secret.
    pub(super) fn has_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| text.contains(secret))
    }

    /// Returns the name of a file.
    pub(super) fn file_name(&self, file: FileId) -> String {
        self.find(file).map(|source| source.name.clone()).unwrap_or_default()
    }

    fn find(&self, file: FileId) -> Option<&Source> {
        self.sources.iter().find(|source| source.file == file)
    }

    /// Returns the span of a line, counted from 1, without its line break.
    pub(crate) fn line(&self, file: &str, line: u32) -> Option<Span> {
        let source = self.sources.iter().find(|source| source.name == file)?;
        let start = match line.checked_sub(2) {
            Some(before) => source.text.match_indices('\n').nth(before as usize)?.0 + 1,
            None => 0,
        };
        let end =
            source.text[start..].find('\n').map_or(source.text.len(), |length| start + length);
        Some(Span::new(source.file, start, end))
    }

    /// Returns the file name and the place of a span.
    pub(crate) fn place(&self, span: Span) -> (String, Place) {
        let Some(source) = self.find(span.file) else {
            return (String::new(), Place::START);
        };
        let (text, index) = (&source.text, source.lines());
        let (start, end) = (span.start as usize, span.end as usize);
        let (first, last) = (index.position(text, start), index.position(text, end));
        let place = Place {
            line: first.line,
            column: first.column,
            end_line: last.line,
            end_column: last.column,
            byte_start: start,
            byte_end: end,
            utf16_start: index.utf16(text, start),
            utf16_end: index.utf16(text, end),
        };
        (source.name.clone(), place)
    }
}
