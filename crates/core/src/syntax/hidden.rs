//! Characters from word processors, chats and web pages that look like others, or are invisible.

use crate::diagnostic::{Applicability, Diagnostic};
use crate::rule::rule;
use crate::source::Source;
use crate::span::Span;

rule! {
    /// The value is in curly quotes. YAML reads them as a part of the text.
    ///
    /// Word processors and chats replace straight quotes with curly quotes.
    pub static CURLY_QUOTES: Warning {
        fix: "Use straight quotes.",
        bad: Module("env_vars:\n  GREETING: “hello”\n"),
        good: Module("env_vars:\n  GREETING: \"hello\"\n"),
    }
}

rule! {
    /// A line is indented with no-break spaces, or a no-break space follows a key.
    ///
    /// YAML accepts only ordinary spaces there. Web pages and chats often copy no-break spaces.
    pub static NO_BREAK_SPACE: Error {
        fix: "Replace the character with a space.",
        bad: Module("env_vars:\n\u{a0}\u{a0}MODE: fast\n"),
        good: Module("env_vars:\n  MODE: fast\n"),
    }
}

rule! {
    /// The text contains an invisible character, such as a direction mark.
    ///
    /// The character is a part of the value, so the value differs from what you see.
    pub static INVISIBLE_CHARACTER: Warning {
        fix: "Remove the character.",
        bad: Module("healthcheck_path: /health\u{200e}\n"),
        good: Module("healthcheck_path: /health\n"),
    }
}

/// Reports the characters of a text, and removes the diagnostics that they cause.
pub(super) fn check(source: &Source, diagnostics: &mut Vec<Diagnostic>) {
    // Most texts need no search.
    if source.text.is_ascii() {
        return;
    }
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        if !line.is_ascii() && !line.trim_start().starts_with('#') {
            check_line(source, line, start, diagnostics);
        }
        start += line.len();
    }
}

fn check_line(source: &Source, line: &str, start: usize, diagnostics: &mut Vec<Diagnostic>) {
    let span = |at: usize, length: usize| Span::new(source.file, start + at, start + at + length);
    if let Some((at, spaces)) = no_break_spaces(line) {
        let end = u32::try_from(start + line.len()).unwrap_or(u32::MAX);
        diagnostics.retain(|found| !(start as u32..end).contains(&found.span.start));
        let message = "found a no-break space, expected a space";
        let new = " ".repeat(spaces.chars().count());
        let diagnostic = Diagnostic::new(&NO_BREAK_SPACE, span(at, spaces.len()), "", message)
            .help("replace the character with a space")
            .fix(Applicability::Safe, "change to spaces", span(at, spaces.len()), new);
        diagnostics.push(diagnostic);
        return;
    }
    let quotes = curly_quotes(line);
    for &(at, quoted, inner) in &quotes {
        let place = span(at, quoted.len());
        // The parser reads the value as several ones, or reports its colon.
        diagnostics.retain(|found| !(place.start..place.end).contains(&found.span.start));
        let message = "the value is in curly quotes, which are a part of the text in YAML";
        let written = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
        let title = format!("change to `{written}`");
        let diagnostic = Diagnostic::new(&CURLY_QUOTES, place, "", message)
            .help("use straight quotes")
            .fix(Applicability::Safe, title, place, written);
        diagnostics.push(diagnostic);
    }
    if !quotes.is_empty() {
        return;
    }
    let hidden = line.char_indices().find(|(at, c)| is_invisible(*c) && start + at > 0);
    if let Some((at, c)) = hidden {
        let message = format!("the text contains the invisible character `{}`", c.escape_unicode());
        let diagnostic = Diagnostic::new(&INVISIBLE_CHARACTER, span(at, c.len_utf8()), "", message)
            .help("remove the character")
            .fix(Applicability::Safe, "remove it", span(at, c.len_utf8()), "");
        diagnostics.push(diagnostic);
    }
}

const fn is_no_break_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Returns the spaces that YAML does not accept: in the indentation, or after `-` or `key:`.
fn no_break_spaces(line: &str) -> Option<(usize, &str)> {
    let is_space = |c: char| c == ' ' || c == '-' || is_no_break_space(c);
    let run = |at: usize| {
        let rest = &line[at..];
        let end = rest.find(|c: char| !is_no_break_space(c)).unwrap_or(rest.len());
        (at, &rest[..end])
    };
    let content = line.find(|c: char| !is_space(c)).unwrap_or(line.len());
    if let Some(at) = line[..content].find(is_no_break_space) {
        return Some(run(at));
    }
    let after_key = line[content..].find(':').map(|colon| content + colon + 1)?;
    let is_key =
        line[content..after_key - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    line[after_key..].starts_with(is_no_break_space).then(|| run(after_key)).filter(|_| is_key)
}

/// Returns the values of a line that are in curly quotes, and the texts between them.
///
/// Such a value starts where YAML expects a value, and ends where YAML expects its end.
fn curly_quotes(line: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].find(is_quote).map(|start| at + start) {
        let open = line[start..].chars().next().map_or(0, char::len_utf8);
        at = start + open;
        if !starts_value(&line[..start]) {
            continue;
        }
        let ends = line[at..].match_indices(is_quote).map(|(end, quote)| (at + end, quote.len()));
        let close = { ends }.find(|(end, length)| ends_value(&line[end + length..]));
        let Some((end, length)) = close else { continue };
        found.push((start, &line[start..end + length], &line[at..end]));
        at = end + length;
    }
    found
}

const fn is_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»')
}

/// Whether a value can start after a part of a line.
fn starts_value(before: &str) -> bool {
    let trimmed = before.trim_end();
    let is_spaced = trimmed.len() < before.len() || trimmed.is_empty();
    match trimmed.chars().next_back() {
        None | Some('[' | '{' | ',') => true,
        Some(':') => is_spaced,
        Some('-') => {
            is_spaced && trimmed.trim_start().bytes().all(|byte| byte == b'-' || byte == b' ')
        }
        Some(_) => false,
    }
}

/// Whether a value can end before the rest of a line.
fn ends_value(after: &str) -> bool {
    let rest = after.trim();
    let is_comment = after.starts_with(' ') && rest.starts_with('#');
    rest.is_empty() || is_comment || rest.starts_with([',', ']', '}'])
}

/// Whether a character is a direction mark or has no width.
pub(super) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}
