//! Maps from name to text, such as labels and annotations.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::quoted_text::quoted_text;
use crate::span::Spanned;
use crate::syntax::{Node, Scalar, ScalarValue};
use crate::text::Text;
use crate::value::{Map, Value};

/// A map from name to text, in file order.
#[derive(Clone, Debug, Default)]
pub struct TextMap(pub Vec<(Spanned<String>, Spanned<Text>)>);

impl TextMap {
    /// Returns the map as a value of a manifest. Each entry has its position in the file.
    #[must_use]
    pub fn to_map(&self) -> Map {
        self.0.iter().fold(Map::new(), |map, (name, value)| {
            map.with(name.value.clone(), Value::from(value.value.clone()).at(value.span))
        })
    }
}

impl From<()> for TextMap {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl FieldValue for TextMap {
    const KIND: FieldType = FieldType::TextMap;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            let expected = format!("a map from name to text, like `{}`", field.example);
            reader.push(reader.wrong_type(node, &expected));
            return None;
        };
        let mut entries = Vec::new();
        for entry in mapping.entries.iter() {
            let name = Spanned::new(entry.key.value.to_string(), entry.key.span);
            let value = reader.in_entry(entry, |reader| value(&entry.value, reader));
            entries.extend(value.map(|value| (name, Spanned::new(value, entry.value.span))));
        }
        Some(Self(entries))
    }
}

/// Reads a value. Numbers and booleans become text, as in Opta.
fn value(node: &Node, reader: &mut FieldReader<'_>) -> Option<Text> {
    match node.as_scalar() {
        Some(Scalar { value: ScalarValue::Bool(value), .. }) => {
            Some(Text::constant(if *value { "true" } else { "false" }))
        }
        Some(Scalar { value: ScalarValue::Int(_) | ScalarValue::Float, text }) => {
            Some(text.clone())
        }
        _ => quoted_text(node, reader),
    }
}

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macro declares public items")]
mod tests {
    use super::*;
    use crate::model::fields::fields;
    use crate::source::Source;
    use crate::span::FileId;

    fields! {
        /// A map with labels.
        pub struct Labeled ("a test") {
            /// Labels.
            labels: TextMap = {}, { example: "{team: payments}" };
        }
    }

    /// Returns the entries that could be read, and the messages.
    fn read(yaml: &str) -> (Vec<String>, Vec<String>) {
        let source = Source::new(FileId::Service, "opta.yml", yaml);
        let (document, _) = crate::syntax::parse(&source);
        let root = document.root.expect("the text has a root");
        let mut reader = FieldReader::new(&source);
        let mapping = root.as_mapping().expect("the root is a map");
        let labeled = Labeled::read(mapping, root.span, &mut reader);
        let entries = labeled.labels.value.0.iter();
        let shown = entries.map(|(name, text)| format!("{}={}", name.value, text.value.as_str()));
        let messages = reader.diagnostics.into_iter().map(|diagnostic| diagnostic.message);
        (shown.collect(), messages.collect())
    }

    #[test]
    fn a_map_of_texts_is_read_in_file_order() {
        let (entries, messages) = read("labels: {team: payments, cost-center: \"12\"}");
        assert_eq!(entries, ["team=payments", "cost-center=12"]);
        assert_eq!(messages, [""; 0]);
        assert_eq!(read("labels: {}").0, [""; 0]);
    }

    #[test]
    fn numbers_and_booleans_become_text() {
        let (entries, messages) = read("labels: {tier: 1, ratio: 0.5, enabled: True}");
        assert_eq!(entries, ["tier=1", "ratio=0.5", "enabled=true"]);
        assert_eq!(messages, [""; 0]);
    }

    #[test]
    fn a_value_that_is_not_a_scalar_is_an_error() {
        let (entries, messages) = read("labels: {team: [a], tier: web}");
        assert_eq!(entries, ["tier=web"]);
        assert_eq!(messages, ["`team` is a list, expected text"]);
        let (_, messages) = read("labels: [team]");
        let expected = "`labels` is a list, \
                        expected a map from name to text, like `{team: payments}`";
        assert_eq!(messages, [expected]);
    }
}
