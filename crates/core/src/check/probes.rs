//! Paths of probes.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::port::PortKind;
use crate::model::text_list::yaml_quoted;
use crate::rule::rule;

rule! {
    /// The path of a probe does not start with a slash.
    pub static PATH_WITHOUT_SLASH: Warning {
        fix: "Add a slash at the start of the path.",
        bad: Module("healthcheck_path: health\n"),
        good: Module("healthcheck_path: /health\n"),
    }
}

rule! {
    /// The path of a probe has no effect, because a `grpc` port has no HTTP probes.
    pub static PROBE_WITHOUT_EFFECT: Warning {
        fix: "Remove the path, or use an `http` port.",
        bad: Module("port: {grpc: 9000}\nhealthcheck_path: /health\n"),
        good: Module("port: {http: 9000}\nhealthcheck_path: /health\n"),
    }
}

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
        if checker.port() == Some(PortKind::Grpc) {
            let message = format!("`{field}` has no effect on a `grpc` port");
            let diagnostic =
                Diagnostic::new(&PROBE_WITHOUT_EFFECT, path.span, checker.path(field), message)
                    .help("remove it");
            checker.push(diagnostic);
        } else if !text.starts_with('/') && path.value.is_known() {
            let message = format!("`{field}` is `{text}`, expected a path that starts with `/`");
            let mut diagnostic =
                Diagnostic::new(&PATH_WITHOUT_SLASH, path.span, checker.path(field), message);
            if !path.value.is_interpolated() {
                let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
                let with_slash = format!("/{text}");
                let written = if plain { with_slash.clone() } else { yaml_quoted(&with_slash) };
                let title = format!("change to `{with_slash}`");
                diagnostic = diagnostic.fix(Applicability::Safe, title, path.span, written);
            }
            checker.push(diagnostic);
        }
    }
}
