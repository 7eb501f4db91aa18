//! Paths of probes.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::k8s_service::K8sService;
use crate::model::port::PortKind;
use crate::model::text_list::yaml_quoted;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

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
    /// A probe has both a path and a command. It can have only one of them.
    pub static PATH_AND_COMMAND: Error {
        fix: "Remove the path or the command.",
        bad: Module("healthcheck_path: /health\nhealthcheck_command: [check]\n"),
        good: Module("healthcheck_command: [check]\n"),
    }
}

rule! {
    /// The path of a probe is a whole URL.
    ///
    /// Kubernetes sends the request to the container, so it needs only the path. A container has no
    /// page with a whole URL as its path, so Kubernetes would keep restarting it.
    pub static URL_AS_PATH: Error {
        fix: "Write only the path.",
        bad: Module("healthcheck_path: http://localhost:8080/health\n"),
        good: Module("healthcheck_path: /health\n"),
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

/// Returns the paths of probes that are not empty, with their fields.
pub(super) fn paths(service: &K8sService) -> impl Iterator<Item = (&'static str, &Spanned<Text>)> {
    let paths = [
        ("healthcheck_path", &service.healthcheck_path),
        ("liveness_probe_path", &service.liveness_probe_path),
        ("readiness_probe_path", &service.readiness_probe_path),
    ];
    let written = paths.into_iter().filter_map(|(field, path)| Some((field, path.as_ref()?)));
    written.filter(|(_, path)| !path.value.as_str().is_empty())
}

fn check_paths(checker: &mut Checker<'_>) {
    let service = checker.service;
    let is_grpc = service.port_of_probes().is_some_and(|port| port.kind == PortKind::Grpc);
    for (field, path) in paths(service) {
        let text = path.value.as_str();
        if is_grpc {
            let message = format!("`{field}` has no effect on a `grpc` port");
            let diagnostic =
                Diagnostic::new(&PROBE_WITHOUT_EFFECT, path.span, checker.path(field), message)
                    .help("remove it");
            checker.push(diagnostic);
        } else if let Some((_, rest)) = text.split_once("://").filter(|_| !text.starts_with('/')) {
            let message = format!("`{field}` is the URL `{text}`, expected a path");
            let meant = rest.find('/').map_or("/", |slash| &rest[slash..]);
            let mut diagnostic =
                Diagnostic::new(&URL_AS_PATH, path.span, checker.path(field), message)
                    .help(format!("write `{meant}`"));
            if !path.value.is_interpolated() {
                let title = format!("change to `{meant}`");
                let written = written_path(meant);
                diagnostic = diagnostic.fix(Applicability::Safe, title, path.span, written);
            }
            checker.push(diagnostic);
        } else if !text.starts_with(['/', '“', '”', '„']) && path.value.is_known() {
            let message = format!("`{field}` is `{text}`, expected a path that starts with `/`");
            let mut diagnostic =
                Diagnostic::new(&PATH_WITHOUT_SLASH, path.span, checker.path(field), message);
            if !path.value.is_interpolated() && !text.contains(char::is_control) {
                let with_slash = format!("/{text}");
                let written = written_path(&with_slash);
                let title = format!("change to `{with_slash}`");
                diagnostic = diagnostic.fix(Applicability::Safe, title, path.span, written);
            }
            checker.push(diagnostic);
        }
    }
}

/// Returns a path as YAML, in quotes if it needs them.
fn written_path(path: &str) -> String {
    let is_plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if is_plain { path.to_owned() } else { yaml_quoted(path) }
}
