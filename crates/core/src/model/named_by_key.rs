//! Modules with their name or type as a key: `- api: {type: k8s-service}`, as before March 2021,
//! and `- postgres: {name: db}`.

use super::field_reader::FieldReader;
use super::k8s_service::K8sService;
use super::module_types::ModuleType;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::quote::quoted;
use crate::rule::rule;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use crate::text::Text;

rule! {
    /// The name or the type of the module is a key. It must be the field `name` or `type`.
    ///
    /// Before March 2021, the name was the key in Opta.
    pub static MODULE_NAME_AS_KEY: Error {
        fix: "Move the key to the field `name` or `type`.",
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

/// A module with its name or type as a key.
pub(super) struct NamedByKey<'a> {
    entry: &'a Entry,
    /// The field that the key belongs to: `name` or `type`.
    field: &'static str,
    /// The fields of the module without `entry`.
    fields: Vec<Entry>,
    is_broken: bool,
}

impl<'a> NamedByKey<'a> {
    pub(super) fn find(mapping: &'a Mapping) -> Option<Self> {
        let [entry, beside @ ..] = &*mapping.entries else { return None };
        let key = &*entry.key.value;
        if K8sService::NAMES.contains(&key) || entry.value.is_broken() {
            return None;
        }
        let below = entry.value.as_mapping();
        let below_entries = below.map_or(&[][..], |below| &below.entries);
        let is_alone = entry.value.is_null() || below.is_some() && beside.is_empty();
        let fields: Vec<Entry> = below_entries.iter().chain(beside).cloned().collect();
        let has_type = fields.iter().any(|field| &*field.key.value == "type");
        let field = if has_type { "name" } else { "type" };
        let is_known = has_type || ModuleType::exists(key);
        let is_broken = mapping.broken || below.is_some_and(|below| below.broken);
        (is_alone && is_known).then_some(Self { entry, field, fields, is_broken })
    }

    fn has_field(&self) -> bool {
        self.fields.iter().any(|field| &*field.key.value == self.field)
    }

    /// Returns the module with its name and type as fields.
    pub(super) fn as_fields(&self) -> Mapping {
        let key = &self.entry.key;
        let mut entries = self.fields.clone();
        if !self.has_field() {
            let text = Text::literal(&key.value);
            let kind = NodeKind::Scalar(Scalar { text, value: ScalarValue::Str });
            let mut field = key.clone();
            field.value = self.field.into();
            entries.push(Entry { key: field, name: None, value: Node { span: key.span, kind } });
        }
        Mapping { entries: entries.into(), broken: self.is_broken }
    }

    pub(super) fn diagnostic(&self, reader: &FieldReader<'_>) -> Diagnostic {
        let (field, key) = (self.field, &self.entry.key);
        let name = &*key.value;
        let message = format!("the module has its {field} {} as a key", quoted(name));
        let diagnostic = reader
            .fault(&MODULE_NAME_AS_KEY, key.span, message)
            .help(format!("move the {field} to the field `{field}`: `{field}: {name}`"));
        let edits = if self.has_field() { None } else { self.edits(reader) };
        match edits {
            Some(edits) => {
                let title = format!("change to `{field}: {name}`");
                diagnostic.fix_edits(Applicability::Safe, title, edits)
            }
            None => diagnostic,
        }
    }

    /// Returns the edits that move the key; none for an unusual layout.
    fn edits(&self, reader: &FieldReader<'_>) -> Option<Vec<TextEdit>> {
        let (key, value) = (self.entry.key.span, self.entry.value.span);
        let (field, name) = (self.field, &*self.entry.key.value);
        let (start, end) = (value.start as usize, value.end as usize);
        let text = &*reader.source.text;
        let edit = |start: usize, end: usize, new: &str| TextEdit {
            span: Span::new(key.file, start, end),
            text: new.to_owned(),
        };
        let replace_key =
            || edit(key.start as usize, key.end as usize + 1, &format!("{field}: {name}"));
        if self.entry.value.is_null() {
            return (value.start == value.end).then(|| vec![replace_key()]);
        }
        if text.get(start..)?.starts_with('{') {
            let separator = if self.fields.is_empty() { "" } else { ", " };
            let new = format!("{{{field}: {name}{separator}");
            return Some(vec![edit(key.start as usize, start + 1, &new)]);
        }
        let column = |at: usize| at - text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let (outer, inner) = (column(key.start as usize), column(start));
        let deeper = inner.checked_sub(outer).filter(|deeper| *deeper > 0)?;
        let after_key = text.get(key.end as usize..start)?;
        if after_key.trim() != ":" || !after_key.contains('\n') {
            return None;
        }
        let mut edits = vec![replace_key()];
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
