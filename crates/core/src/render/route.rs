//! Routes of the Gateway API, standard channel: an HTTPRoute, or a GRPCRoute for a `grpc` port, one
//! a `public_uri` (<https://gateway-api.sigs.k8s.io/reference/spec/>).

use super::{Frame, Object, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::{K8sService, PortKind};
use crate::model::public_uri::PublicUri;
use crate::text::Text;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, frame: &Frame<'_>) -> Vec<Object> {
    let uris = PublicUri::of(service).into_iter().enumerate();
    uris.map(|(index, uri)| route(index, uri, service, frame)).collect()
}

fn route(index: usize, uri: PublicUri, service: &Checked<K8sService>, frame: &Frame<'_>) -> Object {
    let port = service.port().kind;
    let (namespace, gateway) = frame.gateway;
    let parent =
        Map::new().with("name", Text::literal(gateway)).with("namespace", Text::literal(namespace));
    let hosts = uri.host.clone().map(|host| vec![Value::from(host).at(uri.span)]);
    let rule = if port == PortKind::Grpc { grpc_rule(frame) } else { http_rule(&uri, port, frame) };
    let spec = Map::new()
        .with("parentRefs", vec![Value::from(parent)])
        .maybe("hostnames", hosts)
        .with("rules", vec![Value::from(rule).at(uri.span)]);
    let kind = if port == PortKind::Grpc { Kind::GrpcRoute } else { Kind::HttpRoute };
    let name = format!("{}-{index}", frame.names.full.as_str()).into();
    object(kind, name, frame, Map::new(), Map::new().with("spec", spec))
}

fn backends(frame: &Frame<'_>) -> Vec<Value> {
    vec![Value::from(Map::new().with("name", frame.names.module.clone()).with("port", 80_i64))]
}

fn grpc_rule(frame: &Frame<'_>) -> Map {
    Map::new().with("backendRefs", backends(frame))
}

fn http_rule(uri: &PublicUri, port: PortKind, frame: &Frame<'_>) -> Map {
    let path = Map::new()
        .with("type", "PathPrefix")
        .with("value", Value::from(uri.prefix.clone()).at(uri.span));
    let mut rule = Map::new().with("matches", vec![Value::from(Map::new().with("path", path))]);
    if !uri.at_root() {
        let replace = Map::new().with("type", "ReplacePrefixMatch").with("replacePrefixMatch", "/");
        let rewrite = Map::new()
            .with("type", "URLRewrite")
            .with("urlRewrite", Map::new().with("path", replace));
        rule = rule.with("filters", vec![Value::from(rewrite)]);
    }
    rule = rule.with("backendRefs", backends(frame));
    // Websockets stay open while nothing is said.
    let timeouts = Map::new().with("request", "3600s").with("backendRequest", "3600s");
    rule.maybe("timeouts", (port == PortKind::Tcp).then_some(timeouts))
}
