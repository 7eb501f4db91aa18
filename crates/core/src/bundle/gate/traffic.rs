//! The Ingresses and routes that the renderer can write.

use serde_json::{Value, json};

use super::expected::Expected;
use super::metadata::object;
use super::shape::{
    Field, Shape, any_text, either, exactly, map, one_item, one_of, optional, required, text,
};
use crate::kind::Kind;
use crate::model::name::Names;
use crate::rfc1123;

/// The characters that end a value in a configuration of nginx, or a path in a URL.
const SPECIAL: &[char] = &['"', '\'', ';', '{', '}', '#', '`'];

pub(super) fn ingress<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    either(
        |ingress| ingress.pointer("/spec/ingressClassName").and_then(Value::as_str) == Some("alb"),
        ingress_of("alb", one_of(&["Prefix"]), alb_annotations(expected), names),
        ingress_of("nginx", any_text(), nginx_annotations(), names),
    )
}

fn ingress_of<'a>(
    class: &'static str,
    path_type: Shape<'a>,
    annotations: Vec<Field<'a>>,
    names: &'a Names,
) -> Shape<'a> {
    let backend = json!({
        "service": { "name": names.module.as_str(), "port": { "number": 80 } },
    });
    let path = map([
        required("path", url_path()),
        required("pathType", path_type),
        required("backend", exactly(backend)),
    ]);
    let rule =
        map([optional("host", host()), required("http", map([required("paths", one_item(path))]))]);
    let spec =
        map([required("ingressClassName", exactly(class)), required("rules", one_item(rule))]);
    object(Kind::Ingress, names, annotations, vec![required("spec", spec)])
}

fn nginx_annotations() -> Vec<Field<'static>> {
    let seconds = || text("a number", is_number);
    let nginx = |name: &str, shape| optional(format!("nginx.ingress.kubernetes.io/{name}"), shape);
    let hash = text("variables of nginx", |text| {
        !text.contains(|c: char| c.is_control() || "\"'`;#\\".contains(c))
    });
    vec![
        nginx("affinity", exactly("cookie")),
        nginx("session-cookie-name", one_of(&["opta_cookie", "opta-cookie"])),
        nginx("session-cookie-expires", seconds()),
        nginx("session-cookie-max-age", seconds()),
        nginx("upstream-hash-by", hash),
        nginx("rewrite-target", exactly("/$2")),
        nginx("backend-protocol", exactly("GRPC")),
        nginx("proxy-read-timeout", seconds()),
        nginx("proxy-send-timeout", seconds()),
        optional("cert-manager.io/cluster-issuer", exactly("opta-selfsigned")),
    ]
}

fn alb_annotations(expected: &Expected<'_>) -> Vec<Field<'static>> {
    let alb = |name: &str, shape| optional(format!("alb.ingress.kubernetes.io/{name}"), shape);
    let group = format!("opta-{}", expected.bundle.metadata.environment);
    vec![
        alb("scheme", exactly("internet-facing")),
        alb("target-type", exactly("ip")),
        alb("group.name", exactly(group)),
        alb("healthcheck-path", any_text()),
        alb("backend-protocol-version", exactly("GRPC")),
        alb("load-balancer-attributes", settings(&["idle_timeout.timeout_seconds="])),
        alb(
            "target-group-attributes",
            settings(&[
                "stickiness.enabled=true",
                "stickiness.type=lb_cookie",
                "stickiness.lb_cookie.duration_seconds=",
            ]),
        ),
    ]
}

/// These settings, separated by commas. A setting that ends with `=` has a number.
fn settings(expected: &'static [&'static str]) -> Shape<'static> {
    text("the settings that Optakit writes", move |text| {
        let found: Vec<&str> = text.split(',').collect();
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| {
                match found.strip_prefix(expected) {
                    Some(number) if expected.ends_with('=') => is_number(number),
                    Some(rest) => rest.is_empty(),
                    None => false,
                }
            })
    })
}

pub(super) fn http_route<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let path = map([required("type", exactly("PathPrefix")), required("value", url_path())]);
    let rewrite = json!({
        "type": "URLRewrite",
        "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/" } },
    });
    let timeouts = map([required("request", any_text()), required("backendRequest", any_text())]);
    let rule = map([
        required("matches", one_item(map([required("path", path)]))),
        optional("filters", one_item(exactly(rewrite))),
        required("backendRefs", one_item(backend(names))),
        optional("timeouts", timeouts),
    ]);
    route(Kind::HttpRoute, rule, names, expected)
}

pub(super) fn grpc_route<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let rule = map([required("backendRefs", one_item(backend(names)))]);
    route(Kind::GrpcRoute, rule, names, expected)
}

fn backend(names: &Names) -> Shape<'static> {
    exactly(json!({ "name": names.module.as_str(), "port": 80 }))
}

fn route<'a>(
    kind: Kind,
    rule: Shape<'a>,
    names: &'a Names,
    expected: &'a Expected<'_>,
) -> Shape<'a> {
    let (namespace, gateway) = &expected.gateway;
    let parent = json!({ "name": gateway, "namespace": namespace });
    let spec = map([
        required("parentRefs", one_item(exactly(parent))),
        optional("hostnames", one_item(host())),
        required("rules", one_item(rule)),
    ]);
    object(kind, names, Vec::new(), vec![required("spec", spec)])
}

fn host() -> Shape<'static> {
    text("a domain", |text| rfc1123::is_subdomain(text.strip_prefix("*.").unwrap_or(text)))
}

fn url_path() -> Shape<'static> {
    text("a path", |text| {
        text.starts_with('/')
            && !text.contains(|c: char| c.is_whitespace() || c.is_control() || SPECIAL.contains(&c))
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
