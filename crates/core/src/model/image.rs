//! Image references, by the grammar of container registries
//! (<https://github.com/distribution/reference>, `regexp.go`).

use std::net::Ipv6Addr;

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::text_list::{Quotes, text};
use crate::diagnostic::Applicability;
use crate::quote::quoted;
use crate::rfc1123;
use crate::rule::rule;
use crate::syntax::Node;
use crate::text::Text;

rule! {
    /// `image` is not a valid image reference.
    ///
    /// The value must be `AUTO`, for a private ECR repository of the service, or an image
    /// reference: `[registry/]name[:tag][@digest]`. The name must be lowercase.
    pub static INVALID_IMAGE: Error {
        fix: "Write `AUTO` or a valid image reference.",
        bad: Module("image: Acme/Web Server\n"),
        good: Module("image: acme/web-server:1.2\n"),
        limits: [MAX_TAG],
    }
}

/// The image in the ECR repository of the service.
pub const AUTO: &str = "AUTO";

/// The largest length of a tag.
const MAX_TAG: usize = 128;

/// The image of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// An image in the ECR repository of the service.
    Auto,
    /// Any other image.
    Reference(Text),
}

impl FieldValue for Image {
    const KIND: FieldType = FieldType::Text;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let text = text(node, Quotes::Reference, reader, "`AUTO` or an image reference")?;
        let value = text.as_str();
        if value.eq_ignore_ascii_case(AUTO) {
            return Some(Self::Auto);
        }
        if !text.is_known() {
            return Some(Self::Reference(text));
        }
        let Err(reason) = Reference::parse(value) else { return Some(Self::Reference(text)) };
        let message = if value.is_empty() {
            "`image` is empty".to_owned()
        } else {
            format!("`{value}` is not a valid image reference: {reason}")
        };
        let diagnostic = reader.fault(&INVALID_IMAGE, node.span, message).with_variable(node);
        let meant = without_scheme(value).filter(|_| !text.is_interpolated());
        reader.push(match meant {
            Some(meant) => diagnostic.help(format!("write `{meant}`")).fix(
                Applicability::Safe,
                "remove the scheme",
                node.span,
                meant,
            ),
            None => diagnostic
                .help("write `AUTO`, or an image such as `registry.example.com/team/app:1.2`"),
        });
        None
    }
}

/// Returns the image of a text such as `docker://nginx`.
fn without_scheme(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    Reference::parse(rest).is_ok().then_some(rest)
}

/// The parts of an image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The registry and the path.
    pub name: &'a str,
    /// The tag, after `:`.
    pub tag: Option<&'a str>,
    /// The digest, after `@`.
    pub digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Splits an image reference into its parts.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a valid reference. The error is the reason.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        if text.contains(char::is_whitespace) {
            return Err("it contains a space".to_owned());
        }
        if text.contains("://") {
            return Err("it contains a scheme, expected a registry or a name first".to_owned());
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        if let Some(digest) = digest {
            check_digest(digest)?;
        }
        let last_slash = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[last_slash..].split_once(':') {
            Some((last, tag)) => (&rest[..last_slash + last.len()], Some(tag)),
            None => (rest, None),
        };
        if let Some(tag) = tag {
            check_tag(tag)?;
        }
        check_name(name)?;
        Ok(Self { name, tag, digest })
    }
}

/// Checks a tag: a letter, digit or underscore, then at most 127 of these, dots and dashes.
///
/// # Errors
///
/// Fails if the tag is not valid.
pub fn check_tag(tag: &str) -> Result<(), String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let valid = tag.chars().next().is_some_and(word)
        && tag.len() <= MAX_TAG
        && tag.chars().all(|c| word(c) || c == '.' || c == '-');
    if valid { Ok(()) } else { Err(format!("{} is not a valid image tag", quoted(tag))) }
}

/// Checks a digest: `sha256:` and 64 hexadecimal digits, or another algorithm with at least 32.
///
/// # Errors
///
/// Fails if the digest is not valid.
pub fn check_digest(digest: &str) -> Result<(), String> {
    let (algorithm, hex) = digest.split_once(':').unwrap_or(("", digest));
    let hexadecimal = hex.len() >= 32
        && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let valid = match algorithm {
        "" => false,
        "sha256" => hexadecimal && hex.len() == 64,
        "sha512" => hexadecimal && hex.len() == 128,
        other => {
            hexadecimal
                && other.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+._-".contains(&byte))
        }
    };
    if valid {
        Ok(())
    } else {
        let expected = "expected `sha256:` and 64 hexadecimal digits";
        Err(format!("{} is not a valid image digest, {expected}", quoted(digest)))
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let mut parts = name.split('/').peekable();
    let first = parts.peek().copied().unwrap_or_default();
    let is_host =
        name.contains('/') && (first.contains('.') || first.contains(':') || first == "localhost");
    if is_host {
        parts.next();
        check_host(first)?;
    }
    parts.try_for_each(check_component)
}

fn check_host(host: &str) -> Result<(), String> {
    let after_address = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((address, rest)) = after_address {
        let is_port = rest.strip_prefix(':').map_or(rest.is_empty(), is_port);
        let valid = address.parse::<Ipv6Addr>().is_ok() && is_port;
        return if valid { Ok(()) } else { Err(format!("`{host}` is not a valid registry host")) };
    }
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host, None),
    };
    // Host names are not case-sensitive.
    let valid = rfc1123::is_subdomain(&host.to_ascii_lowercase()) && port.is_none_or(is_port);
    if valid { Ok(()) } else { Err(format!("`{host}` is not a valid registry host")) }
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Checks a path component: lowercase letters and digits, separated by `.`, `_`, `__` or dashes.
fn check_component(component: &str) -> Result<(), String> {
    if component.is_empty() {
        return Err("a part of the name is empty".to_owned());
    }
    if component.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("the name must be lowercase".to_owned());
    }
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut separators = component.split(letter).filter(|separator| !separator.is_empty());
    let valid = component.starts_with(letter)
        && component.ends_with(letter)
        && separators.all(|separator| {
            matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        });
    if valid { Ok(()) } else { Err(format!("`{component}` is not a valid part of an image name")) }
}

#[cfg(test)]
mod tests {
    use super::{Reference, check_digest, check_tag};

    #[test]
    fn references_are_split_into_their_parts() {
        let check = |text, name, tag, digest| {
            assert_eq!(Reference::parse(text), Ok(Reference { name, tag, digest }), "{text}");
        };
        let sha = "sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f";
        check("nginx", "nginx", None, None);
        check("kennethreitz/httpbin", "kennethreitz/httpbin", None, None);
        check("nginx:1.21", "nginx", Some("1.21"), None);
        check(
            "registry.example.com:5000/team/app:1_2",
            "registry.example.com:5000/team/app",
            Some("1_2"),
            None,
        );
        let with_digest = format!("localhost/app@{sha}");
        check(&with_digest, "localhost/app", None, Some(sha));
        check("a__b/c--d", "a__b/c--d", None, None);
        check("[::1]:5000/app:1", "[::1]:5000/app", Some("1"), None);
        check("[fd00::1]/app", "[fd00::1]/app", None, None);
    }

    #[test]
    fn tags_and_digests_have_a_length() {
        let tag = |length: usize| check_tag(&"a".repeat(length)).is_ok();
        assert!(!tag(0) && tag(1) && tag(128) && !tag(129));
        for (tag, valid) in [("_a", true), ("1.2-3", true), (".a", false), ("-a", false)] {
            assert_eq!(check_tag(tag).is_ok(), valid, "{tag}");
        }
        let digest = |algorithm: &str, length: usize| {
            check_digest(&format!("{algorithm}:{}", "a".repeat(length))).is_ok()
        };
        assert!(!digest("sha256", 63) && digest("sha256", 64) && !digest("sha256", 65));
        assert!(!digest("sha512", 127) && digest("sha512", 128) && !digest("sha512", 129));
        assert!(!digest("other", 31) && digest("other", 32) && digest("a+b.c_d-1", 33));
        assert!(!digest("a b", 64) && !digest("", 64));
        assert!(check_digest(&"a".repeat(64)).is_err());
        for letter in ["g", "A", "z"] {
            assert!(check_digest(&format!("sha256:{}", letter.repeat(64))).is_err(), "{letter}");
        }
    }

    #[test]
    fn invalid_references_are_rejected() {
        for text in [
            "",
            " ",
            "Nginx",
            "a b",
            "http://x/y",
            "nginx:",
            "nginx:-a",
            "a//b",
            "/a",
            "a/",
            "a___b",
            "nginx@sha256:12",
            "host:port/a",
            "-a",
            "[::1/app",
            "[::g]/app",
            "[::1]x/app",
        ] {
            assert!(Reference::parse(text).is_err(), "{text:?}");
        }
    }
}
