//! Finds the column that a line with the wrong indentation should start at.

use std::ops::Range;

use oneyaml::code::{
    BLOCK_COLLECTION_NOT_ALLOWED, INVALID_INDENTATION, MULTILINE_IMPLICIT_KEY, TAB_INDENTATION,
};

use super::compose::compose;
use super::diagnostics::syntax_error;
use super::lines::{line_end, line_start};
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::order::sort_by_rank;
use crate::source::Source;
use crate::span::Span;

/// By how many columns a map is deeper than its key.
const STEP: usize = 2;
/// The width of a tab in most programs.
const TAB: usize = 4;

/// Lines with the wrong indentation.
pub(super) struct Misplaced {
    /// The lines: the first one, those at the same column that follow it, and those below them.
    pub(super) lines: Range<usize>,
    /// The start of the text of the first line.
    text_start: usize,
    /// The column that the first line should start at, counted from 0.
    expected: usize,
    /// Whether no other column is possible.
    is_certain: bool,
}

impl Misplaced {
    /// Returns the lines that cause a syntax error, if their indentation is wrong.
    pub(super) fn find(source: &Source, text: &str, error: &oneyaml::Diagnostic) -> Option<Self> {
        let codes = [
            INVALID_INDENTATION,
            MULTILINE_IMPLICIT_KEY,
            TAB_INDENTATION,
            BLOCK_COLLECTION_NOT_ALLOWED,
        ];
        let at = error.primary.span.start.min(text.len());
        if !codes.contains(&error.code) {
            return None;
        }
        let line = Line::at(text, line_start(text, at))?;
        line.is_key_or_item().then_some(())?;
        let levels = Levels::before(text, line.start);
        let mut candidates: Vec<usize> = levels.candidates(&line);
        candidates.retain(|column| *column != line.column || line.has_tab);
        // Move as few lines as possible.
        let of_block = |with_neighbors| {
            let lines = block(text, &line, with_neighbors);
            let is_solved = |column: &&usize| is_solved(source, text, &lines, **column);
            let found: Vec<usize> = candidates.iter().filter(is_solved).copied().collect();
            let (expected, is_certain) = (*found.first()?, found.len() == 1);
            Some(Self { lines, text_start: line.text_start, expected, is_certain })
        };
        of_block(false)
            .or_else(|| Self::line_before(source, text, &line))
            .or_else(|| of_block(true))
    }

    /// Returns the lines, and those below the first one after it is moved.
    pub(super) fn with_children(&self, text: &str) -> Range<usize> {
        let mut end = self.lines.end;
        let opens = Line::at(text, self.lines.start).is_some_and(|line| line.opens());
        while opens && end < text.len() {
            let next = line_end(text, end + 1);
            if Line::at(text, end + 1).is_some_and(|line| line.column <= self.expected) {
                break;
            }
            end = next;
        }
        self.lines.start..end
    }

    /// Returns the line before, if this line is at the column of the lines above it.
    fn line_before(source: &Source, text: &str, line: &Line<'_>) -> Option<Self> {
        let before = Line::before(text, line.start)?;
        let above = Line::before(text, before.start)?;
        let expected = if above.key_column() == line.column { line.column } else { return None };
        let lines = before.start..line_end(text, before.start);
        let is_solved = before.column != expected && is_solved(source, text, &lines, expected);
        let text_start = before.text_start;
        is_solved.then_some(Self { lines, text_start, expected, is_certain: false })
    }

    /// Reports the lines, with a fix that moves them.
    pub(super) fn diagnostic(&self, source: &Source) -> Diagnostic {
        let start = self.lines.start;
        let found = self.text_start - start;
        let end = line_end(&source.text, self.text_start);
        let tail = source.text.get(self.text_start..end).unwrap_or_default().trim_end();
        let end = self.text_start + tail.len();
        let expected = self.expected + 1;
        let has_tab =
            source.text.get(start..self.text_start).is_some_and(|before| before.contains('\t'));
        let message = if has_tab {
            format!("the line is indented with a tab, expected {} spaces", self.expected)
        } else {
            format!("the line starts at column {}, expected column {expected}", found + 1)
        };
        let span = Span::new(source.file, self.text_start, end);
        let applicability =
            if self.is_certain { Applicability::Safe } else { Applicability::Unsafe };
        let edits = self.edits(source);
        syntax_error(span, message).help(format!("start the line at column {expected}")).fix_edits(
            applicability,
            format!("move it to column {expected}"),
            edits,
        )
    }

    fn edits(&self, source: &Source) -> Vec<TextEdit> {
        let first = Line::at(&source.text, self.lines.start);
        let found = first.map_or(self.expected, |line| line.shown_column);
        let edit = |line: Line<'_>| {
            // Lines below the first one keep their distance to it.
            let column = (self.expected + line.shown_column).saturating_sub(found);
            let span = Span::new(source.file, line.start, line.text_start);
            TextEdit { span, text: " ".repeat(column) }
        };
        starts(&source.text, &self.lines)
            .filter_map(|start| Line::at(&source.text, start))
            .map(edit)
            .collect()
    }
}

/// Whether a text has no error near the lines after they are moved to a column.
fn is_solved(source: &Source, text: &str, lines: &Range<usize>, column: usize) -> bool {
    let Some(first) = Line::at(text, lines.start) else { return false };
    let mut moved = text.get(..lines.start).unwrap_or_default().to_owned();
    for start in starts(text, lines) {
        let end = line_end(text, start);
        if let Some(line) = Line::at(text, start) {
            let column = (column + line.shown_column).saturating_sub(first.shown_column);
            moved.push_str(&" ".repeat(column));
            moved.push_str(text.get(line.text_start..end).unwrap_or_default());
        }
        moved.push('\n');
    }
    let rest = text.get(lines.end + 1..).unwrap_or_default();
    // The next line with text must have no error either.
    let next = moved.len() + rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
    moved.push_str(rest);
    let next_end = line_end(&moved, next.min(moved.len()));
    match compose(source, &moved, &[]) {
        Ok(_) => true,
        Err(error) => error.primary.span.start > next_end,
    }
}

/// Returns the first line with the lines below its key. Its neighbors are the lines that follow at
/// the same column.
fn block(text: &str, first: &Line<'_>, with_neighbors: bool) -> Range<usize> {
    let mut end = line_end(text, first.start);
    let mut takes_deeper = first.opens();
    let mut at = end + 1;
    while at < text.len() {
        let line_end = line_end(text, at);
        if let Some(line) = Line::at(text, at) {
            let is_same = with_neighbors
                && line.shown_column == first.shown_column
                && line.has_tab == first.has_tab;
            if !(is_same || takes_deeper && line.shown_column > first.shown_column) {
                break;
            }
            if is_same {
                takes_deeper = line.opens();
            }
            end = line_end;
        }
        at = line_end + 1;
    }
    first.start..end
}

/// Returns the starts of the lines in a range.
fn starts<'a>(text: &'a str, lines: &Range<usize>) -> impl Iterator<Item = usize> + use<'a> {
    let (first, end) = (lines.start, lines.end);
    std::iter::successors(Some(first), move |start| {
        let next = line_end(text, *start) + 1;
        (next < end).then_some(next)
    })
}

/// A line with text that is not a comment.
struct Line<'a> {
    start: usize,
    text_start: usize,
    /// The column of the text, counted from 0.
    column: usize,
    /// The column that most programs show.
    shown_column: usize,
    has_tab: bool,
    /// The text without a comment and without white space at its ends.
    content: &'a str,
}

impl<'a> Line<'a> {
    fn at(text: &'a str, start: usize) -> Option<Self> {
        let line = text.get(start..line_end(text, start))?;
        let trimmed = line.trim_start_matches([' ', '\t']);
        let column = line.len() - trimmed.len();
        let content = trimmed.find(" #").map_or(trimmed, |comment| &trimmed[..comment]).trim_end();
        let has_tab = line[..column].contains('\t');
        let shown_column = line[..column].bytes().fold(0, |column, byte| match byte {
            b'\t' => (column / TAB + 1) * TAB,
            _ => column + 1,
        });
        let is_text = !content.is_empty() && !content.starts_with('#');
        let text_start = start + column;
        is_text.then_some(Self { start, text_start, column, shown_column, has_tab, content })
    }

    /// Returns the last line with text before an offset.
    fn before(text: &'a str, offset: usize) -> Option<Self> {
        let mut offset = offset;
        while offset > 0 {
            offset = line_start(text, offset - 1);
            if let Some(line) = Self::at(text, offset) {
                return Some(line);
            }
        }
        None
    }

    fn is_item(&self) -> bool {
        self.content == "-" || self.content.starts_with("- ")
    }

    fn is_key_or_item(&self) -> bool {
        let is_name = |key: &str| {
            !key.is_empty()
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
        };
        let key = self.content.split_once(':');
        self.is_item()
            || key.is_some_and(|(key, rest)| {
                is_name(key) && (rest.is_empty() || rest.starts_with(' '))
            })
    }

    /// Whether the line has a key without a value, so that deeper lines can follow.
    fn opens(&self) -> bool {
        self.content.ends_with(':') || self.is_item()
    }

    /// Returns the column of the key, which can follow a dash.
    fn key_column(&self) -> usize {
        if !self.is_item() {
            return self.column;
        }
        let after = self.content.trim_start_matches(['-', ' ']);
        self.column + self.content.len() - after.len()
    }
}

/// The columns at which a line can start.
struct Levels {
    keys: Vec<usize>,
    items: Vec<usize>,
    /// The column of a key without a value on the line before.
    open: Option<usize>,
}

impl Levels {
    /// Returns the columns of the open maps and lists before an offset.
    fn before(text: &str, offset: usize) -> Self {
        let mut levels = Self { keys: Vec::new(), items: Vec::new(), open: None };
        let Some(last) = Line::before(text, offset) else { return levels };
        if last.content.ends_with(':') {
            levels.open = Some(last.key_column());
        }
        let mut lowest = usize::MAX;
        let mut line = Some(last);
        while let Some(current) = line {
            if current.key_column() < lowest {
                levels.keys.push(current.key_column());
            }
            if current.is_item() && current.column < lowest {
                levels.items.push(current.column);
            }
            lowest = lowest.min(current.column);
            line = if lowest == 0 { None } else { Line::before(text, current.start) };
        }
        levels
    }

    /// Returns the columns at which a line can start, the most likely first.
    fn candidates(&self, line: &Line<'_>) -> Vec<usize> {
        let levels = if line.is_item() { &self.items } else { &self.keys };
        let mut found: Vec<usize> = levels.clone();
        let distance = |column: &usize| column.abs_diff(line.shown_column);
        sort_by_rank(&mut found, |column| [distance(column), usize::MAX - column, 0]);
        if let Some(open) = self.open {
            found.insert(0, open + STEP);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "modules:\n  - type: x\n    port:\n      http: 1\n    # end\n\n    env:\n";

    /// Checks the columns of the keys and of the items before the end, from the innermost one.
    fn check(text: &str, keys: &[usize], items: &[usize], open: Option<usize>) {
        let levels = Levels::before(text, text.len());
        assert_eq!((&*levels.keys, &*levels.items, levels.open), (keys, items, open), "{text}");
    }

    #[test]
    fn a_line_can_start_at_the_columns_of_the_open_maps_and_lists() {
        check("", &[], &[], None);
        check("name: shop\n", &[0], &[], None);
        check("name: shop\nmodules:\n", &[0], &[], Some(0));
        check(TEXT, &[4, 0], &[2], Some(4));
        check("modules:\n  - type: x\n", &[4, 0], &[2], None);
        check("a:\n    b: 1\n  c: 1\n", &[2, 0], &[], None);
        check("- a\n- - b\n", &[4], &[0], None);
    }

    #[test]
    fn the_nearest_column_is_the_most_likely() {
        let candidates = |text: &str, line: &str| {
            let line = Line::at(line, 0).expect("the line has text");
            Levels::before(text, text.len()).candidates(&line)
        };
        assert_eq!(candidates("modules:\n  - type: x\n", "   name: y"), [4, 0]);
        assert_eq!(candidates("modules:\n  - type: x\n", " name: y"), [0, 4]);
        assert_eq!(candidates("modules:\n  - type: x\n", " - type: y"), [2]);
        assert_eq!(candidates("modules:\n", "   - type: y"), [2]);
        assert_eq!(candidates(TEXT, "     name: y"), [6, 4, 0]);
    }
}
