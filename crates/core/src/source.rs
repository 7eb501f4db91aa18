//! Texts with their names, and the conversion of byte offsets to lines and columns.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::span::{FileId, Span};

/// A text with its name, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct SourceText {
    /// The path or name of the file.
    pub name: String,
    /// The text of the file.
    pub text: String,
}

/// A text to parse, with the name that diagnostics show.
#[derive(Clone, Debug)]
pub struct Source {
    /// Which file of the request this is.
    pub file: FileId,
    /// The path or name of the file.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
}

impl Source {
    /// Creates a source. The parser leaves a byte order mark out of every span.
    pub fn new(file: FileId, name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { file, name: name.into(), text: text.into() }
    }

    /// Returns the text of a span; empty if the span is not in this source.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Returns the span of the first line.
    #[must_use]
    pub fn first_line(&self) -> Span {
        Span::new(self.file, 0, self.text.find('\n').unwrap_or(self.text.len()))
    }
}

/// A line and a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

/// The offsets of all line starts, to find the line of an offset by binary search.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// The same offsets in UTF-16 code units, which browsers use.
    utf16_starts: Vec<usize>,
}

impl LineIndex {
    /// Finds the line starts of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (mut starts, mut utf16_starts, mut utf16) = (vec![0], vec![0], 0);
        for (at, c) in text.char_indices() {
            utf16 += c.len_utf16();
            if c == '\n' {
                starts.push(at + 1);
                utf16_starts.push(utf16);
            }
        }
        Self { starts, utf16_starts }
    }

    /// Returns the line and column of a byte offset of `text`. An offset after the end counts as
    /// the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = text.get(self.starts[line]..offset).unwrap_or_default();
        let to_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: to_u32(line + 1), column: to_u32(before.chars().count() + 1) }
    }

    /// Returns the byte offset of a UTF-16 offset of `text`. An offset inside a character counts as
    /// its end, and an offset after the end as the end.
    #[must_use]
    pub fn byte(&self, text: &str, utf16: usize) -> usize {
        let line = self.utf16_starts.partition_point(|start| *start <= utf16) - 1;
        let mut at = self.utf16_starts[line];
        let rest = &text[self.starts[line]..];
        let inside = rest.char_indices().find(|(_, c)| {
            let reached = at >= utf16;
            at += c.len_utf16();
            reached
        });
        self.starts[line] + inside.map_or(rest.len(), |(byte, _)| byte)
    }

    /// Returns the UTF-16 offset of a byte offset of `text`.
    #[must_use]
    pub fn utf16(&self, text: &str, offset: usize) -> usize {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = text.get(self.starts[line]..offset).unwrap_or_default();
        self.utf16_starts[line] + before.chars().map(char::len_utf16).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "name: Grüße\nport: ü\n";
        let index = LineIndex::new(text);
        let at = text.rfind('ü').expect("the text contains it");
        assert_eq!(index.position(text, at), Position { line: 2, column: 7 });
        assert_eq!(
            index.position(text, text.find('ß').expect("the text contains it")),
            Position { line: 1, column: 10 }
        );
    }

    #[test]
    fn an_offset_after_the_end_counts_as_the_end() {
        let index = LineIndex::new("a\n");
        assert_eq!(index.position("a\n", 99), Position { line: 2, column: 1 });
    }
}
