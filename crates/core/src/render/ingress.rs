//! Ingresses for ingress-nginx, one a `public_uri`
//! (<https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>).

use super::{Frame, Object, Profile, object};
use crate::check::Checked;
use crate::model::k8s_service::{K8sService, PortKind};
use crate::model::text::{Text, TextBuilder};
use crate::span::Spanned;
use crate::value::{Map, Value};

const NGINX: &str = "nginx.ingress.kubernetes.io";

pub(super) fn render(service: &Checked<K8sService>, frame: &Frame<'_>) -> Vec<Object> {
    let uris = service.public_uri.value.0.iter().enumerate();
    uris.map(|(index, uri)| ingress(index, uri, service, frame)).collect()
}

fn ingress(index: usize, uri: &Spanned<Text>, service: &Checked<K8sService>, frame: &Frame<'_>) -> Object {
    let (domain, prefix) = components(&uri.value);
    let at_root = prefix.as_str() == "/";
    // The groups of the path are what the rewrite hands on: everything behind the prefix.
    let path = if at_root { prefix } else { TextBuilder::default().text(&prefix).push("(/|$)(.*)").build() };
    let backend = Map::new()
        .with("service", Map::new().with("name", frame.names.module.as_str()).with("port", Map::new().with("number", 80_i64)));
    let path = Map::new().with("path", path).with("pathType", "ImplementationSpecific").with("backend", backend);
    let rule = Map::new()
        .maybe("host", domain.map(|domain| Value::from(domain).at(uri.span)))
        .with("http", Map::new().with("paths", vec![Value::from(path).at(uri.span)]));
    let spec = Map::new().with("ingressClassName", "nginx").with("rules", vec![Value::from(rule).at(uri.span)]);
    let name = format!("{}-{index}", frame.names.full());
    object("networking.k8s.io/v1", "Ingress", name, frame, annotations(service, at_root, frame), Map::new().with("spec", spec))
}

fn annotations(service: &Checked<K8sService>, at_root: bool, frame: &Frame<'_>) -> Map {
    let mut annotations = Map::new();
    if service.sticky_session.value {
        let age = Value::from(service.sticky_session_max_age.value.0.to_string()).at(service.sticky_session_max_age.span);
        let cookie = match frame.profile {
            Profile::Default => "opta_cookie",
            Profile::Opta2021 => "opta-cookie",
        };
        annotations = annotations
            .with(format!("{NGINX}/affinity"), Value::from("cookie").at(service.sticky_session.span))
            .with(format!("{NGINX}/session-cookie-name"), Value::from(cookie).at(service.sticky_session.span))
            .with(format!("{NGINX}/session-cookie-expires"), age.clone())
            .with(format!("{NGINX}/session-cookie-max-age"), age);
    }
    if let Some(hash) = &service.consistent_hash {
        annotations = annotations.with(format!("{NGINX}/upstream-hash-by"), Value::from(hash.value.clone()).at(hash.span));
    }
    if !at_root {
        annotations = annotations.with(format!("{NGINX}/rewrite-target"), "/$2");
    }
    if service.port().kind == PortKind::Grpc {
        annotations = annotations.with(format!("{NGINX}/backend-protocol"), "GRPC");
    }
    annotations = annotations.with("cert-manager.io/cluster-issuer", "opta-selfsigned");
    if service.port().kind == PortKind::Tcp {
        // Websockets stay open while nothing is said.
        annotations =
            annotations.with(format!("{NGINX}/proxy-read-timeout"), "3600").with(format!("{NGINX}/proxy-send-timeout"), "3600");
    }
    annotations
}

/// Domain and path prefix of a URI; no domain for `all` and for a path alone.
fn components(uri: &Text) -> (Option<Text>, Text) {
    let text = uri.as_str();
    let slash = text.find('/').unwrap_or(text.len());
    let domain = uri.slice(0..slash);
    let prefix = if slash == text.len() { Text::literal("/") } else { uri.slice(slash..text.len()) };
    let answers_all = domain.as_str().is_empty() || domain.as_str() == "all";
    ((!answers_all).then_some(domain), prefix)
}
