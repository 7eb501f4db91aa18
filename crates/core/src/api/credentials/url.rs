//! URLs with a password.

use super::name::is_literal;
use super::suspect::Suspect;

/// Searches a text for URLs with a password.
pub(super) fn search(text: &str, found: &mut Vec<Suspect>) {
    for (at, mark) in text.match_indices("://") {
        let start = at + mark.len();
        let ends = |letter: char| letter.is_whitespace() || "/?#\"'`,<>".contains(letter);
        let authority = text[start..].split(ends).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let Some((user, password)) = user.and_then(|user| user.split_once(':')) else { continue };
        let is_password = !password.is_empty()
            && (is_literal(password) || password.len() < 4 && !password.contains(['{', '$', '*']));
        if is_password {
            let start = start + user.len() + 1;
            found.push(Suspect { start, end: start + password.len(), key: String::new() });
        }
    }
}
