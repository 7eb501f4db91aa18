//! The Namespace of a layer.

use super::Object;
use crate::model::environment::Environment;
use crate::span::Span;
use crate::value::{Map, Value};

pub(super) fn render(layer: &str, environment: &Environment, span: Option<Span>) -> Object {
    let labels = Map::new()
        .with("app.kubernetes.io/managed-by", "optakit")
        .with("opta.dev/layer-name", layer)
        .with("opta.dev/environment-name", environment.name.as_str());
    let value = Map::new()
        .with("apiVersion", "v1")
        .with("kind", "Namespace")
        .with("metadata", Map::new().with("name", layer).with("labels", labels));
    Object { kind: "Namespace", name: layer.to_owned(), namespace: None, module: None, value: Value::from(value).at(span) }
}
