//! Routes of the Gateway API (<https://gateway-api.sigs.k8s.io/reference/spec/>).
//!
//! Each `public_uri` has an HTTPRoute, or a GRPCRoute for a `grpc` port. Each public TCP port has a
//! TCPRoute, which only the experimental channel of the Gateway API contains.

use super::address::{Address, addresses};
use super::context::ServiceContext;
use super::object::{Object, object};
use super::service::public_name;
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::port::PortKind;
use crate::model::ports::ServicePort;
use crate::text::Text;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    let ports = service.public_tcp_ports(&context.environment.tcp_ports);
    let tcp = ports.into_iter().map(|port| tcp_route(port, service, context));
    let addresses = addresses(service, context);
    addresses.iter().map(|address| route(address, service, context)).chain(tcp).collect()
}

/// Routes a port of the Gateway to the port of the Service with the same number. The listener of
/// the Gateway is found by its port, because its name is not known.
fn tcp_route(
    port: ServicePort,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Object {
    let (number, span) = port.service_port;
    let parent = parent(context).with("port", Value::from(number).at(span));
    let backends = vec![backend(public_name(service, context), &port)];
    let rule = Map::new().with("backendRefs", backends);
    let spec = Map::new()
        .with("parentRefs", vec![Value::from(parent)])
        .with("rules", vec![Value::from(rule).at(port.span)]);
    let name = format!("{}-{number}", context.names.full.as_str()).into();
    object(Kind::TcpRoute, name, context, Map::new(), Map::new().with("spec", spec))
}

/// Returns the reference to the Gateway.
fn parent(context: &ServiceContext<'_>) -> Map {
    let (namespace, gateway) = context.gateway;
    Map::new().with("name", Text::literal(gateway)).with("namespace", Text::literal(namespace))
}

fn route(address: &Address, service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Object {
    let (uri, port) = (&address.uri, address.port.kind);
    let hosts = uri.host.clone().map(|host| vec![Value::from(host).at(uri.span)]);
    let rule = match port {
        PortKind::Grpc => grpc_rule(address),
        PortKind::Http | PortKind::Websocket | PortKind::Tcp => http_rule(address, service),
    };
    let spec = Map::new()
        .with("parentRefs", vec![Value::from(parent(context))])
        .maybe("hostnames", hosts)
        .with("rules", vec![Value::from(rule).at(uri.span)]);
    let kind = if port == PortKind::Grpc { Kind::GrpcRoute } else { Kind::HttpRoute };
    object(kind, address.name(context), context, Map::new(), Map::new().with("spec", spec))
}

fn backends(address: &Address) -> Vec<Value> {
    vec![backend(address.backend.clone(), &address.port)]
}

/// Returns the reference to a port of a Service.
fn backend(service: Text, port: &ServicePort) -> Value {
    let (number, span) = port.service_port;
    let port = Value::from(number).at(span);
    Value::from(Map::new().with("name", service).with("port", port))
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
