//! What the thing at an offset is about, as Markdown.

use super::context::AssistContext;
use super::module::about_module;
use super::position::{Position, is_key};
use crate::reference;
use crate::resolve::{Lookup, look_up};
use crate::syntax::{self, CursorKind};

/// What is to say of a byte offset, with the bytes it is about; none where there is nothing to say.
#[must_use]
pub fn hover(
    offset: usize,
    context: &AssistContext<'_>,
) -> Option<(std::ops::Range<usize>, String)> {
    let text = &*context.source.text;
    let here = syntax::cursor(text, offset)?;
    let cursor = syntax::cursor(text, here.end)?;
    let range = cursor.start..cursor.end;
    if range.is_empty() {
        return None;
    }
    let said = if cursor.kind == CursorKind::Reference {
        of_reference(&cursor.typed, context)
    } else {
        let position = Position::find(&cursor, context)?;
        let named = position
            .fields()
            .filter(|_| is_key(&cursor))
            .and_then(|fields| fields.iter().find(|f| f.name == cursor.typed));
        match (named, position) {
            (Some(field), _) | (None, Position::Value(field) | Position::EnvVar(field)) => {
                reference::field_text(field)
            }
            (None, Position::Link) => {
                let module = context
                    .scope
                    .modules
                    .iter()
                    .find(|module| module.name.value == cursor.typed)?;
                format!("{}, linked to as `{}`", about_module(module), cursor.typed)
            }
            (None, Position::Argument(module)) => about_module(module),
            (None, Position::Fields(_) | Position::Module(_)) => return None,
        }
    };
    Some((range, said))
}

fn of_reference(name: &str, context: &AssistContext<'_>) -> String {
    match look_up(name, context.source, context.scope) {
        Lookup::Value(value) => format!("`{{{name}}}` is `{value}`"),
        Lookup::Input => {
            format!("`{{{name}}}` is known to the environment only: give it in a values file")
        }
        Lookup::Unknown { message, help } => format!("{message}; {help}"),
    }
}
