//! Passwords in URLs of a service file, such as the address of a Git repository. Logs of continuous
//! integration are often public, so they are not printed.

use std::borrow::Cow;

/// Returns a text with `*` instead of each byte of a password in a URL. References such as
/// `$(PASSWORD)` and `{parent.password}` stay.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let mut hidden = Cow::Borrowed(text);
    for (scheme, _) in text.match_indices("://") {
        let start = scheme + "://".len();
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`');
        let end = text[start..].find(ends).map_or(text.len(), |length| start + length);
        let Some(at) = text[start..end].rfind('@') else { continue };
        let Some(colon) = text[start..start + at].find(':') else { continue };
        let password = start + colon + 1..start + at;
        if text[password.clone()].starts_with(['$', '{']) {
            continue;
        }
        let stars = "*".repeat(password.len());
        hidden.to_mut().replace_range(password, &stars);
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn only_passwords_are_hidden() {
        let check = |text, expected| assert_eq!(hide(text), expected);
        check("a: \"https://ann:pw@h/r\" # x", "a: \"https://ann:**@h/r\" # x");
        check("https://a:p@w@h:80/b and pg://é:é@h", "https://a:***@h:80/b and pg://é:**@h");
        check("https://h:80/a@b", "https://h:80/a@b");
        check("git@host:org/repo.git", "git@host:org/repo.git");
        check("pg://u:$(PASSWORD)@h", "pg://u:$(PASSWORD)@h");
        check("pg://u:{parent.pw}@h", "pg://u:{parent.pw}@h");
    }
}
