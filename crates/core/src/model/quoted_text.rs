//! Text that must not be a number or a boolean: values of environment variables and labels.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::rules::UNQUOTED_VALUE;
use super::text_list::{Quotes, any_text, yaml_quoted};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;
use crate::syntax::{Node, ScalarValue};
use crate::text::Text;

/// A text that must be in quotes if it looks like a number or a boolean.
#[derive(Clone, Debug)]
pub struct QuotedText(pub Text);

impl FieldValue for QuotedText {
    const KIND: FieldType = FieldType::Text;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        quoted_text(node, reader).map(Self)
    }
}

/// Reads a text. For a number or a boolean, the diagnostic suggests quotes.
pub(super) fn quoted_text(node: &Node, reader: &mut FieldReader<'_>) -> Option<Text> {
    match node.as_scalar().map(|scalar| scalar.value) {
        Some(ScalarValue::Bool(_) | ScalarValue::Int(_) | ScalarValue::Float) => {
            let message = format!("`{}` is {}, expected text", reader.last_key(), node.describe());
            reader.push(unquoted(node, message, reader));
            None
        }
        Some(ScalarValue::Str) if has_underscores(reader.source.slice(node.span)) => {
            let (key, value) = (reader.last_key(), reader.source.slice(node.span));
            let message = format!("Opta and kubectl read `{key}: {value}` as a number");
            reader.push(unquoted(node, message, reader));
            None
        }
        Some(ScalarValue::Null) => {
            let diagnostic =
                reader.wrong_type(node, "text").help("write `\"\"` for an empty value");
            reader.push(with_empty_text(diagnostic, node, reader));
            None
        }
        Some(ScalarValue::Str) | None => any_text(node, Quotes::Anything, reader, "text"),
    }
}

fn unquoted(node: &Node, message: String, reader: &FieldReader<'_>) -> Diagnostic {
    let quoted = yaml_quoted(reader.source.slice(node.span));
    reader.fault(&UNQUOTED_VALUE, node.span, message).help("put the value in quotes").fix(
        Applicability::Safe,
        format!("change to `{quoted}`"),
        node.span,
        quoted,
    )
}

/// Whether a text without quotes is a number with underscores, such as `1_000`. YAML 1.1 allows
/// them, YAML 1.2 does not: <https://yaml.org/type/int.html>
fn has_underscores(written: &str) -> bool {
    let unsigned = written.strip_prefix(['-', '+']).unwrap_or(written);
    unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned.contains('_')
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.'))
}

/// Adds the fix that writes an empty text. Nothing, or `null`, may also mean no variable.
fn with_empty_text(diagnostic: Diagnostic, node: &Node, reader: &FieldReader<'_>) -> Diagnostic {
    let (file, start) = (node.span.file, node.span.start as usize);
    let rest = reader.source.text.get(start..).unwrap_or_default();
    // A missing value has its position before the colon.
    let (span, text) = match rest.strip_prefix(':').filter(|_| node.span.end == node.span.start) {
        Some(_) => (Span::new(file, start + 1, start + 1), " \"\""),
        None => (node.span, "\"\""),
    };
    diagnostic.fix(Applicability::Unsafe, "write an empty text", span, text)
}
