//! The port of a service.

use super::field::{FieldShape, FieldType, Keys};
use super::field_reader::{FieldReader, FieldValue};
use super::number::{Digits, whole_number};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::quote::quoted_list;
use crate::rule::rule;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node, ScalarValue};

rule! {
    /// `port` must have exactly one of the keys `http`, `websocket`, `grpc` and `tcp`. The key
    /// `tcp` is the older name of `websocket`.
    pub static PORT_KINDS: Error {
        fix: "Keep only the port that the program listens on.",
        bad: Module("port:\n  http: 80\n  tcp: 81\n"),
        good: Module("port:\n  http: 80\n"),
    }
}

/// The protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// HTTP/1.
    Http,
    /// Websockets, whose connections stay open.
    Websocket,
    /// gRPC over HTTP/2.
    Grpc,
    /// Any other TCP protocol. `public_uri` does not reach it.
    Tcp,
}

impl PortKind {
    /// Returns whether requests for `public_uri` can be routed to the port.
    #[must_use]
    pub const fn is_http(self) -> bool {
        !matches!(self, Self::Tcp)
    }

    /// Returns the protocol for a key of `port`. Opta 2021 used `tcp` for websockets.
    fn of(key: &str) -> Option<Self> {
        match key {
            "http" => Some(Self::Http),
            "tcp" | "websocket" => Some(Self::Websocket),
            "grpc" => Some(Self::Grpc),
            _ => None,
        }
    }
}

/// The port of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The protocol.
    pub kind: PortKind,
    /// The number of the port in the container.
    pub number: u16,
    /// The position of the number.
    pub span: Span,
}

/// The keys of `port`.
pub const PORT_NAMES: &[&str] = &["http", "tcp", "grpc", "websocket"];

const KEYS: Keys = Keys { map: "`port`", names: PORT_NAMES, synonyms: &[], shapes: &[] };

impl FieldValue for Port {
    const KIND: FieldType = FieldType::Port;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.push(not_a_map(node, reader));
            return None;
        };
        let before = reader.diagnostics.len();
        reader.unknown_keys(mapping, &KEYS);
        let has_unknown_keys = reader.diagnostics.len() > before;
        let known: Vec<(&Entry, PortKind)> = mapping
            .entries
            .iter()
            .filter_map(|entry| Some((entry, PortKind::of(&entry.key.value)?)))
            .collect();
        let [(entry, kind)] = known.as_slice() else {
            if !has_unknown_keys && !mapping.broken {
                reader.push(not_one_kind(mapping, node, reader));
            }
            return None;
        };
        if entry.value.is_broken() {
            return None;
        }
        let number = reader.in_entry(entry, |reader| {
            whole_number(&entry.value, field.range, Digits::Any, reader)
        })?;
        Some(Self { kind: *kind, number: u16::try_from(number).ok()?, span: entry.value.span })
    }
}

fn not_a_map(node: &Node, reader: &FieldReader<'_>) -> Diagnostic {
    let diagnostic = reader.wrong_type(node, "a map like `http: 8080`");
    let number =
        node.as_scalar().filter(|scalar| matches!(scalar.value, ScalarValue::Int(1..=65535)));
    let Some(number) = number else { return diagnostic };
    let map = format!("{{http: {}}}", number.text.as_str());
    diagnostic.fix(Applicability::Unsafe, format!("change to `{map}`"), node.span, map.clone())
}

fn not_one_kind(mapping: &Mapping, node: &Node, reader: &FieldReader<'_>) -> Diagnostic {
    let names: Vec<&str> = mapping.entries.iter().map(|entry| &*entry.key.value).collect();
    let found = if names.is_empty() {
        "is empty".to_owned()
    } else {
        format!("has {}", quoted_list(&names))
    };
    let message = format!("`port` {found}, expected exactly one of {}", quoted_list(PORT_NAMES));
    let diagnostic = reader
        .fault(&PORT_KINDS, reader.place_of(node), message)
        .help("keep only the port that the program listens on");
    match mapping.entries.get(1) {
        Some(second) => diagnostic.label(second.key.span, "second port"),
        None => diagnostic,
    }
}
