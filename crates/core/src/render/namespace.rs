//! The Namespace of a layer.

use super::Object;
use crate::kind::Kind;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Map, Value};

pub(super) fn render(layer: &Text, environment: &Text, span: Option<Span>) -> Object {
    let labels = Map::new()
        .with("app.kubernetes.io/managed-by", "optakit")
        .with("opta.dev/layer-name", layer.clone())
        .with("opta.dev/environment-name", environment.clone());
    let value = Map::new()
        .with("apiVersion", Kind::Namespace.api_version())
        .with("kind", Kind::Namespace.name())
        .with("metadata", Map::new().with("name", layer.clone()).with("labels", labels));
    Object {
        kind: Kind::Namespace,
        name: layer.clone(),
        namespace: None,
        value: Value::from(value).at(span),
    }
}
