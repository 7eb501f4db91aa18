//! Public URIs.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rfc1123;
use crate::rule::rule;
use crate::text::Text;

rule! {
    /// `public_uri` is not a valid domain and path.
    ///
    /// The value has no scheme and no port: `api.example.com/v1`. The domain `all`, or a path
    /// without a domain, matches every domain. A domain that starts with `*.` matches all its
    /// subdomains.
    pub static INVALID_PUBLIC_URI: Error {
        fix: "Write a domain and a path, such as `api.example.com/v1`.",
        bad: Module("public_uri: https://api.example.com/v1\n"),
        good: Module("public_uri: api.example.com/v1\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let written = checker.header.mapping.value("public_uri");
    let is_list = written.is_some_and(|node| node.as_sequence().is_some());
    for (index, uri) in checker.service.public_uri.value.0.iter().enumerate() {
        let Some(fault) = find_fault(&uri.value) else { continue };
        let path = if is_list {
            format!("{}[{index}]", checker.path("public_uri"))
        } else {
            checker.path("public_uri")
        };
        let mut diagnostic = Diagnostic::new(&INVALID_PUBLIC_URI, uri.span, path, fault.message)
            .help("write a domain and a path, like `api.example.com/v1`");
        if let Some((applicability, valid)) = fault.fix {
            let title = format!("change to `{valid}`");
            diagnostic = diagnostic.fix(applicability, title, uri.span, valid);
        }
        checker.push(diagnostic);
    }
}

/// A problem of a URI, and the valid URI if it is known.
struct Fault {
    message: String,
    fix: Option<(Applicability, String)>,
}

impl Fault {
    const fn new(message: String) -> Self {
        Self { message, fix: None }
    }
}

fn find_fault(uri: &Text) -> Option<Fault> {
    let text = uri.as_str();
    if text.is_empty() {
        return Some(Fault::new("`public_uri` is empty".to_owned()));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let message = format!("`{text}` has the scheme `{scheme}`, expected a domain and a path");
        let can_fix = !uri.is_interpolated() && !rest.is_empty() && !rest.starts_with('*');
        let fix = can_fix.then(|| (Applicability::Safe, rest.to_owned()));
        return Some(Fault { message, fix });
    }
    if !uri.is_known() {
        return None;
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || "?#\"'\\;{}".contains(*c)) {
        return Some(Fault::new(format!("`{text}` contains `{c}`, which is not allowed")));
    }
    let (domain, _) = text.split_once('/').unwrap_or((text, ""));
    if domain.is_empty() || domain == "all" { None } else { find_domain_fault(uri, domain) }
}

fn find_domain_fault(uri: &Text, domain: &str) -> Option<Fault> {
    if let Some((_, port)) = domain.split_once(':') {
        return Some(Fault::new(format!("`{domain}` has the port `{port}`, expected no port")));
    }
    let labels = domain.strip_prefix("*.").unwrap_or(domain);
    if labels.contains('*') {
        let expected = "expected `*` only at the start, like `*.example.com`";
        return Some(Fault::new(format!("`{domain}` is not a valid domain, {expected}")));
    }
    if rfc1123::is_subdomain(labels) {
        return None;
    }
    let text = uri.as_str();
    let lowercase = text.to_ascii_lowercase();
    let can_fix = lowercase != text
        && rfc1123::is_subdomain(&labels.to_ascii_lowercase())
        && !uri.is_interpolated()
        && !text.starts_with('*');
    let expected = "expected lowercase letters, digits and dashes, separated by dots";
    Some(Fault {
        message: format!("`{domain}` is not a valid domain, {expected}"),
        fix: can_fix.then_some((Applicability::Unsafe, lowercase)),
    })
}
