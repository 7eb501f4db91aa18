//! Texts and lists of texts.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::WRONG_TYPE;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::quote::quoted;
use crate::span::{Span, Spanned};
use crate::syntax::{Mapping, Node, NodeKind, ScalarValue};
use crate::text::Text;

impl FieldValue for Text {
    const KIND: FieldType = FieldType::Text;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        text(node, reader, "text")
    }
}

/// Reads a text of one line. A block scalar can end with a line break.
pub(super) fn text(node: &Node, reader: &mut FieldReader<'_>, expected: &str) -> Option<Text> {
    let text = any_text(node, reader, expected)?;
    let end = text.as_str().trim_end_matches(['\n', '\r']).len();
    Some(if end == text.as_str().len() { text } else { text.slice(0..end) })
}

/// Reads a text. For other scalars, and for maps that start with `{`, the diagnostic suggests
/// quotes.
pub(super) fn any_text(node: &Node, reader: &mut FieldReader<'_>, expected: &str) -> Option<Text> {
    let diagnostic = match &node.kind {
        NodeKind::Scalar(scalar) if scalar.value == ScalarValue::Str => {
            return Some(scalar.text.clone());
        }
        NodeKind::Broken => return None,
        NodeKind::Mapping(_) if reader.source.slice(node.span).starts_with('{') => {
            let quoted = yaml_quoted(reader.source.slice(node.span));
            reader
                .wrong_type(node, expected)
                .help("put the text in quotes: YAML reads a leading `{` as a map")
                .fix(Applicability::Safe, "put it in quotes", node.span, quoted)
        }
        NodeKind::Scalar(scalar) if scalar.value != ScalarValue::Null => {
            let quoted = yaml_quoted(reader.source.slice(node.span));
            reader.wrong_type(node, expected).fix(
                Applicability::Unsafe,
                "put it in quotes",
                node.span,
                quoted,
            )
        }
        _ => reader.wrong_type(node, expected),
    };
    reader.push(diagnostic);
    None
}

/// Returns a text as a double-quoted YAML scalar.
pub(crate) fn yaml_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl FieldValue for Vec<Spanned<Text>> {
    const KIND: FieldType = FieldType::TextList;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let items = list_items(node, field, reader)?;
        Some(read_texts(items, field, reader))
    }
}

/// Returns the items of a list. For a single text, the diagnostic suggests a list.
pub(super) fn list_items<'n>(
    node: &'n Node,
    field: &FieldShape,
    reader: &mut FieldReader<'_>,
) -> Option<&'n [Node]> {
    if let Some(items) = node.as_sequence() {
        return Some(items);
    }
    if field.name == SECRETS && node.as_str().is_some_and(|text| text.contains('=')) {
        let message = format!("`{SECRETS}` is a text with a value, expected a list of names");
        let diagnostic = reader.fault(&WRONG_TYPE, node.span, message).help(format!(
            "write only names, such as `{}`, and store the values with `optakit secret set`",
            field.example
        ));
        reader.push(diagnostic.confidential());
        return None;
    }
    let mut diagnostic = reader.wrong_type(node, &format!("a list like `{}`", field.example));
    if field.name == SECRETS && node.as_mapping().is_some() {
        diagnostic = diagnostic.confidential();
    }
    if node.as_str().is_some() {
        let as_list = format!("[{}]", reader.source.slice(node.span));
        diagnostic = diagnostic.fix(Applicability::Safe, "change to a list", node.span, as_list);
    }
    reader.push(diagnostic);
    None
}

fn read_texts(
    items: &[Node],
    field: &FieldShape,
    reader: &mut FieldReader<'_>,
) -> Vec<Spanned<Text>> {
    let read = |(index, item): (usize, &Node)| {
        let text = reader.in_item(index, |reader| match item.as_mapping() {
            Some(mapping) if field.name == SECRETS => {
                reader.push(secret_with_value(item, mapping, reader));
                None
            }
            _ => text(item, reader, "text"),
        })?;
        Some(Spanned::new(text, item.span))
    };
    items.iter().enumerate().filter_map(read).collect()
}

/// The field with the names of secrets.
const SECRETS: &str = "secrets";

/// Reports a secret that is written as a map, such as `- NAME: value`. The message never contains
/// the value, which may be a secret.
fn secret_with_value(item: &Node, mapping: &Mapping, reader: &FieldReader<'_>) -> Diagnostic {
    let [entry] = &*mapping.entries else {
        let diagnostic = reader.fault(&WRONG_TYPE, item.span, "a secret is a map, expected a name");
        let help = "write only the name of the secret, such as `- STRIPE_KEY`";
        return diagnostic.help(help).confidential();
    };
    let name = quoted(&entry.key.value);
    let message = format!("secret {name} has a value, expected only its name");
    let help = format!(
        "write `- {}`, and store the value with `optakit secret set {}`",
        entry.key.value, entry.key.value
    );
    let diagnostic = reader.fault(&WRONG_TYPE, entry.key.span, message).help(help).confidential();
    let is_simple = entry.value.as_scalar().is_some();
    if !is_simple || item.span.end < entry.value.span.end {
        return diagnostic;
    }
    let span = Span { end: entry.value.span.end.max(entry.key.span.end), ..item.span };
    let key = reader.source.slice(entry.key.span).to_owned();
    // The value is lost, so the fix needs a review.
    diagnostic.fix(Applicability::Unsafe, "keep only the name", span, key)
}

/// One text, or a list of texts.
#[derive(Clone, Debug, Default)]
pub struct TextOrList(pub Vec<Spanned<Text>>);

impl From<[Spanned<Text>; 0]> for TextOrList {
    fn from(empty: [Spanned<Text>; 0]) -> Self {
        Self(Vec::from(empty))
    }
}

impl FieldValue for TextOrList {
    const KIND: FieldType = FieldType::TextOrList;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        if let Some(items) = node.as_sequence() {
            return Some(Self(read_texts(items, field, reader)));
        }
        text(node, reader, "text or a list of texts")
            .map(|value| Self(vec![Spanned::new(value, node.span)]))
    }
}
