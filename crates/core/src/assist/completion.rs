//! Completions at an offset.

use std::ops::Range;

use super::context::AssistContext;
use super::item::{Completion, CompletionKind};
use super::module::describe_module;
use super::position::{Position, is_key};
use super::snippets::snippets;
use crate::model::environment::EnvironmentFile;
use crate::model::field::{Field, FieldType, Keys, ValueList};
use crate::model::k8s_service::K8sService;
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::link_kind::{LinkAccess, LinkKind, LinkPermission};
use crate::model::module::Header;
use crate::model::module_types::module_type_names;
use crate::model::port::PORT_NAMES;
use crate::model::resource_request::ResourceRequest;
use crate::model::synonym::Synonym;
use crate::reference;
use crate::render::LINK_SECRET;
use crate::resolve::{Lookup, look_up, reference_names};
use crate::syntax::{self, Cursor, CursorKind};

/// Returns the completions at a byte offset, best first, and the range that they replace.
#[must_use]
pub fn complete(
    offset: usize,
    context: &AssistContext<'_>,
) -> Option<(Range<usize>, Vec<Completion>)> {
    let text = &*context.source.text;
    let cursor = syntax::cursor(text, offset)?;
    let items = if cursor.kind == CursorKind::Reference {
        references(text, &cursor, context)
    } else {
        complete_at(Position::find(&cursor, context)?, &cursor, context)
    };
    Some((cursor.start..cursor.end, items))
}

fn complete_at(
    position: Position<'_>,
    cursor: &Cursor,
    context: &AssistContext<'_>,
) -> Vec<Completion> {
    match position {
        Position::Link => modules(context),
        Position::Argument(module) => arguments(module, cursor),
        Position::EnvVar(_) if !is_key(cursor) => Vec::new(),
        Position::Value(field) if !is_key(cursor) || field.kind.is_list() => values(field, context),
        Position::Value(field) if matches!(field.kind, FieldType::Port) => PORT_NAMES
            .iter()
            .map(|name| Completion::key(name, reference::field_text(field)))
            .collect(),
        _ => {
            let mut items = Vec::new();
            let is_new_module = matches!(position, Position::Module(_));
            if is_key(cursor) && cursor.siblings.is_empty() && is_new_module {
                items.extend(snippets(&context.source.text, cursor));
            }
            let fields = position.fields().unwrap_or_default();
            let new = fields.iter().filter(|field| !has(cursor, field.name));
            items.extend(new.map(of_field));
            items.extend(words(fields, cursor));
            items
        }
    }
}

fn has(cursor: &Cursor, key: &str) -> bool {
    cursor.siblings.iter().any(|(sibling, _)| sibling == key)
}

fn of_field(field: &Field) -> Completion {
    let default = field.default.map(|default| format!("default {default}"));
    let required = field.required.then(|| "required".to_owned());
    let unit = field.unit.map(|unit| unit.name().to_owned());
    let detail = [required, default, unit].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Completion { detail, ..Completion::key(field.name, reference::field_text(field)) }
}

/// Returns the words of other tools for fields that are not set. They insert the field.
fn words(fields: &'static [Field], cursor: &Cursor) -> Vec<Completion> {
    const ALL: [Keys; 5] = [
        K8sService::KEYS,
        ResourceRequest::KEYS,
        Layer::KEYS,
        EnvironmentEntry::KEYS,
        EnvironmentFile::KEYS,
    ];
    let is_of = |keys: &Keys| keys.names.iter().eq(fields.iter().map(|field| &field.name));
    let synonyms = ALL.into_iter().find(is_of).map_or(&[][..], |keys| keys.synonyms);
    // Before the first letter, the list shows only fields.
    let first = cursor.typed.chars().next().map(|first| first.to_ascii_lowercase());
    let is_typed = |synonym: &&Synonym| first.is_some_and(|first| synonym.word.starts_with(first));
    let completion = |synonym: &'static Synonym| {
        let field = fields.iter().find(|field| Some(field.name) == synonym.field())?;
        let name = field.name;
        let item = Completion::key(name, reference::field_text(field));
        (!has(cursor, name)).then(|| Completion {
            label: synonym.word.to_owned(),
            detail: format!("write `{name}`"),
            ..item
        })
    };
    synonyms.iter().filter(is_typed).filter_map(completion).collect()
}

/// Returns the values that a field is known to accept, then its default and its example.
fn values(field: &Field, context: &AssistContext<'_>) -> Vec<Completion> {
    match field.values {
        Some(ValueList::ModuleTypes) => {
            return module_type_names().map(|name| Completion::plain(name, name)).collect();
        }
        Some(ValueList::EnvironmentFiles) => {
            let paths = context.environment_paths.iter();
            return paths.map(|path| Completion::plain(path, *path)).collect();
        }
        None => {}
    }
    let mut found: Vec<Completion> = Vec::new();
    let mut add = |value: &str, detail: &str| {
        if found.iter().all(|completion| completion.label != value) && value != "[]" {
            found.push(Completion { detail: detail.to_owned(), ..Completion::plain(value, value) });
        }
    };
    if matches!(field.kind, FieldType::Boolean) {
        add("true", "");
        add("false", "");
    }
    if let Some(default) = field.default {
        add(default, "default");
    }
    if !field.kind.is_list() {
        add(field.example, "example");
    }
    found
}

fn modules(context: &AssistContext<'_>) -> Vec<Completion> {
    let is_linkable = |module: &&Header| LinkKind::of(module.short_type()).is_some();
    let completion = |module: &Header| Completion {
        kind: CompletionKind::Module,
        detail: module.kind.value.clone(),
        documentation: describe_module(module),
        ..Completion::plain(&module.name.value, &*module.name.value)
    };
    context.scope.modules.iter().filter(is_linkable).map(completion).collect()
}

/// Returns the permissions of a link, or the outputs of its module that can be renamed.
fn arguments(module: &Header, cursor: &Cursor) -> Vec<Completion> {
    match LinkKind::of(module.short_type()).map(|kind| kind.access) {
        Some(LinkAccess::Permissions { all, default }) => {
            let completion = |permission: &LinkPermission| {
                let detail = if default.contains(permission) { "default" } else { "" };
                let name = permission.name();
                Completion { detail: detail.to_owned(), ..Completion::plain(name, name) }
            };
            all.iter().map(completion).collect()
        }
        Some(LinkAccess::Credentials(outputs)) if is_key(cursor) => {
            let unnamed = outputs.iter().filter(|output| !has(cursor, output));
            let completion = |output: &&str| Completion {
                detail: "new name".to_owned(),
                ..Completion::plain(output, format!("{output}: "))
            };
            unnamed.map(completion).collect()
        }
        Some(LinkAccess::Credentials(_)) | None => Vec::new(),
    }
}

fn references(text: &str, cursor: &Cursor, context: &AssistContext<'_>) -> Vec<Completion> {
    let is_module = text.get(..cursor.start).is_some_and(|before| before.ends_with("${{"));
    let after = text.get(cursor.end..).unwrap_or_default();
    let close = match (is_module, after.starts_with("}}"), after.starts_with('}')) {
        (_, true, _) | (false, _, true) => "",
        (true, false, true) | (false, false, false) => "}",
        (true, false, false) => "}}",
    };
    let completion = |name: String| {
        let detail = match look_up(&name, context.scope) {
            Lookup::Value(value) => value,
            Lookup::Input => "value not known yet".to_owned(),
            Lookup::Secret => format!("from the Secret `{LINK_SECRET}`"),
            Lookup::Unknown { message, .. } => message,
        };
        let insert = format!("{name}{close}");
        let kind = CompletionKind::Reference;
        Completion { kind, detail, ..Completion::plain(&name, insert) }
    };
    reference_names(context.scope)
        .into_iter()
        .filter(|name| name.starts_with("module.") == is_module)
        .map(completion)
        .collect()
}
