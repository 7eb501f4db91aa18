//! Shows characters that a terminal would execute, or that hide or reorder text.

use std::borrow::Cow;

/// Returns a text of several lines with escapes like `\u{202e}` instead of control characters and
/// bidirectional marks. Line breaks and tabs stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| if matches!(c, '\n' | '\t') { None } else { escape(c) })
}

/// Returns a text as one line: like [`visible`], but with escapes for line breaks and tabs too.
#[must_use]
pub fn visible_line(text: &str) -> Cow<'_, str> {
    escaped(text, escape)
}

/// Returns a JSON document with the escapes of JSON instead of the characters that [`visible`]
/// escapes. Its value is the same.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    // JSON has no other control characters: its writers escape them. Most documents need no copy.
    if json.is_ascii() && !json.contains('\u{7f}') {
        return Cow::Borrowed(json);
    }
    escaped(json, |c| {
        if matches!(c, '\n' | '\t' | '\r') || !is_hidden(c) {
            return None;
        }
        let mut units = [0; 2];
        Some(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect())
    })
}

/// Whether a character is a control character, a bidirectional mark or a line separator, or has no
/// glyph at all.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn escape(c: char) -> Option<String> {
    match c {
        '\n' | '\r' | '\t' => Some(c.escape_default().to_string()),
        c if is_hidden(c) => Some(c.escape_unicode().to_string()),
        _ => None,
    }
}

fn escaped(text: &str, escape: impl Fn(char) -> Option<String>) -> Cow<'_, str> {
    let is_other = |byte: u8| !(b' '..=b'~').contains(&byte);
    // Most texts need no copy.
    if !text.bytes().any(is_other) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_other) {
        // Bytes before the first other byte are ASCII, so a character starts here.
        let (printable, other) = rest.split_at(at);
        result.push_str(printable);
        let mut chars = other.chars();
        if let Some(c) = chars.next() {
            match escape(c) {
                Some(escape) => result.push_str(&escape),
                None => result.push(c),
            }
        }
        rest = chars.as_str();
    }
    result.push_str(rest);
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_marks_are_escaped() {
        let check = |text, expected| assert_eq!(visible(text), expected, "{expected}");
        check("größe 日本 👍\n\tb", "größe 日本 👍\n\tb");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("a\rb", "a\\rb");
        check("a\u{202e}b\u{2066}c\u{200f}", "a\\u{202e}b\\u{2066}c\\u{200f}");
        check("\u{7f}\u{9b}2J", "\\u{7f}\\u{9b}2J");
        check("a\u{feff}\u{2028}\u{200b}", "a\\u{feff}\\u{2028}\\u{200b}");
    }

    #[test]
    fn a_line_has_no_line_breaks() {
        assert_eq!(visible_line("shop\r\u{1b}[31m\n\t"), "shop\\r\\u{1b}[31m\\n\\t");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({ "a\u{202e}": "\u{9b}\u{e0041}x\n\u{7f}" });
        let json = visible_json(&value.to_string()).into_owned();
        assert!(json.is_ascii(), "{json}");
        let parsed: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(parsed, value);
    }
}
