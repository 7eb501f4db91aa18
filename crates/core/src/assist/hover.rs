//! What the thing at an offset is about, as Markdown.

use super::{Spot, Surroundings, about_module, is_key};
use crate::reference;
use crate::resolve::{Lookup, look_up};
use crate::syntax::{self, Place};

/// What is to say of a byte offset, with the bytes it is about; none where there is nothing to say.
#[must_use]
pub fn hover(offset: usize, around: &Surroundings<'_>) -> Option<(std::ops::Range<usize>, String)> {
    let text = &*around.source.text;
    let here = syntax::cursor(text, offset)?;
    let cursor = syntax::cursor(text, here.end)?;
    let range = cursor.start..cursor.end;
    if range.is_empty() {
        return None;
    }
    let said = if cursor.place == Place::Reference {
        of_reference(&cursor.typed, around)
    } else {
        let spot = Spot::find(&cursor, around)?;
        let named = spot
            .fields()
            .filter(|_| is_key(&cursor))
            .and_then(|fields| fields.iter().find(|f| f.name == cursor.typed));
        match (named, spot) {
            (Some(field), _) | (None, Spot::Value(field) | Spot::EnvVar(field)) => {
                reference::field_text(field)
            }
            (None, Spot::Link) => {
                let module =
                    around.scope.modules.iter().find(|module| module.name.value == cursor.typed)?;
                format!("{}, linked to as `{}`", about_module(module), cursor.typed)
            }
            (None, Spot::Argument(module)) => about_module(module),
            (None, Spot::Fields(_) | Spot::Module(_)) => return None,
        }
    };
    Some((range, said))
}

fn of_reference(name: &str, around: &Surroundings<'_>) -> String {
    match look_up(name, around.source, around.scope) {
        Lookup::Value(value) => format!("`{{{name}}}` is `{value}`"),
        Lookup::Input => {
            format!("`{{{name}}}` is known to the environment only: give it in a values file")
        }
        Lookup::Unknown { message, help } => format!("{message}; {help}"),
    }
}
