//! Texts that need no quotes in YAML, for any version and schema.

/// The bytes that a word may contain.
const INSIDE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'/' | b'_');
        byte += 1;
    }
    table
};

/// Whether a text is a word: a letter or slash, then letters, digits, `-`, `.`, `/` and `_`. The
/// keywords of YAML are not words.
pub(super) fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'/')
        && bytes.iter().all(|byte| INSIDE[*byte as usize])
        && (bytes.len() > 5 || !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// Returns the lines of a text that can be a literal block; none if that is not certain.
///
/// The text must have at least two lines of visible ASCII, with single spaces inside, and end with
/// a line break. Certificates are such texts.
pub(super) fn block_of(text: &str) -> Option<&str> {
    let lines = text.strip_suffix('\n').filter(|lines| lines.contains('\n'))?;
    let mut before = b'\n';
    for byte in lines.bytes().chain([b'\n']) {
        let good = match byte {
            b' ' | b'\n' => before != b' ' && before != b'\n',
            _ => byte.is_ascii_graphic(),
        };
        if !good {
            return None;
        }
        before = byte;
    }
    Some(lines)
}

/// Whether a text looks like an integer or a boolean, so that it needs quotes.
pub(super) fn is_quoted(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(text, "true" | "false")
}

/// Whether a text certainly needs no quotes. It is a word, or words with colons and at signs
/// between them, like ARNs and images, or a quantity like `100m`.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return false };
    if first.is_ascii_digit() {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        return matches!(unit, "m" | "Mi" | "%");
    }
    if !first.is_ascii_alphabetic() {
        return is_word(text);
    }
    let colon = bytes.iter().position(|byte| matches!(byte, b':' | b'@'));
    let Some(colon) = colon else { return is_word(text) };
    let inside = |byte: &u8| INSIDE[*byte as usize] || matches!(byte, b':' | b'@');
    colon > 0 && bytes.last() != Some(&b':') && bytes.iter().all(inside)
}
