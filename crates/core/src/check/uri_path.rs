//! The path of a public URI, and the problems of URIs.

use crate::diagnostic::Applicability;
use crate::model::exposure::Exposure;
use crate::syntax::node::shorten;

/// The characters that start a group, a set or a choice in a regular expression of nginx.
const PATTERN: &str = "()[]|^*";
/// The most bytes of a path in a route of the Gateway API
/// (<https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch>).
const MAX_GATEWAY: usize = 1024;
/// The most characters of a path in a rule of an ALB, without the `/*` for the paths below it
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>).
const MAX_ALB: usize = 126;

/// A problem of a URI, and the valid URI if it is known.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) fix: Option<(Applicability, String)>,
}

impl Fault {
    pub(super) const fn new(message: String) -> Self {
        Self { message, fix: None }
    }

    /// Suggests a URI that is probably meant.
    pub(super) fn suggest(mut self, valid: String) -> Self {
        self.fix = Some((Applicability::Unsafe, valid));
        self
    }
}

/// Returns the problem of a path, which is empty or starts with a slash.
pub(super) fn find_path_fault(domain: &str, path: &str, exposure: Exposure) -> Option<Fault> {
    let shown = shorten(path);
    if let Some(prefix) = path.strip_suffix("/*").filter(|prefix| !prefix.contains('*')) {
        let message = format!("`{shown}` ends with `/*`, but a path matches everything below it");
        return Some(Fault::new(message).suggest(format!("{domain}{prefix}")));
    }
    if let Some(c) = path.chars().find(|c| PATTERN.contains(*c)) {
        let message = format!("`{shown}` contains `{c}`, but a path is not a pattern");
        return Some(Fault::new(message));
    }
    // Servers resolve these parts before they compare paths, so they never match.
    let lowercase = path.to_ascii_lowercase();
    let unreachable =
        ["//", "/./", "/../", "%2f"].into_iter().find(|part| lowercase.contains(part));
    let unreachable =
        unreachable.or_else(|| ["/.", "/.."].into_iter().find(|part| path.ends_with(part)));
    if let Some(part) = unreachable {
        let message = format!("`{shown}` contains `{part}`, which no request contains");
        let fault = Fault::new(message);
        return Some(if part == "//" {
            fault.suggest(format!("{domain}{}", with_single_slashes(path)))
        } else {
            fault
        });
    }
    if let Some(code) = percent(path).filter(|code| exposure == Exposure::Nginx || !is_code(code)) {
        let message = match exposure {
            Exposure::Nginx => {
                format!("`{shown}` contains `{code}`, but nginx compares decoded paths")
            }
            Exposure::Gateway | Exposure::Alb => {
                format!("`{shown}` contains `{code}`, expected `%` and two hexadecimal digits")
            }
        };
        return Some(Fault::new(message));
    }
    match exposure {
        Exposure::Nginx => None,
        Exposure::Gateway => of_exposure(path, "the Gateway API", MAX_GATEWAY, is_gateway_char),
        Exposure::Alb => of_exposure(path, "an ALB", MAX_ALB, is_alb_char),
    }
}

/// Returns the first `%` with the two characters after it. Looks for one that is not a code first.
fn percent(path: &str) -> Option<&str> {
    let codes = || {
        path.match_indices('%').map(|(at, _)| {
            let rest = &path[at..];
            rest.char_indices().nth(3).map_or(rest, |(end, _)| &rest[..end])
        })
    };
    codes().find(|code| !is_code(code)).or_else(|| codes().next())
}

/// Whether a text is `%` with two hexadecimal digits.
fn is_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

fn of_exposure(path: &str, name: &str, most: usize, is_allowed: fn(char) -> bool) -> Option<Fault> {
    if let Some(c) = path.chars().find(|c| !is_allowed(*c)) {
        let message = format!("`{}` contains `{c}`, which {name} does not accept", shorten(path));
        return Some(Fault::new(message));
    }
    let length = path.trim_end_matches('/').len();
    (length > most).then(|| {
        Fault::new(format!("the path has {length} characters, but {name} accepts at most {most}"))
    })
}

/// Whether a path match of the Gateway API accepts a character.
const fn is_gateway_char(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '-' | '/' | '.' | '_' | '~' | '!' | '$' | '&')
        || matches!(c, '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '=' | ':' | '@' | '%')
}

/// Whether a path condition of an ALB accepts a character literally.
const fn is_alb_char(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '_' | '-' | '.' | '$' | '/' | '~' | '"' | '\'' | '@' | ':' | '+' | '&')
}

fn with_single_slashes(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_only_what_their_exposure_accepts() {
        let check = |path: &str, exposure, is_valid: bool| {
            assert_eq!(find_path_fault("", path, exposure).is_none(), is_valid, "{path}");
        };
        for exposure in [Exposure::Nginx, Exposure::Gateway, Exposure::Alb] {
            for path in ["", "/", "/v1/", "/v1.0", "/c++", "/$1", "/a~b", "/.well-known/x"] {
                check(path, exposure, true);
            }
            for path in
                ["/(x)", "/a(b", "/[a]", "/a|b", "/*", "/a*b", "//", "/./a", "/..", "/a%2Fb"]
            {
                check(path, exposure, false);
            }
        }
        check("/ü", Exposure::Nginx, true);
        check("/ü", Exposure::Gateway, false);
        check("/a%20b", Exposure::Gateway, true);
        check("/a%20b", Exposure::Nginx, false);
        for path in ["/100%", "/a%2", "/a%zz", "/%20%", "/a%ü"] {
            check(path, Exposure::Gateway, false);
            check(path, Exposure::Nginx, false);
        }
        check("/a%20b", Exposure::Alb, false);
        let path = |length: usize| format!("/{}", "x".repeat(length - 1));
        check(&path(1024), Exposure::Gateway, true);
        check(&path(1025), Exposure::Gateway, false);
        check(&path(126), Exposure::Alb, true);
        check(&path(127), Exposure::Alb, false);
        check(&path(1025), Exposure::Nginx, true);
    }
}
