//! The documentation of the word at an offset.

use std::ops::Range;

use super::context::AssistContext;
use super::module::describe_module;
use super::position::{Position, is_key};
use crate::model::field::Field;
use crate::quote::quoted;
use crate::reference;
use crate::render::LINK_SECRET;
use crate::resolve::{Lookup, look_up};
use crate::syntax::{self, Cursor, CursorKind};

/// Returns the documentation of the word at a byte offset, as Markdown, and the range of the word.
#[must_use]
pub fn hover(offset: usize, context: &AssistContext<'_>) -> Option<(Range<usize>, String)> {
    let text = &*context.source.text;
    let start = syntax::cursor(text, offset)?;
    let cursor = syntax::cursor(text, start.end)?;
    let range = cursor.start..cursor.end;
    if range.is_empty() {
        return None;
    }
    let markdown = if cursor.kind == CursorKind::Reference {
        describe_reference(&cursor.typed, context)
    } else {
        describe_position(&cursor, context)?
    };
    Some((range, markdown))
}

/// Returns the field whose key or value is at a byte offset.
#[must_use]
pub fn field_at(offset: usize, context: &AssistContext<'_>) -> Option<&'static Field> {
    let text = &*context.source.text;
    let start = syntax::cursor(text, offset)?;
    let cursor = syntax::cursor(text, start.end)?;
    field_of(&cursor, Position::find(&cursor, context)?)
}

/// Returns the field whose key or value is at a position.
fn field_of(cursor: &Cursor, position: Position<'_>) -> Option<&'static Field> {
    let named = position
        .fields()
        .filter(|_| is_key(cursor))
        .and_then(|fields| fields.iter().find(|field| field.name == cursor.typed));
    match position {
        Position::Value(field) | Position::EnvVar(field) => named.or(Some(field)),
        Position::Fields(_) | Position::Module(_) | Position::Link | Position::Argument(_) => named,
    }
}

fn describe_position(cursor: &Cursor, context: &AssistContext<'_>) -> Option<String> {
    let position = Position::find(cursor, context)?;
    match (field_of(cursor, position), position) {
        (Some(field), _) => Some(reference::field_text(field)),
        (None, Position::Link) => {
            let modules = context.scope.modules;
            let module = modules.iter().find(|module| module.name.value == cursor.typed)?;
            Some(format!("Link to {}", describe_module(module)))
        }
        (None, Position::Argument(module)) => Some(describe_module(module)),
        (None, _) => None,
    }
}

fn describe_reference(name: &str, context: &AssistContext<'_>) -> String {
    match look_up(name, context.scope) {
        Lookup::Value(value) => format!("`{{{name}}}` is {}", quoted(&value)),
        Lookup::Input => {
            format!("The value of `{{{name}}}` is not known yet. Set it in a values file.")
        }
        Lookup::Secret if name.starts_with("parent") => {
            format!("`{{{name}}}` is a secret. Store it with `optakit secret set`.")
        }
        Lookup::Secret => format!(
            "`${{{{{name}}}}}` is a secret. The manifest refers to a variable from the Secret \
             `{LINK_SECRET}`, and Kubernetes adds the value."
        ),
        Lookup::Unknown { message, help } => format!("{message}; {help}"),
    }
}
