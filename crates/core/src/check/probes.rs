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

rule! {
    /// A probe has both a path and a command. A probe does only one of them.
    pub static PATH_AND_COMMAND: Error {
        fix: "Remove the path or the command.",
        bad: Module("healthcheck_path: /health\nhealthcheck_command: [check]\n"),
        good: Module("healthcheck_command: [check]\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    check_commands(checker);
    check_paths(checker);
}

fn check_commands(checker: &mut Checker<'_>) {
    let service = checker.service;
    let pairs = [
        ("healthcheck", &service.healthcheck_path, &service.healthcheck_command),
        ("liveness_probe", &service.liveness_probe_path, &service.liveness_probe_command),
        ("readiness_probe", &service.readiness_probe_path, &service.readiness_probe_command),
    ];
    for (probe, path, command) in pairs {
        let (Some(path), Some(command)) = (path, command) else { continue };
        let field = format!("{probe}_command");
        let message = format!("`{probe}_path` and `{field}` are both set");
        let diagnostic =
            Diagnostic::new(&PATH_AND_COMMAND, command.span, checker.path(&field), message)
                .help("remove one of them")
                .label(path.span, "the path");
        checker.push(diagnostic);
    }
}

fn check_paths(checker: &mut Checker<'_>) {
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
