//! Decides how a text is written in YAML, so that each parser of YAML 1.1 and 1.2 reads it as a
//! text.

use super::hidden::is_invisible;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes, with escapes.
    Double,
    /// As a block, line by line.
    Literal,
}

impl ScalarStyle {
    /// Returns the style of a text.
    pub(super) fn of(text: &str) -> Self {
        if text.contains('\n') && is_literal(text) { Self::Literal } else { Self::of_line(text) }
    }

    /// Returns the style of a text that must be on one line, such as a key.
    pub(super) fn of_line(text: &str) -> Self {
        if is_plain(text) {
            Self::Plain
        } else if text.chars().any(needs_escape) {
            Self::Double
        } else {
            Self::Single
        }
    }
}

/// Whether a text needs no quotes. If in doubt, it does: quotes never do harm.
pub(super) fn is_plain(text: &str) -> bool {
    /// The texts that start with a letter and that a parser reads as another type.
    const WORDS: [&str; 12] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "inf", "nan"];
    let Some(first) = text.chars().next() else { return false };
    // Other characters start a number, a date or a structure.
    let starts_text = match first {
        '0'..='9' => {
            let is_date = text.as_bytes().get(4) == Some(&b'-');
            text.chars().any(is_no_number) && !text.contains(' ') && !is_date
        }
        _ if first.is_ascii() => first.is_ascii_alphabetic() || matches!(first, '/' | '$' | '('),
        _ => true,
    };
    let is_word = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    starts_text && stays_one_text(text) && (text.len() > 5 || !is_word())
}

/// Whether a character is in no number, date or time of any parser. Numbers have the letters of
/// hexadecimal digits, `x`, `o` and `e`; times have `T` and `Z`.
fn is_no_number(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), '/' | '%' | 'g'..='n' | 'p'..='s' | 'u'..='w' | 'y')
}

/// Whether no part of a text separates a key from its value, starts a comment or needs an escape.
fn stays_one_text(text: &str) -> bool {
    let mut before = '\n';
    for c in text.chars() {
        let is_separator = matches!((before, c), (':', ' ') | (' ', '#'));
        let is_allowed = is_printable_ascii(c) || !(c.is_whitespace() || needs_escape(c));
        if is_separator || !is_allowed {
            return false;
        }
        before = c;
    }
    !matches!(before, ':' | ' ')
}

/// Whether a text of several lines can be written as a block that no parser misreads.
fn is_literal(text: &str) -> bool {
    let first = text.split('\n').find(|line| !line.is_empty());
    // A first line that starts with white space needs an indicator, which parsers misread.
    first.is_some_and(|line| !line.starts_with([' ', '\t']))
        && !text.chars().any(|c| !matches!(c, '\n' | '\t') && needs_escape(c))
}

/// Whether a character needs an escape: control characters, invisible characters, and those that
/// end a line in YAML 1.1 or are not allowed at all.
pub(super) fn needs_escape(c: char) -> bool {
    // Nearly all characters are ASCII, and the other checks take longer.
    !is_printable_ascii(c)
        && (c.is_control()
            || is_invisible(c)
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'))
}

const fn is_printable_ascii(c: char) -> bool {
    matches!(c, ' '..='~')
}
