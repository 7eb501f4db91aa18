//! Finds the cursor inside braces and brackets on one line.

use super::position::{CursorKind, CursorStep};

/// The position at the end of a value.
pub(super) struct Flow {
    /// The keys and items of the open braces and brackets.
    pub(super) path: Vec<CursorStep>,
    pub(super) kind: CursorKind,
    /// The start of the last word.
    pub(super) word: usize,
    /// The number of open braces and brackets.
    pub(super) depth: usize,
    /// The other entries of the innermost map.
    pub(super) siblings: Vec<(String, String)>,
}

/// Finds the position at the end of a value.
pub(super) fn flow(value: &str) -> Flow {
    let mut scanner = Scanner::default();
    for (offset, c) in value.char_indices() {
        scanner.read(value, offset, c);
    }
    scanner.finish()
}

/// An open collection.
enum Open {
    /// A map with its complete entries and its last key.
    Map {
        entries: Vec<(String, String)>,
        key: Option<String>,
    },
    List,
}

#[derive(Default)]
struct Scanner {
    open: Vec<Open>,
    /// The start of the current word.
    word: usize,
    /// The quote that ends the current text.
    quote: Option<char>,
    /// Whether the value is a plain text, in which braces have no meaning.
    is_text: bool,
}

impl Scanner {
    /// Reads the character at an offset.
    fn read(&mut self, value: &str, offset: usize, c: char) {
        if let Some(quote) = self.quote {
            self.quote = (c != quote).then_some(quote);
            return;
        }
        let word = value[self.word..offset].trim().trim_matches(['"', '\'']).to_owned();
        let next = offset + c.len_utf8();
        match c {
            '"' | '\'' if word.is_empty() => self.quote = Some(c),
            '{' if word.is_empty() && !self.is_text => {
                self.open.push(Open::Map { entries: Vec::new(), key: None });
            }
            '[' if word.is_empty() && !self.is_text => self.open.push(Open::List),
            '}' | ']' if !self.open.is_empty() => drop(self.open.pop()),
            ':' if value[next..].is_empty() || value[next..].starts_with([' ', '[', '{']) => {
                self.end_key(word);
            }
            ',' => self.end_value(word),
            ' ' if !value[self.word..offset].trim().is_empty() => {
                self.is_text = self.open.is_empty();
                return;
            }
            ' ' => {}
            _ => return,
        }
        self.word = next;
    }

    fn end_key(&mut self, word: String) {
        match self.open.last_mut() {
            Some(Open::Map { key, .. }) => *key = Some(word),
            // `[db: [read]]` is a list with a map.
            Some(Open::List) => self.open.push(Open::Map { entries: Vec::new(), key: Some(word) }),
            None => {}
        }
    }

    fn end_value(&mut self, word: String) {
        if let Some(Open::Map { entries, key }) = self.open.last_mut()
            && let Some(key) = key.take()
        {
            entries.push((key, word));
        }
    }

    fn finish(self) -> Flow {
        let mut flow = Flow {
            path: Vec::new(),
            kind: CursorKind::Key,
            word: self.word,
            depth: self.open.len(),
            siblings: Vec::new(),
        };
        for collection in self.open {
            match collection {
                Open::List => {
                    flow.path.push(CursorStep::Item);
                    flow.kind = CursorKind::Key;
                }
                Open::Map { entries, key } => {
                    flow.siblings = entries;
                    flow.kind = if key.is_some() { CursorKind::Value } else { CursorKind::Key };
                    flow.path.extend(key.map(CursorStep::Key));
                }
            }
        }
        flow
    }
}
