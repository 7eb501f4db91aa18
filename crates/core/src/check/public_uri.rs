//! Public URIs.

use super::context::Checker;
use super::uri_path::{Fault, find_path_fault};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::exposure::Exposure;
use crate::model::module::Header;
use crate::model::text_list::yaml_quoted;
use crate::rfc1123;
use crate::rule::rule;
use crate::syntax::node::shorten;
use crate::text::Text;

rule! {
    /// `public_uri` is not a valid domain and path.
    ///
    /// The value has no scheme and no port: `api.example.com/v1`. The domain `all`, or a path
    /// without a domain, matches every domain. A domain that starts with `*.` matches all its
    /// subdomains. It has at most 253 characters and is not an IP address.
    ///
    /// A path matches everything below it. It is not a pattern: ingress-nginx would read brackets,
    /// parentheses and `*` as part of a regular expression.
    pub static INVALID_PUBLIC_URI: Error {
        fix: "Write a domain and a path, such as `api.example.com/v1`.",
        bad: Module("public_uri: https://api.example.com/v1\n"),
        good: Module("public_uri: api.example.com/v1\n"),
        limits: [rfc1123::MAX_LABEL, rfc1123::MAX_SUBDOMAIN],
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let exposure = checker.context.exposure;
    for (index, uri) in checker.service.public_uri.value.0.iter().enumerate() {
        let Some(fault) = find_fault(&uri.value, exposure) else { continue };
        let path = path_of(checker.header, index);
        let mut diagnostic = Diagnostic::new(&INVALID_PUBLIC_URI, uri.span, path, fault.message)
            .help("write a domain and a path, like `api.example.com/v1`");
        if let Some((applicability, valid)) = fault.fix.filter(|_| !uri.value.is_interpolated()) {
            let title = format!("change to `{valid}`");
            let written = if valid.starts_with('*') { yaml_quoted(&valid) } else { valid };
            diagnostic = diagnostic.fix(applicability, title, uri.span, written);
        }
        checker.push(diagnostic);
    }
}

/// Returns the path of a URI in the document.
pub(super) fn path_of(module: &Header, index: usize) -> String {
    let path = format!("{}.public_uri", module.path);
    let written = module.mapping.value("public_uri");
    if written.is_some_and(|node| node.as_sequence().is_some()) {
        format!("{path}[{index}]")
    } else {
        path
    }
}

fn find_fault(uri: &Text, exposure: Exposure) -> Option<Fault> {
    let text = uri.as_str();
    if text.is_empty() {
        return Some(Fault::new("`public_uri` is empty".to_owned()));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let message = format!("`{text}` has the scheme `{scheme}`, expected a domain and a path");
        let fix = (!rest.is_empty()).then(|| (Applicability::Safe, rest.to_owned()));
        return Some(Fault { message, fix });
    }
    if !uri.is_known() {
        return None;
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || "?#\"'\\;{}".contains(*c)) {
        let message =
            format!("`{}` contains `{}`, which is not allowed", shorten(text), c.escape_debug());
        return Some(Fault::new(message));
    }
    let (domain, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    let domain_fault = if domain.is_empty() || domain == "all" {
        None
    } else {
        find_domain_fault(domain, path, exposure)
    };
    domain_fault.or_else(|| find_path_fault(domain, path, exposure))
}

fn find_domain_fault(domain: &str, path: &str, exposure: Exposure) -> Option<Fault> {
    if domain.starts_with('[') || domain.matches(':').nth(1).is_some() {
        return Some(Fault::new(format!("`{domain}` is an IP address, expected a domain")));
    }
    if let Some((_, host)) = domain.rsplit_once('@') {
        let message = "the domain has a user name or a password before it, expected only a domain";
        return Some(Fault::new(message.to_owned()).suggest(format!("{host}{path}")));
    }
    if let Some((host, port)) = domain.split_once(':') {
        let fault = Fault::new(format!("`{domain}` has the port `{port}`, expected no port"));
        return Some(fault.suggest(format!("{host}{path}")));
    }
    if domain == "*" {
        let fault = Fault::new("`*` is not a valid domain, expected `all` for all domains".into());
        return Some(fault.suggest(format!("all{path}")));
    }
    let labels = domain.strip_prefix("*.").unwrap_or(domain);
    if labels.contains('*') {
        let expected = "expected `*` only at the start, like `*.example.com`";
        return Some(Fault::new(format!("`{domain}` is not a valid domain, {expected}")));
    }
    if domain.len() > rfc1123::MAX_SUBDOMAIN {
        let (most, length) = (rfc1123::MAX_SUBDOMAIN, domain.len());
        let message = format!("the domain has {length} characters, expected at most {most}");
        return Some(Fault::new(message));
    }
    let is_number =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    if labels.split('.').all(is_number) {
        return Some(Fault::new(format!("`{domain}` is an IP address, expected a domain")));
    }
    if rfc1123::is_subdomain(labels) {
        let needs_dot = exposure == Exposure::Alb && !domain.contains('.');
        return needs_dot.then(|| {
            Fault::new(format!("`{domain}` has no dot, but an ALB accepts only domains with a dot"))
        });
    }
    let expected = "expected labels of lowercase letters, digits and dashes, separated by dots";
    let fault = Fault::new(format!("`{domain}` is not a valid domain, {expected}"));
    let meant = domain.trim_end_matches('.').to_ascii_lowercase();
    let is_valid = rfc1123::is_subdomain(meant.strip_prefix("*.").unwrap_or(&meant));
    Some(if is_valid { fault.suggest(format!("{meant}{path}")) } else { fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the start of the message, and the suggested URI.
    fn check(uri: &str, exposure: Exposure, message: &str, suggested: Option<&str>) {
        let fault = find_fault(&Text::literal(uri), exposure).expect(uri);
        assert!(fault.message.contains(message), "{uri}: {}", fault.message);
        assert_eq!(fault.fix.map(|(_, valid)| valid).as_deref(), suggested, "{uri}");
    }

    #[test]
    fn domains_and_paths_are_valid() {
        for uri in
            ["all", "all/v1", "/", "/v1", "acme.io", "*.acme.io/v1", "localhost", "1.acme.io"]
        {
            assert!(find_fault(&Text::literal(uri), Exposure::Nginx).is_none(), "{uri}");
        }
    }

    #[test]
    fn invalid_uris_have_a_reason_and_a_suggestion() {
        let nginx = Exposure::Nginx;
        check("", nginx, "is empty", None);
        check("https://acme.io/v1", nginx, "has the scheme `https`", Some("acme.io/v1"));
        check("https://", nginx, "has the scheme `https`", None);
        check("acme.io:8080/v1", nginx, "has the port `8080`", Some("acme.io/v1"));
        check("acme.io?a=b", nginx, "contains `?`", None);
        check("acme.io/a b", nginx, "contains ` `", None);
        check("a.*.io", nginx, "expected `*` only at the start", None);
        check("*acme.io", nginx, "expected `*` only at the start", None);
        check("10.0.0.1/v1", nginx, "is an IP address", None);
        check("[::1]:80/v1", nginx, "is an IP address", None);
        check("2001:db8::1", nginx, "is an IP address", None);
        check("*/v1", nginx, "expected `all` for all domains", Some("all/v1"));
        check("Acme.IO/V1", nginx, "is not a valid domain", Some("acme.io/V1"));
        check("acme.io./v1", nginx, "is not a valid domain", Some("acme.io/v1"));
        check("*.Acme.io", nginx, "is not a valid domain", Some("*.acme.io"));
        check("ac_me.io", nginx, "is not a valid domain", None);
        check("localhost", Exposure::Alb, "has no dot", None);
        check("acme.io/v1/*", nginx, "ends with `/*`", Some("acme.io/v1"));
    }
}
