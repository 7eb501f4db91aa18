//! The Namespace of a service file.

use super::object::{Object, header};
use crate::kind::Kind;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Map, Value};

/// Renders the Namespace of a service file.
#[must_use]
pub fn render(layer: &Text, environment: &Text, span: Option<Span>) -> Object {
    let labels = Map::new()
        .with("app.kubernetes.io/managed-by", "optakit")
        .with("opta.dev/layer-name", layer.clone())
        .with("opta.dev/environment-name", environment.clone());
    let metadata = Map::new().with("name", layer.clone()).with("labels", labels);
    Object {
        kind: Kind::Namespace,
        name: layer.clone(),
        namespace: None,
        value: Value::from(header(Kind::Namespace, metadata)).at(span),
    }
}
