//! Environment variables.

use std::sync::Arc;

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::quoted_text::{QuotedText, quoted_text};
use super::text_list::yaml_quoted;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Spanned;
use crate::syntax::{Mapping, Node, NodeKind};
use crate::text::Text;

fields! {
    /// An item of the list form of `env_vars`.
    pub struct EnvVarItem ("an environment variable") {
        /// Name of the environment variable.
        name: Text, { example: "FLAG", required: true };
        /// Value of the environment variable.
        value: QuotedText, { example: "\"true\"", required: true };
    }
}

/// The key of a link in the list, as in early 2021.
pub(super) const LINK_KEY: &str = "_link";

/// An environment variable.
#[derive(Clone, Debug)]
pub struct EnvVar {
    /// The name.
    pub name: Spanned<Text>,
    /// The value.
    pub value: Spanned<Text>,
    /// The position below `env_vars`.
    pub place: EnvPlace,
}

/// The position of an environment variable below `env_vars`.
#[derive(Clone, Debug)]
pub enum EnvPlace {
    /// A key of the map, as written.
    Key(Arc<str>),
    /// An item of the list.
    Item(usize),
}

impl EnvPlace {
    /// Returns the path, such as `modules[0].env_vars.FLAG`.
    #[must_use]
    pub fn path(&self, env_vars: &str) -> String {
        match self {
            Self::Key(key) => format!("{env_vars}.{key}"),
            Self::Item(index) => format!("{env_vars}[{index}]"),
        }
    }
}

/// The environment variables in file order.
#[derive(Clone, Debug, Default)]
pub struct EnvVars(pub Vec<EnvVar>);

impl From<[EnvVar; 0]> for EnvVars {
    fn from(empty: [EnvVar; 0]) -> Self {
        Self(Vec::from(empty))
    }
}

impl FieldValue for EnvVars {
    const KIND: FieldType = FieldType::EnvVars;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Mapping(mapping) => Some(Self(from_map(mapping, reader))),
            NodeKind::Sequence(items) => {
                let read =
                    |(index, item)| reader.in_item(index, |reader| from_item(item, index, reader));
                Some(Self(items.iter().enumerate().filter_map(read).collect()))
            }
            _ => {
                let expected = "a map from name to value, or a list of `{name, value}`";
                reader.push(reader.wrong_type(node, expected));
                None
            }
        }
    }
}

fn from_map(mapping: &Mapping, reader: &mut FieldReader<'_>) -> Vec<EnvVar> {
    let mut variables = Vec::new();
    for entry in mapping.entries.iter() {
        let value = reader.in_entry(entry, |reader| quoted_text(&entry.value, reader));
        variables.push(EnvVar {
            name: Spanned::new(entry.key_text(), entry.key.span),
            value: Spanned::new(value.unwrap_or_else(|| Text::literal("")), entry.value.span),
            place: EnvPlace::Key(entry.key.value.clone()),
        });
    }
    variables
}

fn from_item(item: &Node, index: usize, reader: &mut FieldReader<'_>) -> Option<EnvVar> {
    let Some(mapping) = item.as_mapping() else {
        if !item.is_broken() {
            let diagnostic = reader.wrong_type(item, "a map with `name` and `value`");
            reader.push(with_assignment(diagnostic, item));
        }
        return None;
    };
    // Reported for the whole list.
    if mapping.get(LINK_KEY).is_some() {
        return None;
    }
    let EnvVarItem { name, value } = EnvVarItem::read(mapping, item.span, reader);
    // The name is checked even if the value has an error.
    let value = value.map_or_else(
        || Spanned::new(Text::literal(""), item.span),
        |value| Spanned::new(value.value.0, value.span),
    );
    Some(EnvVar { name: name?, value, place: EnvPlace::Item(index) })
}

/// Adds a fix for an item like `NAME=value`, which is the form of Docker Compose.
fn with_assignment(diagnostic: Diagnostic, item: &Node) -> Diagnostic {
    let text =
        item.as_str().filter(|_| item.as_scalar().is_some_and(|it| !it.text.is_interpolated()));
    let Some((name, value)) = text.and_then(|text| text.split_once('=')) else { return diagnostic };
    let map = format!("{{name: {name}, value: {}}}", yaml_quoted(value));
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name || value.contains(['\n', '\t']) {
        return diagnostic.help("write it as `{name: NAME, value: \"value\"}`");
    }
    let help = format!("write it as `{map}`");
    diagnostic.help(help).fix(Applicability::Safe, "change to a map", item.span, map)
}
