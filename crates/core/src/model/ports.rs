//! The ports of a service: one `port`, or a list of `ports` with names.

use super::docs::SERVICE;
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::map_list::map_list;
use super::number::Count;
use super::port::PortKind;
use super::rendered::{Rendered, container};
use crate::kind::Kind;
use crate::span::{Span, Spanned};
use crate::syntax::Node;
use crate::text::Text;

/// The types of ports.
pub const TYPES: &[&str] = &["http", "tcp"];
/// The protocols of ports of the type `http`, other than HTTP itself.
pub const PROTOCOLS: &[&str] = &["grpc", "websocket"];

fields! {
    /// An item of `ports`.
    pub struct PortItem ("a port") {
        /// Name of the port: lowercase letters, digits and dashes.
        name: Text, {
            example: "web", required: true, never_number: true,
            renders: &[
                container!("ports[].name"),
                Rendered::part(Kind::Service, "spec.ports[].name"),
            ],
            docs: Some(SERVICE),
        };
        /// Type of the port: `http` or `tcp`. Only an `http` port is reached by `public_uri`.
        kind as "type": Text, { example: "http", required: true, never_number: true };
        /// Port that the container listens on.
        port: Count, {
            example: "8080", required: true, range: Some((1, 65535)),
            renders: &[container!("ports[].containerPort")],
            docs: Some(SERVICE),
        };
        /// Port of the Kubernetes Service. The default is 80 for `http`, or the number of `port`
        /// for `tcp`.
        service_port: Count, {
            example: "8080", range: Some((1, 65535)),
            renders: &[Rendered::part(Kind::Service, "spec.ports[].port")],
            docs: Some(SERVICE),
        };
        /// Protocol of an `http` port: `grpc` or `websocket`. The default is HTTP.
        protocol: Text, { example: "grpc", never_number: true };
        /// Whether the load balancer of a `tcp` port expects TLS.
        tls: bool = false, { example: "true" };
    }
}

/// The ports in file order.
#[derive(Clone, Debug, Default)]
pub struct Ports(pub Vec<Spanned<PortItem>>);

impl FieldValue for Ports {
    const KIND: FieldType = FieldType::MapList(PortItem::FIELDS);

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        map_list(node, field, reader, PortItem::read).map(Self)
    }
}

/// A port of the container and of the Kubernetes Service.
#[derive(Clone, Debug)]
pub struct ServicePort {
    /// The name.
    pub name: Text,
    /// The protocol.
    pub kind: PortKind,
    /// The number in the container.
    pub number: i64,
    /// The position of the number.
    pub span: Span,
    /// The number in the Kubernetes Service, with its position if it is written.
    pub service_port: (i64, Option<Span>),
}

/// The port of the Service for HTTP.
pub(super) const HTTP_PORT: i64 = 80;

impl PortItem {
    /// Returns the port. Returns `None` if the item has an error.
    pub(super) fn to_service_port(&self) -> Option<ServicePort> {
        let (name, number) = (self.name.as_ref()?, self.port.as_ref()?);
        let protocol = self.protocol.as_ref().map(|protocol| protocol.value.as_str());
        let kind = match (self.kind.as_ref()?.value.as_str(), protocol) {
            ("http", None) => PortKind::Http,
            ("http", Some("grpc")) => PortKind::Grpc,
            ("http", Some("websocket")) => PortKind::Websocket,
            ("tcp", None) => PortKind::Tcp,
            _ => return None,
        };
        let in_container = i64::from(number.value.0);
        let default = if kind.is_http() { HTTP_PORT } else { in_container };
        let service_port = match &self.service_port {
            Some(port) => (i64::from(port.value.0), Some(port.span)),
            None => (default, None),
        };
        Some(ServicePort {
            name: name.value.clone(),
            kind,
            number: in_container,
            span: number.span,
            service_port,
        })
    }
}
