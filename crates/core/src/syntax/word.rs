//! Words: texts that every YAML reader takes for themselves without quotes, whatever its schema.

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

/// Whether a text is a letter or slash and then letters, digits, `-`, `.`, `/` and `_`, and none of
/// YAML's own words.
pub(super) fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'/')
        && bytes.iter().all(|byte| INSIDE[*byte as usize])
        && (bytes.len() > 5 || !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// The lines of a text that is sure to stand as a literal block: at least two, of visible ASCII and
/// single spaces within, each ended by a line break. Certificates are such, and long.
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

/// Whether a text is a number of digits alone or a truth of YAML 1.2, which only quotes keep a
/// text.
pub(super) fn is_quoted(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(text, "true" | "false")
}

/// Whether a text is sure to need no quotes: a word, words with single colons and at signs between
/// them like ARNs and images, or a number with one of the units of manifests.
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
