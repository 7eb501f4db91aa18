//! The Ingresses and routes that the renderer can write.

use serde_json::{Value, json};

use super::expected::Expected;
use super::metadata::object;
use super::shape::{
    Shape, any_number, any_text, either, exactly, map, one_item, one_of, optional, required, text,
};
use crate::kind::Kind;
use crate::metadata_key::{is_annotation_key, is_snippet};
use crate::model::k8s_service::INGRESS_CLASS;
use crate::model::name::Names;
use crate::render::Profile;
use crate::rfc1123;

/// The characters that end a value in a configuration of nginx, or a path in a URL.
const SPECIAL: &[char] = &['"', '\'', ';', '{', '}', '#', '`'];

pub(super) fn ingress<'a>(names: &'a Names, expected: &Expected<'_>) -> Shape<'a> {
    let of_alb = ingress_of(exactly("alb"), one_of(&["Prefix"]), names, expected);
    let of_nginx = ingress_of(exactly("nginx"), any_text(), names, expected);
    let named = text("an ingress class", rfc1123::is_subdomain);
    let of_another_class = ingress_of(named, any_text(), names, expected);
    either(
        |ingress| class(ingress) == Some("alb"),
        of_alb,
        either(is_class_of_annotation, of_another_class, of_nginx),
    )
}

fn class(ingress: &Value) -> Option<&str> {
    ingress.pointer("/spec/ingressClassName")?.as_str()
}

/// Whether the service file names the ingress class.
fn is_class_of_annotation(ingress: &Value) -> bool {
    let annotation = &ingress["metadata"]["annotations"][INGRESS_CLASS];
    annotation.as_str().is_some_and(|name| class(ingress) == Some(name))
}

fn ingress_of<'a>(
    class: Shape<'a>,
    path_type: Shape<'a>,
    names: &'a Names,
    expected: &Expected<'_>,
) -> Shape<'a> {
    let port = match expected.profile {
        Profile::Default | Profile::Opta2021 => map([required("number", any_number())]),
        Profile::Opta2022 => map([required("name", any_text())]),
    };
    let service = map([required("name", backend_name(names)), required("port", port)]);
    let backend = map([required("service", service)]);
    let path = map([
        required("path", url_path()),
        required("pathType", path_type),
        required("backend", backend),
    ]);
    let rule =
        map([optional("host", host()), required("http", map([required("paths", one_item(path))]))]);
    let spec = map([required("ingressClassName", class), required("rules", one_item(rule))]);
    // A service file can set any annotation, except for snippets.
    let annotations = Shape::Open(Vec::new(), |key, _| is_annotation_key(key) && !is_snippet(key));
    object(Kind::Ingress, names, Some(annotations), vec![required("spec", spec)])
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

/// The route of a public TCP port. The Gateway and the Service have the same port.
pub(super) fn tcp_route<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let (namespace, gateway) = &expected.gateway;
    let parent = map([
        required("name", exactly(gateway.as_str())),
        required("namespace", exactly(namespace.as_str())),
        required("port", Shape::Number(1..=65_535)),
    ]);
    let rule = map([required("backendRefs", one_item(backend(names)))]);
    let spec = map([required("parentRefs", one_item(parent)), required("rules", one_item(rule))]);
    object(Kind::TcpRoute, names, None, vec![required("spec", spec)])
}

/// The Service that gets the requests. With the profile `opta-2022`, the one of a StatefulSet is
/// headless.
fn backend_name(names: &Names) -> Shape<'static> {
    let services = [names.module.clone(), names.headless()];
    text("the Service of the module", move |text| services.iter().any(|name| name.as_str() == text))
}

fn backend(names: &Names) -> Shape<'static> {
    map([required("name", backend_name(names)), required("port", any_number())])
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
    object(kind, names, None, vec![required("spec", spec)])
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
