//! Ingresses for ingress-nginx, one per `public_uri`
//! (<https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>).

use super::context::ServiceContext;
use super::object::{Object, object};
use super::target::Profile;
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::port::PortKind;
use crate::model::public_uri::PublicUri;
use crate::span::Span;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, Value};

const NGINX: &str = "nginx.ingress.kubernetes.io";

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    let uris = PublicUri::of(service).into_iter().enumerate();
    uris.map(|(index, uri)| ingress(index, uri, service, context)).collect()
}

fn ingress(
    index: usize,
    uri: PublicUri,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Object {
    // The second group is the path after the prefix. The annotation `rewrite-target` uses it.
    let path = if uri.at_root() {
        uri.prefix.clone()
    } else {
        TextBuilder::default().text(&uri.prefix).push("(/|$)(.*)").build()
    };
    let rules = vec![rule(uri.host.clone(), path, "ImplementationSpecific", uri.span, context)];
    let spec = Map::new().with("ingressClassName", "nginx").with("rules", rules);
    let name = format!("{}-{index}", context.names.full.as_str()).into();
    let rewrite = rewrite_target(service, &uri);
    let annotations = annotations(service, rewrite, context)
        .overridden_by(service.ingress_extra_annotations.value.to_map());
    object(Kind::Ingress, name, context, annotations, Map::new().with("spec", spec))
}

/// Returns the rule of an Ingress, which routes a host and a path to port 80 of the Service.
pub(super) fn rule(
    host: Option<Text>,
    path: Text,
    path_type: &'static str,
    span: Span,
    context: &ServiceContext<'_>,
) -> Value {
    let port = Map::new().with("number", 80_i64);
    let backend = Map::new()
        .with("service", Map::new().with("name", context.names.module.clone()).with("port", port));
    let path = Map::new().with("path", path).with("pathType", path_type).with("backend", backend);
    let rule = Map::new()
        .maybe("host", host.map(|host| Value::from(host).at(span)))
        .with("http", Map::new().with("paths", vec![Value::from(path).at(span)]));
    Value::from(rule).at(span)
}

/// Returns the path that the container receives: without the prefix, unless the service keeps it.
fn rewrite_target(service: &Checked<K8sService>, uri: &PublicUri) -> Option<Value> {
    if uri.at_root() {
        return None;
    }
    let keep = &service.keep_path_prefix;
    let target = if keep.value {
        TextBuilder::default().text(&uri.prefix).push("$1$2").build()
    } else {
        Text::constant("/$2")
    };
    Some(Value::from(target).at(keep.span))
}

fn annotations(
    service: &Checked<K8sService>,
    rewrite: Option<Value>,
    context: &ServiceContext<'_>,
) -> Map {
    let mut annotations = Map::new();
    if service.sticky_session.value {
        let age = Value::from(service.sticky_session_max_age.value.0.to_string())
            .at(service.sticky_session_max_age.span);
        let cookie = match context.profile {
            Profile::Default => "opta_cookie",
            Profile::Opta2021 => "opta-cookie",
        };
        annotations = annotations
            .with(
                format!("{NGINX}/affinity"),
                Value::from("cookie").at(service.sticky_session.span),
            )
            .with(
                format!("{NGINX}/session-cookie-name"),
                Value::from(cookie).at(service.sticky_session.span),
            )
            .with(format!("{NGINX}/session-cookie-expires"), age.clone())
            .with(format!("{NGINX}/session-cookie-max-age"), age);
    }
    if let Some(hash) = &service.consistent_hash {
        annotations = annotations.with(
            format!("{NGINX}/upstream-hash-by"),
            Value::from(hash.value.clone()).at(hash.span),
        );
    }
    if let Some(target) = rewrite {
        annotations = annotations.with(format!("{NGINX}/rewrite-target"), target);
    }
    if service.port().kind == PortKind::Grpc {
        annotations = annotations.with(format!("{NGINX}/backend-protocol"), "GRPC");
    }
    annotations = annotations.with("cert-manager.io/cluster-issuer", "opta-selfsigned");
    if service.port().kind == PortKind::Tcp {
        // Idle websockets stay open.
        annotations = annotations
            .with(format!("{NGINX}/proxy-read-timeout"), "3600")
            .with(format!("{NGINX}/proxy-send-timeout"), "3600");
    }
    annotations
}
