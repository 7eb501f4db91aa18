//! The list of modules of a file.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node};

/// The modules of a file. Their fields depend on their type and are read later.
#[derive(Clone, Debug)]
pub struct Modules(pub Vec<Node>);

impl FieldValue for Modules {
    const KIND: FieldType = FieldType::Modules;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(items) = node.as_sequence() else {
            let diagnostic = reader.wrong_type(node, "a list of modules");
            reader.push(match node.as_mapping() {
                Some(modules) => as_list(diagnostic, modules, &reader.source.text),
                None => diagnostic,
            });
            return None;
        };
        Some(Self(items.to_vec()))
    }
}

/// Adds the fix for a map of modules by name: each one becomes an item of a list.
fn as_list(diagnostic: Diagnostic, modules: &Mapping, text: &str) -> Diagnostic {
    let diagnostic = diagnostic.help("start each module with `- name:`");
    let edits: Option<Vec<TextEdit>> =
        modules.entries.iter().map(|entry| as_item(entry, text)).collect();
    match edits {
        Some(edits) if !edits.is_empty() => {
            diagnostic.fix_edits(Applicability::Safe, "write a list of modules", edits)
        }
        _ => diagnostic,
    }
}

/// Returns the edit that makes a module an item; none for an unusual layout.
fn as_item(Entry { key, value, .. }: &Entry, text: &str) -> Option<TextEdit> {
    let fields = value.as_mapping()?;
    let first = fields.entries.first()?.key.span;
    let column = |at: u32| {
        let at = at as usize;
        at - text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    };
    let is_block = !text[value.span.start as usize..].starts_with('{');
    let fits = column(first.start) == column(key.span.start) + "- ".len();
    let is_usual = is_block && fits && fields.get("name").is_none();
    is_usual.then(|| TextEdit {
        span: Span::new(key.span.file, key.span.start as usize, key.span.end as usize + 1),
        text: format!("- name: {}", key.value),
    })
}
