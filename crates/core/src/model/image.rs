//! Image references, by the grammar of the registries
//! (<https://github.com/distribution/reference>, `regexp.go`).

use super::field::{Field, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::INVALID_IMAGE;
use super::scalars::text;
use crate::syntax::Node;
use crate::text::Text;

/// What a service runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// The service's own ECR repository.
    Auto,
    /// Any other image.
    Reference(Text),
}

impl FieldValue for Image {
    const KIND: FieldType = FieldType::Text;

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let text = text(node, reader, "`AUTO` or the reference of an image")?;
        let value = text.as_str();
        if value.eq_ignore_ascii_case("auto") {
            return Some(Self::Auto);
        }
        if text.is_known()
            && let Err(fault) = Reference::parse(value)
        {
            let message = if value.is_empty() {
                "`image` is empty".to_owned()
            } else {
                format!("`{value}` is no image reference: {fault}")
            };
            let variable = text.variable();
            let mut diagnostic = reader
                .fault(&INVALID_IMAGE, node.span, message)
                .help("write `AUTO`, or an image like `nginx:1.29` or `registry.example.com/team/app:1.2`");
            if let Some(variable) = variable {
                diagnostic = diagnostic.label(variable, "the value comes from here");
            }
            reader.push(diagnostic);
            return None;
        }
        Some(Self::Reference(text))
    }
}

/// The parts of an image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Registry and path.
    pub name: &'a str,
    /// What stands behind `:`.
    pub tag: Option<&'a str>,
    /// What stands behind `@`.
    pub digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Takes a reference apart.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that follow "is no image reference: ".
    pub fn parse(text: &'a str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        if let Some(space) = text.chars().find(|c| c.is_whitespace()) {
            return Err(
                if space == ' ' { "it holds a space" } else { "it holds white space" }.to_owned()
            );
        }
        if text.contains("://") {
            return Err("it holds a scheme; a reference starts with the registry's host".to_owned());
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

/// Checks a tag: a letter, digit or underscore, then up to 127 of those, dots and dashes.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_tag(tag: &str) -> Result<(), String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let good = tag.chars().next().is_some_and(word)
        && tag.len() <= 128
        && tag.chars().all(|c| word(c) || c == '.' || c == '-');
    if good { Ok(()) } else { Err(format!("`{tag}` is no tag")) }
}

/// Checks a digest: `sha256:` and 64 hexadecimal digits, or another algorithm with at least 32.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_digest(digest: &str) -> Result<(), String> {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return Err(format!("`{digest}` is no digest like `sha256:…`"));
    };
    let hexadecimal = hex.len() >= 32
        && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let good = match algorithm {
        "sha256" => hexadecimal && hex.len() == 64,
        "sha512" => hexadecimal && hex.len() == 128,
        other => {
            hexadecimal
                && !other.is_empty()
                && other.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+._-".contains(&byte))
        }
    };
    if good {
        Ok(())
    } else {
        Err(format!("`{digest}` is no digest like `sha256:…` with 64 hexadecimal digits"))
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
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return Err("it has no name".to_owned());
    }
    parts.try_for_each(check_component)
}

fn check_host(host: &str) -> Result<(), String> {
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let good = host.split('.').all(label)
        && port
            .is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    if good { Ok(()) } else { Err(format!("`{host}` is no registry host")) }
}

/// A path component: groups of small letters and digits, parted by `.`, `_`, `__` or any number of
/// dashes.
fn check_component(component: &str) -> Result<(), String> {
    if component.is_empty() {
        return Err("a part of its name is empty".to_owned());
    }
    if component.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("its name must be in lower case".to_owned());
    }
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = component.split(letter).filter(|separator| !separator.is_empty());
    let good = component.starts_with(letter)
        && component.ends_with(letter)
        && separators.into_iter().all(|separator| {
            matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        });
    if good { Ok(()) } else { Err(format!("`{component}` is no name in a registry")) }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn references_of_every_form_come_apart() {
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
    }

    #[test]
    fn what_no_registry_takes_is_refused() {
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
        ] {
            assert!(Reference::parse(text).is_err(), "{text:?}");
        }
    }
}
