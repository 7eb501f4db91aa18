//! The part of the file format that a byte offset is in.

use super::context::AssistContext;
use crate::model::env_vars::EnvVarItem;
use crate::model::environment::EnvironmentFile;
use crate::model::field::{Field, FieldType};
use crate::model::k8s_service::K8sService;
use crate::model::layer::Layer;
use crate::model::module::Header;
use crate::model::module_types::{K8S_SERVICE, short_type};
use crate::span::FileId;
use crate::syntax::{Cursor, CursorKind, CursorStep};

/// The part of the file format that a byte offset is in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position<'a> {
    /// A key of a map with these fields.
    Fields(&'static [Field]),
    /// A key of a module with these fields.
    Module(&'static [Field]),
    /// The value of a field.
    Value(&'static Field),
    /// The name of a module in `links`.
    Link,
    /// An argument of a link to a module.
    Argument(&'a Header),
    /// A key of an item of `env_vars`.
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
            let is_last = steps.peek().is_none();
            position = position.descend(step, is_last, cursor, context)?;
        }
        Some(position)
    }

    fn descend(
        self,
        step: &CursorStep,
        is_last: bool,
        cursor: &Cursor,
        context: &AssistContext<'a>,
    ) -> Option<Self> {
        Some(match (self, step) {
            (Self::Fields(fields) | Self::Module(fields), CursorStep::Key(key)) => {
                Self::Value(field(fields, key)?)
            }
            (Self::Value(parent), CursorStep::Key(key)) => match parent.kind {
                FieldType::Map(fields) => Self::Value(field(fields, key)?),
                FieldType::Port if is_last => Self::Value(parent),
                _ => return None,
            },
            (Self::Value(parent), CursorStep::Item) => match parent.kind {
                FieldType::MapList(fields) => Self::Fields(fields),
                FieldType::Modules => Self::Module(module_fields(&cursor.siblings, is_last)),
                FieldType::Links => Self::Link,
                FieldType::EnvVars => Self::EnvVar(parent),
                FieldType::TextList | FieldType::TextOrList => Self::Value(parent),
                _ => return None,
            },
            (Self::Link, CursorStep::Key(name)) => {
                let modules = context.scope.modules;
                Self::Argument(modules.iter().find(|module| module.name.value == *name)?)
            }
            (Self::Argument(module), CursorStep::Item | CursorStep::Key(_)) => {
                Self::Argument(module)
            }
            (Self::EnvVar(_) | Self::Link | Self::Fields(_) | Self::Module(_), _) => return None,
        })
    }

    /// Returns the fields whose keys are valid here.
    pub(super) fn fields(self) -> Option<&'static [Field]> {
        match self {
            Self::Fields(fields) | Self::Module(fields) => Some(fields),
            Self::EnvVar(_) => Some(EnvVarItem::FIELDS),
            Self::Value(field) => match field.kind {
                FieldType::Map(fields) => Some(fields),
                _ => None,
            },
            Self::Link | Self::Argument(_) => None,
        }
    }
}

fn field(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.name == name)
}

/// Returns the fields of a module. `siblings` are its keys only if the cursor is at one of them.
fn module_fields(siblings: &[(String, String)], at_key: bool) -> &'static [Field] {
    let kind = siblings
        .iter()
        .find(|(key, _)| key == "type")
        .map(|(_, value)| value.trim_matches(['"', '\'']));
    let is_service = kind.is_none_or(|kind| kind.is_empty() || short_type(kind) == K8S_SERVICE);
    if is_service || !at_key { K8sService::FIELDS } else { HEADER_FIELDS }
}

/// The fields of modules that Optakit does not render: `name` and `type`.
const HEADER_FIELDS: &[Field] = K8sService::FIELDS.split_at(2).0;

/// Returns whether the cursor is at a key, or at a word that can become a key.
pub(super) const fn is_key(cursor: &Cursor) -> bool {
    matches!(cursor.kind, CursorKind::Key)
}
