//! Where an offset is, in terms of the format.

use super::context::AssistContext;
use crate::model::environment::EnvironmentFile;
use crate::model::field::{Field, FieldType};
use crate::model::k8s_service::K8sService;
use crate::model::layer::Layer;
use crate::model::module::{Header, K8S_SERVICE, short_type};
use crate::span::FileId;
use crate::syntax::{Cursor, CursorKind, CursorStep};

/// Where an offset is, in terms of the format.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position<'a> {
    /// Among the keys of a map with these fields.
    Fields(&'static [Field]),
    /// Among the keys of a module.
    Module(&'static [Field]),
    /// In the value of a field.
    Value(&'static Field),
    /// Where an item of `links` names a module.
    Link,
    /// In what a link asks of a module.
    Argument(&'a Header),
    /// Among the keys of an item of `env_vars`.
    EnvVar(&'static Field),
}

impl<'a> Position<'a> {
    pub(super) fn find(cursor: &Cursor, context: &AssistContext<'a>) -> Option<Self> {
        let root = if context.source.file == FileId::Environment {
            EnvironmentFile::FIELDS
        } else {
            Layer::FIELDS
        };
        let mut position = Self::Fields(root);
        let mut steps = cursor.path.iter().peekable();
        while let Some(step) = steps.next() {
            position = match (position, step) {
                (Self::Fields(fields) | Self::Module(fields), CursorStep::Key(key)) => {
                    Self::Value(field(fields, key)?)
                }
                (Self::Value(field), CursorStep::Key(key)) => match field.kind {
                    FieldType::Map(fields) => Self::Value(self::field(fields, key)?),
                    FieldType::Port if steps.peek().is_none() => Self::Value(field),
                    _ => return None,
                },
                (Self::Value(field), CursorStep::Item) => match field.kind {
                    FieldType::MapList(fields) => Self::Fields(fields),
                    FieldType::Modules => {
                        Self::Module(module_fields(&cursor.siblings, steps.peek().is_some()))
                    }
                    FieldType::Links => Self::Link,
                    FieldType::EnvVars => Self::EnvVar(field),
                    FieldType::TextList | FieldType::TextOrList => Self::Value(field),
                    _ => return None,
                },
                (Self::Link, CursorStep::Key(name)) => Self::Argument(
                    context.scope.modules.iter().find(|module| module.name.value == *name)?,
                ),
                (Self::Argument(module), CursorStep::Item | CursorStep::Key(_)) => {
                    Self::Argument(module)
                }
                (Self::EnvVar(_) | Self::Link | Self::Fields(_) | Self::Module(_), _) => {
                    return None;
                }
            };
        }
        Some(position)
    }

    /// The fields of which a key may stand here.
    pub(super) fn fields(self) -> Option<&'static [Field]> {
        match self {
            Self::Fields(fields) | Self::Module(fields) => Some(fields),
            Self::Value(field) => match field.kind {
                FieldType::Map(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }
}

fn field(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.name == name)
}

/// The fields of a module, as far as its type is known: of Opta's other types only name and type.
fn module_fields(siblings: &[(String, String)], deeper: bool) -> &'static [Field] {
    let kind = siblings
        .iter()
        .find(|(key, _)| key == "type")
        .map(|(_, value)| value.trim_matches(['"', '\'']));
    // Deeper in a module its own keys are not the siblings: a field that only services have tells
    // enough.
    if deeper || kind.is_none_or(|kind| kind.is_empty() || short_type(kind) == K8S_SERVICE) {
        K8sService::FIELDS
    } else {
        &K8sService::FIELDS[..2]
    }
}

/// Whether the offset is where a key, or a word that may become one, stands.
pub(super) const fn is_key(cursor: &Cursor) -> bool {
    matches!(cursor.kind, CursorKind::Key)
}
