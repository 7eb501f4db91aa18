//! Where a service is reached from outside.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};
use crate::span::Span;
use crate::text::Text;

/// A URI no Ingress could have.
pub static INVALID_PUBLIC_URI: Rule = Rule {
    id: "invalid-public-uri",
    severity: Severity::Error,
    doc: "`public_uri` is a domain and a path, without scheme and port: `api.example.com/v1`. `all`, or nothing, in the \
          domain's place answers for every domain, `*.` at its start for every subdomain.",
    bad: Example::Module("public_uri: https://api.example.com/v1\n"),
    good: Example::Module("public_uri: api.example.com/v1\n"),
}
.published();

pub(super) fn check(checker: &mut Checker<'_>) {
    let list = &checker.service.public_uri;
    let is_list =
        checker.header.mapping.value("public_uri").is_some_and(|node| node.as_sequence().is_some());
    for (index, uri) in list.value.0.iter().enumerate() {
        let path = if is_list {
            format!("{}[{index}]", checker.path("public_uri"))
        } else {
            checker.path("public_uri")
        };
        if let Some(diagnostic) = check_uri(&uri.value, uri.span, &path) {
            checker.diagnostics.push(diagnostic);
        }
    }
}

fn check_uri(uri: &Text, span: Span, path: &str) -> Option<Diagnostic> {
    let text = uri.as_str();
    let fault = |message: String| {
        Some(
            Diagnostic::new(&INVALID_PUBLIC_URI, span, path, message)
                .help("write a domain and a path, like `api.example.com/v1`"),
        )
    };
    if text.is_empty() {
        return fault("`public_uri` is empty".to_owned());
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let diagnostic =
            fault(format!("`{text}` has the scheme `{scheme}`, expected a domain and a path"));
        let plain = !uri.is_interpolated() && !rest.is_empty() && !rest.starts_with('*');
        return diagnostic.map(|diagnostic| {
            if plain {
                diagnostic.fix(Applicability::Safe, format!("write `{rest}`"), span, rest)
            } else {
                diagnostic
            }
        });
    }
    if let Some(c) = text
        .chars()
        .find(|c| c.is_whitespace() || "?#\"'\\;{}".contains(*c))
        .filter(|_| uri.is_known())
    {
        return fault(format!("`{text}` holds `{c}`, which a domain and a path cannot have"));
    }
    let (domain, _) = text.split_once('/').unwrap_or((text, ""));
    if !uri.is_known() || domain.is_empty() || domain == "all" {
        return None;
    }
    if let Some((_, port)) = domain.split_once(':') {
        return fault(format!("`{domain}` has the port `{port}`, expected a domain alone"));
    }
    let labels = domain.strip_prefix("*.").unwrap_or(domain);
    if labels.contains('*') {
        return fault(format!(
            "`{domain}` has a `*` that is not the first label, expected one like `*.example.com`"
        ));
    }
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if labels.len() > 253 || !labels.split('.').all(label) {
        let lower = text.to_lowercase();
        let diagnostic = fault(format!(
            "`{domain}` cannot be a domain: small letters, digits and dashes in labels parted by dots"
        ));
        let repaired = lower != text
            && labels.to_lowercase().split('.').all(label)
            && !uri.is_interpolated()
            && !text.starts_with('*');
        return diagnostic.map(|diagnostic| {
            if repaired {
                diagnostic.fix(
                    Applicability::Unsafe,
                    format!("write `{lower}`"),
                    span,
                    lower.clone(),
                )
            } else {
                diagnostic
            }
        });
    }
    None
}
