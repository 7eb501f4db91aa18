//! Routes of the Gateway API (standard channel), one per `public_uri`: an HTTPRoute, or a GRPCRoute
//! for a `grpc` port (<https://gateway-api.sigs.k8s.io/reference/spec/>).

use super::address::{Address, addresses};
use super::context::ServiceContext;
use super::object::{Object, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::port::PortKind;
use crate::text::Text;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    addresses(service, context).iter().map(|address| route(address, service, context)).collect()
}

fn route(address: &Address, service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Object {
    let (uri, port) = (&address.uri, address.port.kind);
    let (namespace, gateway) = context.gateway;
    let parent =
        Map::new().with("name", Text::literal(gateway)).with("namespace", Text::literal(namespace));
    let hosts = uri.host.clone().map(|host| vec![Value::from(host).at(uri.span)]);
    let rule = match port {
        PortKind::Grpc => grpc_rule(address),
        PortKind::Http | PortKind::Websocket | PortKind::Tcp => http_rule(address, service),
    };
    let spec = Map::new()
        .with("parentRefs", vec![Value::from(parent)])
        .maybe("hostnames", hosts)
        .with("rules", vec![Value::from(rule).at(uri.span)]);
    let kind = if port == PortKind::Grpc { Kind::GrpcRoute } else { Kind::HttpRoute };
    object(kind, address.name(context), context, Map::new(), Map::new().with("spec", spec))
}

fn backends(address: &Address) -> Vec<Value> {
    let (number, span) = address.port.service_port;
    let port = Value::from(number).at(span);
    vec![Value::from(Map::new().with("name", address.backend.clone()).with("port", port))]
}

fn grpc_rule(address: &Address) -> Map {
    Map::new().with("backendRefs", backends(address))
}

fn http_rule(address: &Address, service: &Checked<K8sService>) -> Map {
    let uri = &address.uri;
    let path = Map::new()
        .with("type", "PathPrefix")
        .with("value", Value::from(uri.prefix.clone()).at(uri.span));
    let mut rule = Map::new().with("matches", vec![Value::from(Map::new().with("path", path))]);
    if !uri.at_root() && !service.keep_path_prefix.value {
        let replace = Map::new().with("type", "ReplacePrefixMatch").with("replacePrefixMatch", "/");
        let rewrite = Map::new()
            .with("type", "URLRewrite")
            .with("urlRewrite", Map::new().with("path", replace));
        rule = rule.with("filters", vec![Value::from(rewrite)]);
    }
    rule = rule.with("backendRefs", backends(address));
    // Idle websockets stay open.
    let timeouts = Map::new().with("request", "3600s").with("backendRequest", "3600s");
    rule.maybe("timeouts", (address.port.kind == PortKind::Websocket).then_some(timeouts))
}
