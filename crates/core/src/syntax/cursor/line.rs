//! Splits a line into its dashes, its key and its value.

/// A key or a dash of a line.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) column: usize,
    /// The key and the value on its line; none for a dash.
    pub(super) entry: Option<(&'a str, &'a str)>,
}

/// Returns the dashes and the key of a line, and the start of the rest.
pub(super) fn tokens(line: &str) -> (Vec<Token<'_>>, usize) {
    let mut tokens = Vec::new();
    let mut offset = indent(line);
    while line[offset..] == *"-" || line[offset..].starts_with("- ") {
        tokens.push(Token { column: offset, entry: None });
        offset += 1;
        offset += indent(&line[offset..]);
    }
    if let Some((key, value)) = key_of(&line[offset..]) {
        tokens.push(Token { column: offset, entry: Some((key, line[offset + value..].trim())) });
        offset += value;
        offset += indent(&line[offset..]);
    }
    (tokens, offset)
}

/// Returns the number of spaces at the start of a text.
pub(super) fn indent(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// Whether a line is empty or only a comment.
pub(super) fn is_blank(line: &str) -> bool {
    let trimmed = line.trim_start();
    trimmed.is_empty() || trimmed.starts_with('#')
}

/// Whether a part of a line ends inside a comment.
pub(super) fn ends_in_comment(line: &str) -> bool {
    let (mut quote, mut previous) = (None, ' ');
    for c in line.chars() {
        match (quote, c) {
            (None, '#') if previous.is_whitespace() => return true,
            (None, '"' | '\'') if !previous.is_alphanumeric() => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        previous = c;
    }
    false
}

/// Returns the key at the start of a text, and the start of its value.
fn key_of(text: &str) -> Option<(&str, usize)> {
    if text.starts_with(['{', '[', '#']) {
        return None;
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)? + 1;
        let after = text[end + 1..].strip_prefix(':')?;
        return (after.is_empty() || after.starts_with(' ')).then_some((&text[1..end], end + 2));
    }
    let colon = text
        .char_indices()
        .find(|(at, c)| *c == ':' && matches!(text.as_bytes().get(at + 1), None | Some(b' ')))?
        .0;
    Some((text[..colon].trim_end(), colon + 1))
}
