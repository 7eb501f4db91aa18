//! Writes the events of the parser with new indentation.

use oneyaml_syntax::event::{
    CollectionStyle, EventKind, Indicator, ScalarStyle, Sourced, TriviaKind,
};

use super::levels::{BlockKind, Levels};

/// A line without content. Its column depends on the line with content after it.
enum Held<'a> {
    Blank { line_break: &'a str },
    Comment { column: usize, text: &'a str, line_break: &'a str },
}

/// Writes a formatted text.
pub(super) struct Writer<'a> {
    text: &'a str,
    out: String,
    levels: Levels,
    held: Vec<Held<'a>>,
    /// The start of the line in the text.
    line: usize,
    /// Whether the line has no content yet.
    is_line_start: bool,
    /// White space that is not written yet.
    space: &'a str,
    /// Whether the last token is a dash, or another indicator that one space follows.
    is_after_indicator: bool,
    /// Whether the last header of a block scalar has a `+`: its line breaks at the end count.
    header_keeps_end: bool,
    /// Whether the line breaks at the end of the text belong to the last value.
    keeps_end: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            out: String::with_capacity(text.len()),
            levels: Levels::default(),
            held: Vec::new(),
            line: 0,
            is_line_start: true,
            space: "",
            is_after_indicator: false,
            header_keeps_end: false,
            keeps_end: false,
        }
    }

    /// Writes an event. The spans of all events cover the text.
    pub(super) fn write(&mut self, event: &Sourced<'a>) {
        let span = event.span();
        let slice = self.text.get(span.start..span.end).unwrap_or_default();
        let column = span.start - self.line;
        match event.kind() {
            EventKind::Trivia(trivia) => self.trivia(trivia, slice, column),
            EventKind::MappingStart { style: CollectionStyle::Block, .. } => {
                self.levels.open_block(BlockKind::Mapping { nodes: 0 }, column);
            }
            EventKind::SequenceStart { style: CollectionStyle::Block, .. } => {
                self.levels.open_block(BlockKind::Sequence, column);
            }
            EventKind::MappingStart { .. } | EventKind::SequenceStart { .. } => {
                if !slice.is_empty() {
                    self.node(slice, column);
                }
                self.levels.open_flow();
            }
            EventKind::MappingEnd | EventKind::SequenceEnd => {
                if !slice.is_empty() {
                    self.token(slice, column, self.levels.shifted(column));
                }
                self.levels.close();
            }
            EventKind::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } => {
                self.block_scalar(slice, span.start);
                self.levels.add_node();
            }
            EventKind::Scalar { .. } | EventKind::Alias => {
                if !slice.is_empty() {
                    self.scalar(slice, column, span.start);
                }
                self.levels.add_node();
            }
            EventKind::DocumentStart { .. }
            | EventKind::DocumentEnd { .. }
            | EventKind::Directive(_)
                if !slice.is_empty() =>
            {
                self.token(slice, column, 0);
            }
            _ => {}
        }
    }

    fn trivia(&mut self, trivia: &TriviaKind, slice: &'a str, column: usize) {
        match trivia {
            TriviaKind::Whitespace => self.space = slice,
            TriviaKind::LineBreak => self.line_break(slice, column),
            TriviaKind::Comment if self.is_line_start => {
                let text = slice.trim_end();
                self.held.push(Held::Comment { column, text, line_break: "" });
            }
            TriviaKind::Comment => {
                self.out.push_str(std::mem::take(&mut self.space));
                self.out.push_str(slice.trim_end());
            }
            TriviaKind::Indicator(Indicator::SequenceEntry | Indicator::MappingKey) => {
                self.indicator(slice, column);
            }
            TriviaKind::Indicator(Indicator::MappingValue)
                if self.is_line_start && !self.levels.is_in_flow() =>
            {
                self.indicator(slice, column);
            }
            TriviaKind::Anchor | TriviaKind::Tag => self.node(slice, column),
            TriviaKind::ByteOrderMark => {
                self.out.push_str(slice);
                self.line += slice.len();
            }
            TriviaKind::BlockScalarHeader => {
                self.header_keeps_end = slice.contains('+');
                self.node(slice, column);
            }
            TriviaKind::DocumentEndMarker => self.token(slice, column, 0),
            _ => self.token(slice, column, self.levels.shifted(column)),
        }
    }

    fn line_break(&mut self, slice: &'a str, column: usize) {
        self.space = "";
        self.line += column + slice.len();
        if !self.is_line_start {
            self.out.push_str(slice);
        } else if let Some(Held::Comment { line_break, .. }) = self.held.last_mut()
            && line_break.is_empty()
        {
            *line_break = slice;
        } else {
            self.held.push(Held::Blank { line_break: slice });
        }
        self.is_line_start = true;
        self.is_after_indicator = false;
    }

    /// Writes an indicator that one space follows.
    fn indicator(&mut self, slice: &str, column: usize) {
        let after = if self.levels.is_in_flow() {
            self.levels.shifted(column)
        } else {
            self.levels.indicator_column()
        };
        self.token(slice, column, after);
        self.is_after_indicator = !self.levels.is_in_flow();
    }

    /// Writes the first token of a node.
    fn node(&mut self, slice: &str, column: usize) {
        let after = if self.levels.is_in_flow() {
            self.levels.shifted(column)
        } else {
            self.levels.node_column()
        };
        self.token(slice, column, after);
    }

    /// Writes a token. At the start of a line, it is at the column `after`.
    fn token(&mut self, slice: &str, column: usize, after: usize) {
        let space = std::mem::take(&mut self.space);
        if self.is_line_start {
            self.release(Some((column, after)));
            self.indent(after);
            self.is_line_start = false;
            self.levels.start_content();
        } else if self.is_after_indicator {
            self.out.push(' ');
        } else {
            self.out.push_str(space);
        }
        self.is_after_indicator = false;
        self.keeps_end = false;
        self.out.push_str(slice);
    }

    /// Writes a plain or quoted scalar, or an alias.
    fn scalar(&mut self, slice: &'a str, column: usize, start: usize) {
        let (first, rest) = slice.split_at(slice.find('\n').map_or(slice.len(), |end| end + 1));
        self.node(first, column);
        self.shift_lines(rest);
        self.skip_to_line_of(start + slice.len());
    }

    /// Writes the lines of a block scalar.
    fn block_scalar(&mut self, slice: &'a str, start: usize) {
        self.keeps_end = self.header_keeps_end;
        self.space = "";
        self.shift_lines(slice);
        self.skip_to_line_of(start + slice.len());
        self.is_line_start = self.out.ends_with('\n');
        self.levels.start_content();
    }

    /// Writes continuation lines. They keep their distance to the map or list around them.
    fn shift_lines(&mut self, lines: &str) {
        let (before, after) = self.levels.innermost().unwrap_or_default();
        for line in lines.split_inclusive('\n') {
            if after >= before {
                if !line.trim().is_empty() {
                    self.indent(after - before);
                }
                self.out.push_str(line);
            } else {
                let spaces = line.len() - line.trim_start_matches(' ').len();
                self.out.push_str(&line[spaces.min(before - after)..]);
            }
        }
    }

    /// Moves the start of the line in the text after a token with several lines.
    fn skip_to_line_of(&mut self, end: usize) {
        let before = self.text.get(..end).unwrap_or_default();
        self.line = before.rfind('\n').map_or(self.line, |at| self.line.max(at + 1));
    }

    /// Writes the lines without content before a token with these columns before and after.
    fn release(&mut self, next: Option<(usize, usize)>) {
        let is_in_flow = self.levels.is_in_flow();
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Blank { line_break } => self.out.push_str(line_break),
                Held::Comment { column, text, line_break } => {
                    let new = match next {
                        _ if is_in_flow => self.levels.shifted(column),
                        Some((before, after)) if before == column => after,
                        Some((_, after)) => self.levels.comment_column(column).unwrap_or(after),
                        None => self.levels.last_comment_column(column),
                    };
                    self.indent(new);
                    self.out.push_str(text);
                    self.out.push_str(line_break);
                }
            }
        }
    }

    fn indent(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    /// Returns the text, with one line break at its end.
    pub(super) fn finish(mut self) -> String {
        let keeps_end =
            self.keeps_end && !self.held.iter().any(|held| matches!(held, Held::Comment { .. }));
        self.release(None);
        if keeps_end {
            return self.out;
        }
        let length = self.out.trim_end_matches(['\n', '\r', ' ', '\t']).len();
        if length > 0 {
            let line_break = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
            self.out.truncate(length);
            self.out.push_str(line_break);
        }
        self.out
    }
}
