//! Modules that are maps with one key, as before March 2021: `- api: {type: k8s-service}`.

use super::field_reader::FieldReader;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::quote::quoted;
use crate::rule::rule;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use crate::text::Text;

rule! {
    /// The name of the module is the key of a map. It must be the field `name`.
    ///
    /// Opta used this form before March 2021.
    pub static MODULE_NAME_AS_KEY: Error {
        fix: "Move the name to the field `name`.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  - api:\n      \
             type: k8s-service\n      image: AUTO\n      port:\n        http: 80\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - name: api\n    type: k8s-service\n    image: AUTO\n    port:\n      http: 80\n"
        ),
    }
}

/// A module whose name is its only key.
pub(super) struct NamedByKey<'a> {
    entry: &'a Entry,
    fields: &'a Mapping,
}

impl<'a> NamedByKey<'a> {
    pub(super) fn find(mapping: &'a Mapping) -> Option<Self> {
        let [entry] = &*mapping.entries else { return None };
        let fields = entry.value.as_mapping().filter(|fields| fields.get("type").is_some())?;
        Some(Self { entry, fields })
    }

    /// Returns the fields of the module with its name.
    pub(super) fn with_name(&self) -> Mapping {
        let key = &self.entry.key;
        let mut entries: Vec<Entry> = self.fields.entries.to_vec();
        if self.fields.get("name").is_none() {
            let text = Text::literal(&key.value);
            let kind = NodeKind::Scalar(Scalar { text, value: ScalarValue::Str });
            let mut name = key.clone();
            name.value = "name".into();
            entries.push(Entry { key: name, name: None, value: Node { span: key.span, kind } });
        }
        Mapping { entries: entries.into(), broken: self.fields.broken }
    }

    pub(super) fn diagnostic(&self, reader: &FieldReader<'_>) -> Diagnostic {
        let key = &self.entry.key;
        let name = &*key.value;
        let message = format!("the module has its name {} as a key", quoted(name));
        let diagnostic = reader
            .fault(&MODULE_NAME_AS_KEY, key.span, message)
            .help(format!("move the name to the field `name`: `name: {name}`"));
        let edits = if self.fields.get("name").is_some() { None } else { self.edits(reader) };
        match edits {
            Some(edits) => {
                let title = format!("change to `name: {name}`");
                diagnostic.fix_edits(Applicability::Safe, title, edits)
            }
            None => diagnostic,
        }
    }

    /// Returns the edits that move the name; none for an unusual layout.
    fn edits(&self, reader: &FieldReader<'_>) -> Option<Vec<TextEdit>> {
        let (key, value) = (self.entry.key.span, self.entry.value.span);
        let name = &*self.entry.key.value;
        let (start, end) = (value.start as usize, value.end as usize);
        let text = &*reader.source.text;
        let edit = |start: usize, end: usize, new: &str| TextEdit {
            span: Span::new(key.file, start, end),
            text: new.to_owned(),
        };
        if text.get(start..)?.starts_with('{') {
            return Some(vec![edit(key.start as usize, start + 1, &format!("{{name: {name}, "))]);
        }
        let column = |at: usize| at - text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let (outer, inner) = (column(key.start as usize), column(start));
        let deeper = inner.checked_sub(outer).filter(|deeper| *deeper > 0)?;
        let after_key = text.get(key.end as usize..start)?;
        if after_key.trim() != ":" || !after_key.contains('\n') {
            return None;
        }
        let mut edits =
            vec![edit(key.start as usize, key.end as usize + 1, &format!("name: {name}"))];
        let mut line_start = start - inner;
        for line in text.get(line_start..end)?.split_inclusive('\n') {
            if line.len() > deeper && line.as_bytes()[..deeper].iter().all(|byte| *byte == b' ') {
                edits.push(edit(line_start, line_start + deeper, ""));
            } else if !line.trim().is_empty() {
                return None;
            }
            line_start += line.len();
        }
        Some(edits)
    }
}
