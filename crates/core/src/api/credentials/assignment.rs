//! Credentials outside of YAML values: in comments, and as `NAME=value` inside of texts.

use super::name;
use super::suspect::Suspect;

/// The marks between a name and its value in a comment.
const COMMENT_MARKS: [char; 2] = [':', '='];

/// Searches the comments.
pub(super) fn search_comments(text: &str, found: &mut Vec<Suspect>) {
    for (start, line) in lines(text) {
        if let Some(comment) = comment_start(line) {
            let comment = Line { start: start + comment, text: &line[comment..] };
            comment.search_assignments(&COMMENT_MARKS, found);
            comment.search_variable(found);
        }
    }
}

/// Searches for `NAME=value`, for example in connection strings and arguments.
pub(super) fn search_texts(text: &str, found: &mut Vec<Suspect>) {
    for (start, line) in lines(text) {
        Line { start, text: line }.search_assignments(&['='], found);
    }
}

/// Returns the lines with their offsets.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |offset, line| {
        let start = *offset;
        *offset += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    })
}

/// Returns where the comment of a line starts. A `#` in a text counts too.
fn comment_start(line: &str) -> Option<usize> {
    line.match_indices('#')
        .map(|(at, _)| at)
        .find(|at| line[..*at].chars().next_back().is_none_or(|letter| letter.is_whitespace()))
}

/// A part of a line.
struct Line<'a> {
    /// Its first byte in the file.
    start: usize,
    text: &'a str,
}

impl Line<'_> {
    /// Searches for names with values.
    fn search_assignments(&self, marks: &[char], found: &mut Vec<Suspect>) {
        for (at, mark) in self.text.match_indices(marks) {
            let before = self.text[..at].trim_end_matches(['"', '\'', ' ']);
            let name = last_name(before);
            let is_prose = mark == ":" && has_more_words(&self.text[at + 1..]);
            let Some((from, value)) = value_after(&self.text[at + 1..]) else { continue };
            if !is_prose && name::is_credential(name, value) {
                self.push(at + 1 + from, value, name, found);
            }
        }
    }

    /// Searches for a variable in a comment: `{name: TOKEN, value: …}`.
    fn search_variable(&self, found: &mut Vec<Suspect>) {
        let field = |name: &str| {
            let (at, _) = self.text.match_indices(name).next()?;
            let from = at + name.len();
            value_after(&self.text[from..]).map(|(offset, value)| (from + offset, value))
        };
        if let Some((_, name)) = field("name:")
            && let Some((at, value)) = field("value:")
            && name::is_credential(name, value)
        {
            self.push(at, value, name, found);
        }
    }

    fn push(&self, at: usize, value: &str, name: &str, found: &mut Vec<Suspect>) {
        let start = self.start + at;
        found.push(Suspect { start, end: start + value.len(), key: name.to_owned() });
    }
}

/// Returns the name at the end of a text.
fn last_name(text: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let start = text.len() - text.chars().rev().take_while(|letter| is_part(*letter)).count();
    text[start..].trim_start_matches(['-', '.'])
}

/// Returns the value at the start of a text, without quotes, and its offset.
fn value_after(text: &str) -> Option<(usize, &str)> {
    let spaces = text.len() - text.trim_start_matches(' ').len();
    let rest = &text[spaces..];
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''));
    if let Some(quote) = quote {
        let value = rest[1..].split(quote).next()?;
        return Some((spaces + 1, value));
    }
    let ends = |letter: char| letter.is_whitespace() || ",;&)}]\"'`".contains(letter);
    let value = rest.split(ends).next().filter(|value| !value.is_empty())?;
    Some((spaces, value))
}

/// Whether a value is followed by more words, as in a sentence.
fn has_more_words(text: &str) -> bool {
    let rest = text.trim();
    let is_quoted = rest.starts_with(['"', '\'']);
    let mut words = rest.split_whitespace();
    let first = words.next().unwrap_or_default();
    !is_quoted
        && !first.ends_with([',', ';', '}'])
        && words.next().is_some_and(|next| !next.starts_with('#'))
}
