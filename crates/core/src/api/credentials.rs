//! Finds values that look like credentials, before a user shares a file.

use super::places::{Place, Places};
use crate::model::link_kind::is_secret_output;
use crate::source::Source;
use crate::source::SourceText;
use crate::span::{FileId, Span};
use crate::syntax::{self, Node, NodeKind, ScalarValue};

/// A value that looks like a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The name of the file.
    pub file: String,
    /// The place of the value.
    pub place: Place,
    /// The key of the value.
    pub key: String,
}

/// Returns the values that look like credentials, in source order.
///
/// ```
/// use optakit_core::api::{SourceText, credentials};
///
/// let text = "env_vars: {DB_PASSWORD: hunter2!}\n".to_owned();
/// let found = credentials(&[SourceText { name: "opta.yml".to_owned(), text }]);
/// assert_eq!(found[0].key, "DB_PASSWORD");
/// ```
#[must_use]
pub fn credentials(files: &[SourceText]) -> Vec<Credential> {
    let mut found = Vec::new();
    for file in files {
        let source = Source::new(FileId::Service, &*file.name, &*file.text);
        let (document, _) = syntax::parse(&source);
        let mut suspects: Vec<(Span, String)> = Vec::new();
        if let Some(root) = &document.root {
            search(root, "", &mut suspects);
        }
        let mut places = Places::default();
        places.push(source);
        found.extend(suspects.into_iter().map(|(span, key)| {
            let (file, place) = places.place(span);
            Credential { file, place, key }
        }));
    }
    found
}

fn search(node: &Node, key: &str, found: &mut Vec<(Span, String)>) {
    match &node.kind {
        NodeKind::Mapping(mapping) => {
            // In a list of variables, the name is a field next to the value.
            let name = mapping
                .value("name")
                .and_then(Node::as_str)
                .filter(|_| mapping.get("value").is_some());
            for entry in mapping.entries.iter() {
                let own = &*entry.key.value;
                search(&entry.value, name.filter(|_| own == "value").unwrap_or(own), found);
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| search(item, "", found)),
        NodeKind::Scalar(scalar)
            if scalar.value == ScalarValue::Str && is_suspect(key, scalar.text.as_str()) =>
        {
            found.push((node.span, key.to_owned()));
        }
        NodeKind::Scalar(_) | NodeKind::Broken => {}
    }
}

/// The prefixes of the tokens of well-known services.
const PREFIXES: &[&str] = &[
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "rk_live_",
    "sk-",
    "npm_",
    "AIza",
    "dop_v1_",
    "hvs.",
];

/// Whether a value looks like a credential.
fn is_suspect(key: &str, value: &str) -> bool {
    let secret_key = is_secret_output(key)
        || ["api_key", "apikey", "passwd", "credential"]
            .iter()
            .any(|word| key.to_ascii_lowercase().contains(word));
    let reference = value.contains('{');
    (secret_key && !reference && value.len() >= 6)
        || value.contains("PRIVATE KEY-----")
        || PREFIXES
            .iter()
            .any(|prefix| value.len() >= prefix.len() + 12 && value.starts_with(prefix))
        || is_access_key_id(value)
        || has_password(value)
        || value.split('.').count() == 3 && value.starts_with("eyJ")
        || is_random(value)
}

fn is_access_key_id(value: &str) -> bool {
    let is = |start: &str| {
        value.len() == 20
            && value.starts_with(start)
            && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    is("AKIA") || is("ASIA")
}

/// Whether a value is a URL with a password.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('{'))
}

/// Whether a value is long and looks random.
fn is_random(value: &str) -> bool {
    let shapeless =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-');
    if value.len() < 32 || !value.bytes().all(shapeless) || value.contains("--") {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let changes = value
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    digits * 12 >= value.len() && letters * 12 >= value.len() && changes * 6 >= value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_credentials_are_found() {
        let check = |key: &str, value: &str, expected: bool| {
            assert_eq!(is_suspect(key, value), expected, "{key}: {value}")
        };
        check("DB_PASSWORD", "hunter2!", true);
        check("DB_PASSWORD", "{module.db.db_password}", false);
        check("API_TOKEN", "", false);
        check("A", "AKIAIOSFODNN7EXAMPLE", true);
        check("A", "ghp_abcdefghijklmnopqrstuv", true);
        check("A", "postgres://user:hunter2@db/shop", true);
        check("A", "postgres://user@db/shop", false);
        check("A", "https://example.com/a:b@c", false);
        check("A", "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY9x8y", true);
        check("image", "ghcr.io/acme/shop-api:1.4.2", false);
        check("image", "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api", false);
        check("arn", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", false);
        check("name", "the-quite-long-name-of-some-service-2", false);
        check("type", "k8s-service", false);
    }

    #[test]
    fn credentials_have_a_key_and_a_place() {
        let text = "modules:\n  - env_vars:\n      - {name: TOKEN, value: abcdefgh}\n    \
                    secrets: [TOKEN]\n";
        let found =
            credentials(&[SourceText { name: "opta.yml".to_owned(), text: text.to_owned() }]);
        let found: Vec<_> =
            found.iter().map(|found| (found.key.as_str(), found.place.line)).collect();
        assert_eq!(found, [("TOKEN", 3)]);
    }
}
