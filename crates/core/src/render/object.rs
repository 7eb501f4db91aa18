//! A rendered object, and the fields that all objects have.

use super::context::ServiceContext;
use super::labels;
use crate::kind::Kind;
use crate::text::Text;
use crate::value::{Map, Value};

/// A Kubernetes object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: Text,
    /// Its namespace. A Namespace has none.
    pub namespace: Option<Text>,
    /// The whole object.
    pub value: Value,
}

/// Builds an object of a service: `apiVersion`, `kind` and `metadata`, then the `rest`.
pub(super) fn object(
    kind: Kind,
    name: Text,
    context: &ServiceContext<'_>,
    annotations: Map,
    rest: Map,
) -> Object {
    let namespace = context.names.layer.clone();
    let metadata = Map::new()
        .with("name", name.clone())
        .with("namespace", namespace.clone())
        .with("labels", labels::of_object(context))
        .maybe("annotations", (!annotations.is_empty()).then_some(annotations));
    let value = header(kind, metadata).join(rest);
    Object { kind, name, namespace: Some(namespace), value: Value::from(value).at(context.span) }
}

/// Returns the first fields of an object: `apiVersion`, `kind` and `metadata`.
pub(super) fn header(kind: Kind, metadata: Map) -> Map {
    Map::new()
        .with("apiVersion", kind.api_version())
        .with("kind", kind.name())
        .with("metadata", metadata)
}
