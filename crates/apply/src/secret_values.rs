//! Values that someone wrote into `secrets` of a service file by mistake. They are not printed,
//! because logs of continuous integration are often public.

use std::borrow::Cow;
use std::ops::Range;

use optakit_core::suggest::is_similar;

/// The field with the names of secrets.
const FIELD: &str = "secrets";

/// Returns a text with `*` instead of each byte of a value in `secrets`, or in a misspelled form of
/// it. All offsets stay the same.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let mut hidden = Cow::Borrowed(text);
    let mut start = 0;
    let mut field: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let is_empty = content.trim_end().is_empty();
        if let Some(of_field) = field.filter(|_| !is_empty) {
            let is_inside = indent > of_field || indent == of_field && content.starts_with('-');
            field = field.filter(|_| is_inside);
        }
        let from = match field {
            Some(_) => Some(indent),
            None => names_field(content).map(|(before, after)| {
                field = Some(indent + before);
                indent + after
            }),
        };
        for value in from.into_iter().flat_map(|from| values(line, from)) {
            let stars = "*".repeat(value.len());
            hidden.to_mut().replace_range(start + value.start..start + value.end, &stars);
        }
        start += line.len();
    }
    hidden
}

/// Whether a line starts with the key of the field. Returns where the key and its value start.
fn names_field(content: &str) -> Option<(usize, usize)> {
    let entry = content.trim_start_matches(['-', ' ']);
    let colon = entry.find(':')?;
    let key = entry[..colon].trim_matches(['"', '\'', ' ']);
    let before = content.len() - entry.len();
    is_similar(key, FIELD).then_some((before, before + colon + 1))
}

/// Returns the values in a line: what follows `=` or a colon and a space.
fn values(line: &str, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(next) = line[at..].find(['=', ':']) {
        let sign = at + next;
        let rest = &line[sign + 1..];
        at = sign + 1;
        if line[sign..].starts_with(':') && !rest.starts_with([' ', '\t']) {
            continue;
        }
        let value = rest.trim_start_matches([' ', '\t', '"', '\'']);
        let begin = line.len() - value.len();
        let quote = line[..begin].chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let length = match quote {
            Some(quote) => value.find(quote),
            None => value.find([',', ']', '}', '"', '\'']),
        };
        let end = begin + length.unwrap_or(value.trim_end().len());
        if begin < end {
            found.push(begin..end);
        }
        at = end.max(at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn values_in_secrets_are_hidden() {
        for (text, expected) in [
            ("secrets: [\"A B\", \"T=ab\"]\n", "secrets: [\"A B\", \"T=**\"]\n"),
            ("secrets: [T=ab\nx: y=z\n", "secrets: [T=**\nx: y=z\n"),
            (
                "  secrets:\n  - T: ab\n  - U\n  x: T=ab\n",
                "  secrets:\n  - T: **\n  - U\n  x: T=ab\n",
            ),
            (
                "secrets:\n  T: \"a b\" # c\n\n  U: 'é'\nx: y\n",
                "secrets:\n  T: \"***\" # c\n\n  U: '**'\nx: y\n",
            ),
            ("- secrest: {T: ab, U: c}\n  x: y\n", "- secrest: {T: **, U: *}\n  x: y\n"),
            (
                "secret: [[T=ab]]\r\nenv_vars: {T: ab}\r\n",
                "secret: [[T=**]]\r\nenv_vars: {T: ab}\r\n",
            ),
            ("env_vars:\n  SECRET: ab\n", "env_vars:\n  SECRET: ab\n"),
            ("links: [db]\n", "links: [db]\n"),
        ] {
            assert_eq!(hide(text), expected);
        }
    }
}
