//! The Secret `secret` of a service file, with the link values of all its services.

use std::collections::BTreeMap;

use super::context::ServiceContext;
use super::labels;
use super::object::{Object, header};
use crate::kind::Kind;
use crate::model::link_variable::LinkVariable;
use crate::resolve::Values;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Map, Value};

/// The name of the Secret with the link values. Opta used the same name.
pub const LINK_SECRET: &str = "secret";

/// The name of the Secret with the values of `secrets`. `optakit secret set` writes it.
pub const MANUAL_SECRETS: &str = "manual-secrets";

/// Renders the Secret, or nothing if no service has a link with variables.
///
/// Its labels are those of the first service.
#[must_use]
pub fn render(
    first: &ServiceContext<'_>,
    variables: &[LinkVariable],
    values: &Values,
) -> Option<Object> {
    let mut data: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for variable in variables {
        let outputs = values.modules.get(&variable.module);
        let value = outputs.and_then(|outputs| outputs.get(&variable.output));
        // If links share a name, the first one wins, as in Opta.
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
        .with("name", LINK_SECRET)
        .with("namespace", first.names.layer.clone())
        .with("labels", labels::of_object(first));
    let value = header(Kind::Secret, metadata).with("type", "Opaque").with("stringData", data);
    Some(Object {
        kind: Kind::Secret,
        name: LINK_SECRET.into(),
        namespace: Some(first.names.layer.clone()),
        value: value.into(),
    })
}
