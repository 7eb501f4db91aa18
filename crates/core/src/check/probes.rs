//! Paths of probes.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};
use crate::model::k8s_service::PortKind;
use crate::model::scalars::quote;

/// A path that is none.
pub static PATH_WITHOUT_SLASH: Rule = Rule {
    id: "path-without-slash",
    severity: Severity::Warning,
    doc: "The path of a probe starts with a slash; without one the request would not be what is meant.",
    bad: Example::Module("healthcheck_path: health\n"),
    good: Example::Module("healthcheck_path: /health\n"),
}
.published();

/// A probe where there is none.
pub static PROBE_WITHOUT_EFFECT: Rule = Rule {
    id: "probe-without-effect",
    severity: Severity::Warning,
    doc: "A `grpc` port has no HTTP paths, so that no probe is made of one that is given.",
    bad: Example::Module("port: {grpc: 9000}\nhealthcheck_path: /health\n"),
    good: Example::Module("port: {http: 9000}\nhealthcheck_path: /health\n"),
}
.published();

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let paths = [
        ("healthcheck_path", &service.healthcheck_path),
        ("liveness_probe_path", &service.liveness_probe_path),
        ("readiness_probe_path", &service.readiness_probe_path),
    ];
    for (field, path) in paths {
        let Some(path) = path else { continue };
        let text = path.value.as_str();
        if text.is_empty() {
            continue;
        }
        if service.port.as_ref().is_some_and(|port| port.value.kind == PortKind::Grpc) {
            let message = format!("`{field}` has no effect on a `grpc` port");
            let diagnostic =
                Diagnostic::new(&PROBE_WITHOUT_EFFECT, path.span, checker.path(field), message);
            checker.diagnostics.push(diagnostic.help("take it away"));
        } else if !text.starts_with('/') && path.value.is_known() {
            let message =
                format!("`{field}` is `{text}`, expected a path that starts with a slash");
            let mut diagnostic =
                Diagnostic::new(&PATH_WITHOUT_SLASH, path.span, checker.path(field), message);
            if !path.value.is_interpolated() {
                let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
                let fixed = if plain { format!("/{text}") } else { quote(&format!("/{text}")) };
                diagnostic = diagnostic.fix(
                    Applicability::Safe,
                    format!("write `/{text}`"),
                    path.span,
                    fixed,
                );
            }
            checker.diagnostics.push(diagnostic);
        }
    }
}
