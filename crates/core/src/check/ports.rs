//! The ports of a service.

use std::collections::BTreeMap;

use super::context::Checker;
use super::probes;
use crate::diagnostic::Diagnostic;
use crate::model::ports::{PROTOCOLS, PortItem, TYPES};
use crate::quote::one_of;
use crate::rfc1123;
use crate::rule::rule;
use crate::span::{Span, Spanned};
use crate::suggest::Suggestion;
use crate::text::Text;

rule! {
    /// The service has both `port` and `ports`. They describe the same ports, so only one of them
    /// is allowed.
    pub static PORT_AND_PORTS: Error {
        fix: "Remove `port`, and list all ports in `ports`.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    port: {http: 80}\n    \
             ports: [{name: web, type: http, port: 81}]\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    \
             ports: [{name: web, type: http, port: 81}]\n"
        ),
    }
}

rule! {
    /// Two ports have the same name, the same number, or the same number in the Kubernetes Service.
    pub static DUPLICATE_PORT: Error {
        fix: "Change one of the ports.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    ports:\n      \
             - {name: a, type: tcp, port: 80}\n      - {name: a, type: tcp, port: 81}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    ports:\n      \
             - {name: a, type: tcp, port: 80}\n      - {name: b, type: tcp, port: 81}\n"
        ),
    }
}

rule! {
    /// The name, type or protocol of a port is not valid.
    ///
    /// A name has at most 15 lowercase letters, digits and dashes, with at least one letter. The
    /// type is `http` or `tcp`. A port of the type `http` can have the protocol `grpc` or
    /// `websocket`. Only one port can have the type `http`.
    pub static INVALID_PORT: Error {
        fix: "Use an allowed value.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    \
             ports: [{name: My_Port, type: http, port: 80}]\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    \
             ports: [{name: my-port, type: http, port: 80}]\n"
        ),
        limits: [MAX_NAME],
    }
}

rule! {
    /// A field needs a port that the service does not have.
    ///
    /// A probe with a path needs a port. `probe_port` is the name of one of the `ports`.
    pub static MISSING_PORT: Error {
        fix: "Add the port, or remove the field.",
        bad: Module("probe_port: admin\n"),
        good: Module("healthcheck_path: /health\n"),
    }
}

rule! {
    /// `public_uri` has no effect, because the service has no port of the type `http`.
    pub static PUBLIC_URI_WITHOUT_HTTP: Warning {
        fix: "Add a port of the type `http`, or remove `public_uri`.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    public_uri: mail.acme.io\n    \
             ports: [{name: smtp, type: tcp, port: 2525}]\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    public_uri: mail.acme.io\n    \
             ports: [{name: web, type: http, port: 2525}]\n"
        ),
    }
}

/// The largest length of the name of a port of a container.
const MAX_NAME: usize = 15;

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    if let Some(ports) = &service.ports {
        if service.port.is_some() {
            let span =
                checker.header.mapping.get("ports").map_or(ports.span, |ports| ports.key.span);
            let message = "`port` and `ports` are both set";
            let path = checker.path("ports");
            let diagnostic = Diagnostic::new(&PORT_AND_PORTS, span, path, message);
            checker.push(diagnostic.help("remove `port`, and list all ports in `ports`"));
        }
        items(checker, &ports.value.0);
    }
    uses(checker);
}

fn items(checker: &mut Checker<'_>, items: &[Spanned<PortItem>]) {
    let mut seen: BTreeMap<(&str, String), Span> = BTreeMap::new();
    let mut http: Option<Span> = None;
    for (index, item) in items.iter().enumerate() {
        let path = |field: &str| format!("{}[{index}].{field}", checker.path("ports"));
        let mut found = item_faults(&item.value, &path);
        let service_port = item.value.service_port.as_ref();
        let values = [
            (
                "name",
                item.value.name.as_ref().map(|name| (name.value.as_str().to_owned(), name.span)),
            ),
            ("port", item.value.port.as_ref().map(|port| (port.value.0.to_string(), port.span))),
            ("service_port", service_port.map(|port| (port.value.0.to_string(), port.span))),
        ];
        for (field, value) in values {
            let Some((value, span)) = value else { continue };
            if let Some(first) = seen.get(&(field, value.clone())) {
                let message = format!("another port has the {field} `{value}`");
                let diagnostic = Diagnostic::new(&DUPLICATE_PORT, span, path(field), message);
                found.push(diagnostic.help("change one of the ports").label(*first, "first use"));
            } else {
                seen.insert((field, value), span);
            }
        }
        if let Some(kind) = item.value.kind.as_ref().filter(|kind| kind.value.as_str() == "http") {
            if let Some(first) = http {
                let message = "more than one port has the type `http`";
                let diagnostic = Diagnostic::new(&INVALID_PORT, kind.span, path("type"), message);
                found
                    .push(diagnostic.help("use `type: tcp` for one of them").label(first, "first"));
            }
            http.get_or_insert(kind.span);
        }
        found.into_iter().for_each(|diagnostic| checker.push(diagnostic));
    }
}

fn item_faults(item: &PortItem, path: &impl Fn(&str) -> String) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(name) = &item.name
        && name.value.is_known()
        && !is_port_name(name.value.as_str())
    {
        let message = format!("`{}` is not a valid name of a port", name.value.as_str());
        found.push(
            Diagnostic::new(&INVALID_PORT, name.span, path("name"), message)
                .help("use at most 15 lowercase letters, digits and dashes"),
        );
    }
    let of = |text: &Spanned<Text>, field: &str, allowed: &[&str]| {
        let written = text.value.as_str();
        if allowed.contains(&written) || !text.value.is_known() {
            return None;
        }
        let message = format!("`{written}` is not a valid {field} of a port");
        let diagnostic = Diagnostic::new(&INVALID_PORT, text.span, path(field), message);
        let other_help = || format!("use {}", one_of(allowed));
        let suggestion = Suggestion::new(written, allowed.iter().copied(), other_help);
        Some(suggestion.change(diagnostic))
    };
    found.extend(item.kind.as_ref().and_then(|kind| of(kind, "type", TYPES)));
    let Some(protocol) = &item.protocol else { return found };
    let wrong = of(protocol, "protocol", PROTOCOLS);
    let is_tcp = item.kind.as_ref().is_some_and(|kind| kind.value.as_str() == "tcp");
    if wrong.is_none() && is_tcp {
        let message = "a port of the type `tcp` cannot have a protocol";
        let diagnostic = Diagnostic::new(&INVALID_PORT, protocol.span, path("protocol"), message);
        found.push(diagnostic.help("use `type: http`, or remove `protocol`"));
    }
    found.extend(wrong);
    found
}

/// Whether a container can have a port of this name
/// (<https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports>).
fn is_port_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && rfc1123::is_label(name)
        && !name.contains("--")
        && name.contains(|c: char| c.is_ascii_lowercase())
}

/// Checks the fields that need a port.
fn uses(checker: &mut Checker<'_>) {
    let service = checker.service;
    // A port with an error is already reported.
    let written = |field| checker.header.mapping.get(field).is_some();
    let ports = service.all_ports();
    let items = service.ports.as_ref().map_or(0, |ports| ports.value.0.len());
    let is_broken = written("port") && service.port.is_none()
        || written("ports") && (service.ports.is_none() || items != ports.len());
    if is_broken || !written("port") && !written("ports") {
        return;
    }
    if let Some(name) = &service.probe_port
        && ports.iter().all(|port| port.name != name.value)
    {
        let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
        let message = format!("no port has the name `{}`", name.value.as_str());
        let path = checker.path("probe_port");
        let diagnostic = Diagnostic::new(&MISSING_PORT, name.span, path, message);
        let other_help = || format!("use {}", one_of(&names));
        let suggestion = Suggestion::new(name.value.as_str(), names.iter().copied(), other_help);
        checker.push(suggestion.change(diagnostic));
    }
    let add_port = "add the port, or remove the field";
    for (field, path) in probes::paths(service) {
        if ports.is_empty() {
            let message = format!("`{field}` needs a port");
            let diagnostic =
                Diagnostic::new(&MISSING_PORT, path.span, checker.path(field), message);
            checker.push(diagnostic.help(add_port));
        }
    }
    if let Some(uri) = service.public_uri.value.0.first()
        && ports.iter().all(|port| !port.kind.is_http())
    {
        let message = "`public_uri` has no effect without a port of the type `http`";
        let path = checker.path("public_uri");
        let diagnostic = Diagnostic::new(&PUBLIC_URI_WITHOUT_HTTP, uri.span, path, message);
        checker.push(diagnostic.help(add_port));
    }
}
