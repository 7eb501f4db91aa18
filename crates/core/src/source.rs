//! Texts with their names, and the conversion of byte offsets to lines and columns.

use std::sync::{Arc, OnceLock};

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
    /// Clones share the index. The first diagnostic of the text builds it.
    lines: Arc<OnceLock<LineIndex>>,
}

impl Source {
    /// Creates a source. The parser leaves a byte order mark out of every span.
    pub fn new(file: FileId, name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { file, name: name.into(), text: text.into(), lines: Arc::default() }
    }

    /// Returns the index of the lines.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
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

/// The distance of marks in bytes. Without marks inside of a line, each place in a file with one
/// long line would count all characters before it.
const STEP: usize = 256;

/// A known offset of a text, in every unit.
#[derive(Clone, Copy, Debug)]
struct Mark {
    byte: usize,
    /// The offset in UTF-16 code units, which browsers use.
    utf16: usize,
    position: Position,
}

/// The start of each line and some offsets inside of long lines, to find a place by binary search.
#[derive(Clone, Debug)]
pub struct LineIndex {
    marks: Vec<Mark>,
}

impl LineIndex {
    /// Finds the line starts of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut mark = Mark { byte: 0, utf16: 0, position: Position { line: 1, column: 1 } };
        let (mut marks, mut last) = (vec![mark], 0);
        for (at, c) in text.char_indices() {
            mark.byte = at;
            if at >= last + STEP {
                marks.push(mark);
                last = at;
            }
            mark.utf16 += c.len_utf16();
            mark.position.column = mark.position.column.saturating_add(1);
            if c == '\n' {
                mark.byte = at + 1;
                mark.position = Position { line: mark.position.line.saturating_add(1), column: 1 };
                marks.push(mark);
                last = at + 1;
            }
        }
        Self { marks }
    }

    /// Returns the line and column of a byte offset of `text`. An offset after the end counts as
    /// the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let (mark, between) = self.before(text, offset);
        let columns = u32::try_from(between.chars().count()).unwrap_or(u32::MAX);
        let Position { line, column } = mark.position;
        Position { line, column: column.saturating_add(columns) }
    }

    /// Returns the byte offset of a UTF-16 offset of `text`. An offset inside a character counts as
    /// its end, and an offset after the end as the end.
    #[must_use]
    pub fn byte(&self, text: &str, utf16: usize) -> usize {
        let mark = self.marks[self.marks.partition_point(|mark| mark.utf16 <= utf16) - 1];
        let mut at = mark.utf16;
        let rest = &text[mark.byte..];
        let inside = rest.char_indices().find(|(_, c)| {
            let reached = at >= utf16;
            at += c.len_utf16();
            reached
        });
        mark.byte + inside.map_or(rest.len(), |(byte, _)| byte)
    }

    /// Returns the UTF-16 offset of a byte offset of `text`.
    #[must_use]
    pub fn utf16(&self, text: &str, offset: usize) -> usize {
        let (mark, between) = self.before(text, offset);
        mark.utf16 + between.chars().map(char::len_utf16).sum::<usize>()
    }

    /// Returns the last mark before an offset, and the text between both.
    fn before<'t>(&self, text: &'t str, offset: usize) -> (Mark, &'t str) {
        let offset = offset.min(text.len());
        let mark = self.marks[self.marks.partition_point(|mark| mark.byte <= offset) - 1];
        (mark, text.get(mark.byte..offset).unwrap_or_default())
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
    fn offsets_of_a_long_line_are_exact() {
        let text = format!("a\n{}ü", "é🦀x".repeat(500));
        let index = LineIndex::new(&text);
        let mut utf16 = 0;
        for (column, (at, c)) in text.char_indices().enumerate().skip(2) {
            utf16 = utf16.max(2);
            let expected = Position { line: 2, column: column as u32 - 1 };
            assert_eq!(index.position(&text, at), expected);
            assert_eq!(index.utf16(&text, at), utf16);
            assert_eq!(index.byte(&text, utf16), at);
            utf16 += c.len_utf16();
        }
    }

    #[test]
    fn an_offset_after_the_end_counts_as_the_end() {
        let index = LineIndex::new("a\n");
        assert_eq!(index.position("a\n", 99), Position { line: 2, column: 1 });
    }
}
