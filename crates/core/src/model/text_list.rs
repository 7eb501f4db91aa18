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

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        text(node, Quotes::of(field), reader, "text")
    }
}

/// Reads a text of one line. A block scalar can end with a line break.
pub(super) fn text(
    node: &Node,
    quotes: Quotes,
    reader: &mut FieldReader<'_>,
    expected: &str,
) -> Option<Text> {
    let text = any_text(node, quotes, reader, expected)?;
    let end = text.as_str().trim_end_matches(['\n', '\r']).len();
    Some(if end == text.as_str().len() { text } else { text.slice(0..end) })
}

/// The values that are a valid text if they are in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// A reference such as `{vars.name}`.
    Reference,
    /// A reference, a number or a boolean.
    Scalar,
    /// Any flow map, such as JSON, and any scalar.
    Anything,
}

impl Quotes {
    const fn of(field: &FieldShape) -> Self {
        if field.never_number { Self::Reference } else { Self::Scalar }
    }
}

/// Reads a text. For another value, the diagnostic suggests quotes if they make the value valid.
pub(super) fn any_text(
    node: &Node,
    quotes: Quotes,
    reader: &mut FieldReader<'_>,
    expected: &str,
) -> Option<Text> {
    const IN_QUOTES: &str = "put it in quotes";
    let written = reader.source.slice(node.span);
    let diagnostic = match &node.kind {
        NodeKind::Scalar(scalar) if scalar.value == ScalarValue::Str => {
            return Some(scalar.text.clone());
        }
        NodeKind::Broken => return None,
        NodeKind::Mapping(mapping) if written.starts_with('{') => {
            let diagnostic = reader
                .wrong_type(node, expected)
                .help("put the text in quotes: YAML reads a leading `{` as a map");
            if is_reference(mapping) {
                diagnostic.fix(Applicability::Safe, IN_QUOTES, node.span, yaml_quoted(written))
            } else if quotes == Quotes::Anything {
                // Single braces would start a reference.
                let doubled = written.replace('{', "{{").replace('}', "}}");
                diagnostic.fix(Applicability::Safe, IN_QUOTES, node.span, yaml_quoted(&doubled))
            } else {
                diagnostic
            }
        }
        NodeKind::Scalar(scalar)
            if scalar.value != ScalarValue::Null && quotes != Quotes::Reference =>
        {
            let quoted = yaml_quoted(written);
            reader.wrong_type(node, expected).fix(
                Applicability::Unsafe,
                IN_QUOTES,
                node.span,
                quoted,
            )
        }
        _ => reader.wrong_type(node, expected),
    };
    reader.push(diagnostic);
    None
}

/// Whether a map is a reference without quotes: `{vars.name}` is a map with one key.
fn is_reference(mapping: &Mapping) -> bool {
    let entries = &*mapping.entries;
    matches!(entries, [entry] if entry.value.is_null() && entry.value.span.range().is_empty())
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
    let is_item = if field.is_map_list {
        node.as_mapping().is_some() && reader.source.slice(node.span).starts_with('{')
    } else {
        node.as_str().is_some()
    };
    if is_item {
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
            _ => text(item, Quotes::of(field), reader, "text"),
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
    // `name: STRIPE_KEY` is the form of Kubernetes.
    let [entry] = &*mapping.entries else { return secret_as_map(item, reader) };
    if &*entry.key.value == "name" {
        return secret_as_map(item, reader);
    }
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
    let is_flow = reader.source.slice(item.span).starts_with('{');
    let end = entry.value.span.end.max(entry.key.span.end);
    let span = if is_flow { item.span } else { Span { end, ..item.span } };
    let key = reader.source.slice(entry.key.span).to_owned();
    // The value is lost, so the fix needs a review.
    diagnostic.fix(Applicability::Unsafe, "keep only the name", span, key)
}

fn secret_as_map(item: &Node, reader: &FieldReader<'_>) -> Diagnostic {
    let diagnostic = reader.fault(&WRONG_TYPE, item.span, "a secret is a map, expected a name");
    let help = "write only the name of the secret, such as `- STRIPE_KEY`";
    diagnostic.help(help).confidential()
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
        text(node, Quotes::of(field), reader, "text or a list of texts")
            .map(|value| Self(vec![Spanned::new(value, node.span)]))
    }
}
