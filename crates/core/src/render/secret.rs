//! The Secret `secret` of a layer: the link values of all its services.

use std::collections::BTreeMap;

use super::{Frame, LinkVariable, Object, labels};
use crate::kind::Kind;
use crate::resolve::Values;
use crate::text::Text;
use crate::value::{Map, Value};

/// The Secret's name, as Opta had it.
pub(super) const NAME: &str = "secret";

/// Its labels are those of the layer's first service.
pub(super) fn render(
    first: &Frame<'_>,
    variables: &[LinkVariable],
    values: &Values,
) -> Option<Object> {
    let mut data: BTreeMap<&str, (&str, crate::span::Span)> = BTreeMap::new();
    for variable in variables {
        let value =
            values.modules.get(&variable.module).and_then(|outputs| outputs.get(variable.output));
        // The first link of a name wins, as in the chart.
        data.entry(&variable.name)
            .or_insert((value.map(String::as_str).unwrap_or_default(), variable.span));
    }
    if data.is_empty() {
        return None;
    }
    let data = data.into_iter().fold(Map::new(), |map, (name, (value, span))| {
        map.with(name.to_owned(), Value::from(Text::literal(value)).at(span))
    });
    let metadata = Map::new()
        .with("name", NAME)
        .with("namespace", first.names.layer.clone())
        .with("labels", labels::of_object(first));
    let value = Map::new()
        .with("apiVersion", Kind::Secret.api_version())
        .with("kind", Kind::Secret.name())
        .with("metadata", metadata)
        .with("type", "Opaque")
        .with("stringData", data);
    Some(Object {
        kind: Kind::Secret,
        name: NAME.into(),
        namespace: Some(first.names.layer.clone()),
        value: value.into(),
    })
}
