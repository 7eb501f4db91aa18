//! What may stand at an offset.

use super::context::AssistContext;
use super::module::about_module;
use super::position::{Position, is_key};
use crate::model::field::{Field, FieldType};
use crate::model::link::{Gives, LINKABLE, gives};
use crate::model::module::{K8S_SERVICE, TYPES};
use crate::reference;
use crate::resolve::{Lookup, look_up, reference_names};
use crate::syntax::{self, Cursor, CursorKind};

/// One thing that may stand at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label: type, default, unit.
    pub detail: String,
    /// More, as Markdown.
    pub documentation: String,
    /// What takes the word's place.
    pub insert: String,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key.
    Field,
    /// A value.
    Value,
    /// A module of the file.
    Module,
    /// A reference in a text.
    Reference,
    /// Several lines.
    Snippet,
}

impl CompletionKind {
    /// Its name for front ends.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Value => "value",
            Self::Module => "module",
            Self::Reference => "reference",
            Self::Snippet => "snippet",
        }
    }
}

/// What may stand at a byte offset, best first, with the bytes that it takes the place of.
#[must_use]
pub fn complete(
    offset: usize,
    context: &AssistContext<'_>,
) -> Option<(std::ops::Range<usize>, Vec<Completion>)> {
    let text = &*context.source.text;
    let cursor = syntax::cursor(text, offset)?;
    let items = if cursor.kind == CursorKind::Reference {
        references(text, &cursor, context)
    } else {
        at(Position::find(&cursor, context)?, text, &cursor, context)
    };
    Some((cursor.start..cursor.end, items))
}

fn at(
    position: Position<'_>,
    text: &str,
    cursor: &Cursor,
    context: &AssistContext<'_>,
) -> Vec<Completion> {
    match position {
        Position::Link => modules(context),
        Position::Argument(module) => arguments(gives(module.short_type()), cursor),
        Position::EnvVar(_) if is_key(cursor) => {
            ["name", "value"].iter().map(|key| plain(key, format!("{key}: "))).collect()
        }
        Position::EnvVar(_) => Vec::new(),
        Position::Value(field) if !is_key(cursor) || field.kind.is_list() => values(field, context),
        Position::Value(field) if matches!(field.kind, FieldType::Port) => {
            keys(&["http", "tcp", "grpc"], field)
        }
        _ => {
            let mut items = Vec::new();
            if is_key(cursor)
                && cursor.siblings.is_empty()
                && matches!(position, Position::Module(_))
            {
                items.extend(snippets(text, cursor));
            }
            items.extend(
                position
                    .fields()
                    .unwrap_or_default()
                    .iter()
                    .filter(|field| !has(cursor, field.name))
                    .map(of_field),
            );
            items
        }
    }
}

fn has(cursor: &Cursor, key: &str) -> bool {
    cursor.siblings.iter().any(|(sibling, _)| sibling == key)
}

fn of_field(field: &Field) -> Completion {
    Completion {
        label: field.name.to_owned(),
        kind: CompletionKind::Field,
        detail: detail(field),
        documentation: reference::field_text(field),
        insert: format!("{}: ", field.name),
    }
}

fn detail(field: &Field) -> String {
    let default = field.default.map(|default| format!("default {default}"));
    let required = field.required.then(|| "required".to_owned());
    let parts = [required, default, field.unit.map(str::to_owned)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn plain(label: &str, insert: String) -> Completion {
    Completion {
        label: label.to_owned(),
        kind: CompletionKind::Value,
        detail: String::new(),
        documentation: String::new(),
        insert,
    }
}

fn keys(names: &[&str], field: &Field) -> Vec<Completion> {
    let key = |name: &&str| Completion {
        kind: CompletionKind::Field,
        documentation: reference::field_text(field),
        ..plain(name, format!("{name}: "))
    };
    names.iter().map(key).collect()
}

/// The values that a field is known to take, then its default and its example.
fn values(field: &Field, context: &AssistContext<'_>) -> Vec<Completion> {
    if field.name == "type" {
        return TYPES.iter().map(|kind| plain(kind, (*kind).to_owned())).collect();
    }
    if field.name == "path" {
        return context
            .environment_paths
            .iter()
            .map(|path| plain(path, (*path).to_owned()))
            .collect();
    }
    let mut found: Vec<Completion> = Vec::new();
    let mut add = |value: &str, detail: &str| {
        if found.iter().all(|completion| completion.label != value) && value != "[]" {
            found.push(Completion { detail: detail.to_owned(), ..plain(value, value.to_owned()) });
        }
    };
    if matches!(field.kind, FieldType::Boolean) {
        add("true", "");
        add("false", "");
    }
    if let Some(default) = field.default {
        add(default, "the default");
    }
    if !field.kind.is_list() {
        add(field.example, "an example");
    }
    found
}

fn modules(context: &AssistContext<'_>) -> Vec<Completion> {
    let linkable =
        context.scope.modules.iter().filter(|module| gives(module.short_type()).is_some());
    let module = |module: &crate::model::module::Header| Completion {
        kind: CompletionKind::Module,
        detail: module.kind.value.clone(),
        documentation: about_module(module),
        ..plain(&module.name.value, module.name.value.clone())
    };
    linkable.map(module).collect()
}

fn arguments(gives: Option<Gives>, cursor: &Cursor) -> Vec<Completion> {
    match gives {
        Some(Gives::Permissions(all, by_itself)) => {
            let detail = |permission: &str| {
                if by_itself.contains(&permission) { "when nothing is asked" } else { "" }
            };
            all.iter()
                .map(|name| Completion {
                    detail: detail(name).to_owned(),
                    ..plain(name, (*name).to_owned())
                })
                .collect()
        }
        Some(Gives::Credentials(outputs)) if is_key(cursor) => {
            let left = outputs.iter().filter(|output| !has(cursor, output));
            left.map(|output| Completion {
                detail: "a new name".to_owned(),
                ..plain(output, format!("{output}: "))
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

fn references(text: &str, cursor: &Cursor, context: &AssistContext<'_>) -> Vec<Completion> {
    let of_module = text.get(..cursor.start).is_some_and(|before| before.ends_with("${{"));
    let names = reference_names(context.scope)
        .into_iter()
        .filter(|name| name.starts_with("module.") == of_module);
    let behind = text.get(cursor.end..).unwrap_or_default();
    let close = match (of_module, behind.starts_with("}}"), behind.starts_with('}')) {
        (_, true, _) | (false, _, true) => "",
        (true, false, true) => "}",
        (true, false, false) => "}}",
        (false, false, false) => "}",
    };
    let reference = |name: String| {
        let detail = match look_up(&name, context.source, context.scope) {
            Lookup::Value(value) => value,
            Lookup::Input => "known to the environment only".to_owned(),
            Lookup::Unknown { message, .. } => message,
        };
        let insert = format!("{name}{close}");
        Completion { kind: CompletionKind::Reference, detail, ..plain(&name, insert) }
    };
    names.map(reference).collect()
}

/// Whole modules, laid out for the column of the word.
fn snippets(text: &str, cursor: &Cursor) -> Vec<Completion> {
    let line = text
        .get(..cursor.start)
        .map_or(0, |before| before.rfind('\n').map_or(0, |newline| newline + 1));
    let indent = " ".repeat(cursor.start - line);
    let module = |kind: &str, lines: &[String]| Completion {
        label: format!("{kind} module"),
        kind: CompletionKind::Snippet,
        detail: "a whole module".to_owned(),
        documentation: format!("```yaml\n- {}\n```", lines.join("\n  ")),
        insert: lines.join(&format!("\n{indent}")),
    };
    let line = |key: &str, value: &str| format!("{key}: {value}");
    let service = [
        line("name", "api"),
        line("type", K8S_SERVICE),
        line("image", "AUTO"),
        "port:".to_owned(),
        "  http: 8080".to_owned(),
    ];
    let mut snippets = vec![module(K8S_SERVICE, &service)];
    for (kind, _) in LINKABLE {
        let bucket = (*kind == "s3").then(|| line("bucket_name", "\"{layer_name}-{env}-files\""));
        let lines: Vec<String> =
            [line("name", kind), line("type", kind)].into_iter().chain(bucket).collect();
        snippets.push(module(kind, &lines));
    }
    snippets
}
