//! Generates texts that look like YAML files. Many are valid, some are not.
//!
//! Some forms are left out, because Optakit reads them differently on purpose: a quoted text with
//! lines that are not indented more than its key, a comment directly after a closing quote, a byte
//! order mark or U+0085 inside the text, `?x` and `x:` in brackets, and numbers with underscores.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;

/// The longest list of decisions about one text. Later decisions take the first option.
const DECISIONS: usize = 120;
const MAX_DEPTH: usize = 3;

const WORDS: &[&str] = &[
    "a",
    "b c",
    "x:y",
    "a#b",
    "- x",
    "-1",
    "-x",
    "yes",
    "No",
    "on",
    "null",
    "~",
    "Null",
    "true",
    "1",
    "007",
    "0x1f",
    "0o17",
    "1e3",
    "1.50",
    ".5",
    "+1",
    ".inf",
    ".nan",
    "2024-01-01",
    "12:30",
    "1:30:00",
    "a\\",
    "\\n",
    "é",
    "😀",
    "\u{a0}x",
    "x\u{2028}y",
    "a\tb",
    "=",
    "<",
    "a,b",
    "http://x/y#z",
    "$(A)",
    "${B}",
    "a'b",
    "a\"b",
    "x!",
    "x&y",
    "x*",
    "a|b",
    "a>b",
    "%x",
    "50%",
    "?x",
    ":x",
    "x:",
    "{a}",
    "[1]",
    "--",
    "---x",
    "...",
    "@x",
    "`x",
    "!x",
    "a # b",
    "a: b",
];
const KEYS: &[&str] = &[
    "a", "b", "c", "name", "a-b", "a.b", "a b", "1", "true", "null", "é", "\"q\"", "'s'",
    "\"x: y\"", "yes", "1.5", "~", "-a", "a:b", "$x", "<<", "? k", "d\t", "a#b", "!!str t",
];
const AFTER_VALUE: &[&str] = &["", "", "", "", " ", "  ", " # c", "\t", "\t# c", " #", " # a: b"];
const BETWEEN: &[&str] = &["", "", "", "", "", "\n", "# c\n", "  # c\n", "   \n", "\t\n", "\n\n"];
const ESCAPES: &[&str] = &[
    "\\n",
    "\\t",
    "\\\\",
    "\\\"",
    "\\x41",
    "\\u00e9",
    "\\U0001F600",
    "\\/",
    "\\e",
    "\\ ",
    "\\_",
    "\\N",
    "\\0",
    "\\q",
    "a",
    " ",
    "b c",
    "#",
    ": ",
    "'",
];
const BLOCK_HEADERS: &[&str] =
    &["|", ">", "|-", ">-", "|+", ">+", "|2", ">1", "|-2", ">2-", "| # c", "|\t", ">-  ", "|9"];
const BLOCK_LINES: &[&str] = &[
    "one",
    "two words",
    "- x",
    "# no comment",
    "",
    "a: b",
    "\tt",
    " deeper",
    "  far",
    "end ",
    "'",
];
const PROPERTIES: &[&str] =
    &["!!str ", "!!int ", "&a ", "&b ", "!!null ", "! ", "!x ", "&a !!str "];

/// Returns a strategy for texts.
pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(any::<u8>(), DECISIONS).prop_map(|bytes| Writer { bytes, next: 0 }.file())
}

/// Writes one text. Bytes decide about each of its parts.
struct Writer {
    bytes: Vec<u8>,
    next: usize,
}

impl Writer {
    /// Returns a number below a limit.
    fn below(&mut self, limit: usize) -> usize {
        let byte = self.bytes.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        usize::from(byte) % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    fn word(&mut self) -> &'static str {
        if self.one_in(4) { self.pick(WORDS) } else { self.pick(&["a", "b c", "1", "x-y", "/p"]) }
    }

    fn file(&mut self) -> String {
        let start = self.pick(&[
            "",
            "",
            "",
            "",
            "# c\n",
            "---\n",
            "\u{feff}",
            "--- # c\n",
            "%YAML 1.2\n---\n",
        ]);
        let mut text = format!("{start}{}", self.map(0));
        text.push_str(self.pick(&["", "", "", "", "...\n", "---\n", "\n# c", "\n\n"]));
        if self.one_in(12) { text.replace('\n', "\r\n") } else { text }
    }

    /// Returns the lines of a map.
    fn map(&mut self, indent: usize) -> String {
        let mut text = String::new();
        // Both readers reject a key that is there twice, but not beside `<<`.
        let mut used = BTreeSet::new();
        for number in 0..=self.below(4) {
            text.push_str(self.pick(BETWEEN));
            let odd = if self.one_in(4) { Some(self.pick(KEYS)) } else { None };
            let key = odd.filter(|key| used.insert(*key));
            let key = key.map_or_else(|| format!("k{number}"), str::to_owned);
            text.push_str(&format!("{:indent$}{key}:{}", "", self.value(indent)));
        }
        text
    }

    /// Returns the lines of a list.
    fn list(&mut self, indent: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(3) {
            text.push_str(self.pick(BETWEEN));
            let inner = indent + 2;
            let entry = match self.below(5) {
                0 if inner <= 2 * MAX_DEPTH => self.map(inner).trim_start().to_owned(),
                1 if inner <= 2 * MAX_DEPTH => self.list(inner).trim_start().to_owned(),
                _ => self.value(indent).trim_start_matches(' ').to_owned(),
            };
            text.push_str(&format!("{:indent$}- {entry}", ""));
        }
        text
    }

    /// Returns what follows the `:` of a key, with the end of the line.
    fn value(&mut self, indent: usize) -> String {
        let is_deep = indent >= 2 * MAX_DEPTH;
        let property = if self.one_in(16) { self.pick(PROPERTIES) } else { "" };
        match self.below(10) {
            0 if !is_deep => {
                let start = self.pick(&["", "", "# c", "&m", "!!map"]);
                format!(" {start}\n{}", self.map(indent + 2))
            }
            1 if !is_deep => {
                let more = self.pick(&["", "", "  "]).len();
                let start = self.pick(&["", "", "# c", "&l", "!!seq"]);
                format!(" {start}\n{}", self.list(indent + more))
            }
            2 => format!(" {property}{}", self.block(indent)),
            3 => {
                let anchor = self.pick(&["", "", "", "&f "]);
                format!(" {anchor}{}{}\n", self.flow(indent, 0), self.pick(AFTER_VALUE))
            }
            4 => format!("{}\n", self.pick(&["", " ", " *a", " *b", " # c", "\t"])),
            _ => {
                let space = self.pick(&[" ", " ", " ", "  ", "\t", " \t"]);
                let on_next_line = self.one_in(12);
                let space =
                    if on_next_line { format!("\n{:1$}", "", indent + 2) } else { space.into() };
                let scalar = self.scalar(indent);
                format!("{space}{property}{scalar}{}\n", self.pick(AFTER_VALUE))
            }
        }
    }

    /// Returns a text with or without quotes, over one or several lines.
    fn scalar(&mut self, indent: usize) -> String {
        let line = format!("\n{:1$}", "", indent + 1 + self.below(3));
        match self.below(8) {
            0 => {
                let parts: String = (0..self.below(4)).map(|_| self.pick(ESCAPES)).collect();
                let fold = if self.one_in(4) {
                    format!("{}{line}x", self.pick(&["", "\\", "\n"]))
                } else {
                    String::new()
                };
                format!("\"{parts}{fold}\"")
            }
            1 => {
                let word = self.word().replace('\'', "''");
                let fold = if self.one_in(4) {
                    format!("{}{line}x", self.pick(&["", "\n"]))
                } else {
                    String::new()
                };
                format!("'{word}{fold}'")
            }
            2 => format!("\"{}\"", self.word().replace('\\', "\\\\").replace('"', "\\\"")),
            3 => {
                let (first, second) = (self.word(), self.word());
                format!("{first}{}{line}{second}", self.pick(&["", "", "\n", " "]))
            }
            _ => self.word().to_owned(),
        }
    }

    /// Returns a block scalar, without the last line break of its header's line.
    fn block(&mut self, indent: usize) -> String {
        let mut text = format!("{}\n", self.pick(BLOCK_HEADERS));
        let inner = indent + 1 + self.below(3);
        let first = self.pick(&["one", "- x", "a: b", "'"]);
        text.push_str(&format!("{:inner$}{first}\n", ""));
        for _ in 0..self.below(4) {
            text.push_str(&format!("{:inner$}{}\n", "", self.pick(BLOCK_LINES)));
        }
        text
    }

    /// Returns a map or list in brackets, over one or several lines.
    fn flow(&mut self, indent: usize, depth: usize) -> String {
        let is_map = self.one_in(2);
        let line = format!("\n{:1$}", "", indent + 1 + self.below(3));
        let space = |writer: &mut Self| match writer.below(6) {
            0 => " ".to_owned(),
            1 => line.clone(),
            2 => format!(" # c{line}"),
            _ => String::new(),
        };
        let mut text = (if is_map { "{" } else { "[" }).to_owned();
        let count = self.below(4);
        for number in 0..count {
            text.push_str(&space(self));
            let value = if depth < 2 && self.one_in(4) {
                self.flow(indent, depth + 1)
            } else {
                // In brackets, both readers accept `?x` as a key, and a colon before a comma.
                self.scalar(indent).replace("?x", "x").replace("x:", "x")
            };
            if is_map {
                let key =
                    if self.one_in(4) { self.pick(KEYS).to_owned() } else { format!("f{number}") };
                let gap = self.pick(&[": ", ": ", ":  "]);
                text.push_str(&format!("{key}{gap}{value}"));
            } else {
                text.push_str(&value);
            }
            text.push_str(&space(self));
            if number + 1 < count || self.one_in(5) {
                text.push(',');
            }
        }
        text.push_str(if self.one_in(6) { "\n" } else { "" });
        if text.ends_with('\n') {
            text.push_str(&" ".repeat(indent + self.below(2)));
        }
        text.push(if is_map { '}' } else { ']' });
        text
    }
}
