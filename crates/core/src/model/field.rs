//! The declaration of a field: name, documentation, type, default, range, unit and example.

use super::rendered::Rendered;
use super::synonym::Synonym;
use super::unit::Unit;
use crate::doc_comment::doc_text;

/// The declaration of a field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// The documentation as Markdown. The first line is a summary.
    pub doc: &'static str,
    /// The type of the value.
    pub kind: FieldType,
    /// The default as YAML.
    pub default: Option<&'static str>,
    /// Whether the field is required.
    pub required: bool,
    /// A field that can be set instead of a required field, and when.
    pub instead: Option<Alternative>,
    /// The field with the same meaning and the longer name.
    pub short_form_of: Option<&'static str>,
    /// The smallest and the largest number that is allowed.
    pub range: Option<(i64, i64)>,
    /// The unit of the number.
    pub unit: Option<Unit>,
    /// Whether a number or a boolean is invalid, even in quotes.
    pub never_number: bool,
    /// An example value as YAML.
    pub example: &'static str,
    /// The values that completion offers instead of the default and the example.
    pub values: Option<ValueList>,
    /// The parts of rendered objects that the field decides.
    pub renders: &'static [Rendered],
    /// The page that documents these parts.
    pub docs: Option<&'static str>,
}

impl Field {
    /// A field without any attribute.
    pub const BLANK: Self = Self {
        name: "",
        doc: "",
        kind: FieldType::Text,
        default: None,
        required: false,
        instead: None,
        short_form_of: None,
        range: None,
        unit: None,
        never_number: false,
        example: "",
        values: None,
        renders: &[],
        docs: None,
    };

    /// Returns the part of the declaration that reading needs.
    #[must_use]
    pub const fn shape(&self) -> FieldShape {
        let Self { name, kind, required, instead, range, unit, never_number, example, .. } = *self;
        let (takes_keys, is_map_list) = (kind.takes_keys(), matches!(kind, FieldType::MapList(_)));
        FieldShape {
            name,
            required,
            instead,
            range,
            unit,
            never_number,
            example,
            takes_keys,
            is_map_list,
        }
    }

    /// Returns the documentation as Markdown.
    #[must_use]
    pub fn text(&self) -> String {
        doc_text(self.doc)
    }
}

/// A field that can be set instead of another one.
#[derive(Clone, Copy, Debug)]
pub struct Alternative {
    /// The key.
    pub name: &'static str,
    /// What to write and when, for example "`ports: []` if the container has no port".
    pub hint: &'static str,
}

/// The part of a declaration that reading a value needs.
///
/// It is separate from [`Field`], so that the first load of the page contains no documentation of
/// fields.
#[derive(Clone, Copy, Debug)]
pub struct FieldShape {
    /// The key.
    pub name: &'static str,
    /// Whether the field is required.
    pub required: bool,
    /// A field that can be set instead of a required field, and when.
    pub instead: Option<Alternative>,
    /// The smallest and the largest number that is allowed.
    pub range: Option<(i64, i64)>,
    /// The unit of the number.
    pub unit: Option<Unit>,
    /// Whether a number or a boolean is invalid, even in quotes.
    pub never_number: bool,
    /// An example value as YAML.
    pub example: &'static str,
    /// Whether the value is, or can be, a map.
    pub takes_keys: bool,
    /// Whether the value is a list of maps.
    pub is_map_list: bool,
}

/// Returns the shapes of all fields.
pub(crate) const fn shapes<const LENGTH: usize>(fields: &[Field]) -> [FieldShape; LENGTH] {
    let (mut shapes, mut at) = ([Field::BLANK.shape(); LENGTH], 0);
    while at < LENGTH {
        shapes[at] = fields[at].shape();
        at += 1;
    }
    shapes
}

/// The keys of a map.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The name of the map in messages, such as "a `k8s-service`".
    pub map: &'static str,
    /// The keys that the map accepts.
    pub names: &'static [&'static str],
    /// Words of other tools.
    pub synonyms: &'static [Synonym],
    /// The fields of the map.
    pub shapes: &'static [FieldShape],
}

/// A list of values that is known only while a file is edited, or that is declared elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueList {
    /// The module types.
    ModuleTypes,
    /// The paths of the environment files that exist.
    EnvironmentFiles,
}

/// The type of a field.
#[derive(Clone, Copy, Debug)]
pub enum FieldType {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A whole number, or its digits as text.
    Count,
    /// A number with an optional fraction, or its digits as text.
    Quantity,
    /// Text.
    Text,
    /// Text, a number or a boolean.
    Scalar,
    /// A list of texts.
    TextList,
    /// One text, or a list of texts.
    TextOrList,
    /// A map from name to text.
    TextMap,
    /// A map from name to a scalar.
    Variables,
    /// A map from name to text, or a list of `{name, value}`.
    EnvVars,
    /// A map with exactly one protocol.
    Port,
    /// A list of module names, or of maps from a module name to permissions or new names.
    Links,
    /// A map with declared fields.
    Map(&'static [Field]),
    /// A list of maps with declared fields.
    MapList(&'static [Field]),
    /// A list of modules.
    Modules,
}

impl FieldType {
    /// Returns whether the value is, or can be, a list of texts.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::TextList | Self::TextOrList)
    }

    /// Returns whether the value is, or can be, a map.
    const fn takes_keys(self) -> bool {
        matches!(self, Self::TextMap | Self::Variables | Self::EnvVars | Self::Port | Self::Map(_))
    }

    /// Returns the name of the type in the documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "`true` or `false`",
            Self::Integer => "whole number",
            Self::Count => "whole number, with or without quotes",
            Self::Quantity => "number, with or without quotes",
            Self::Text => "text",
            Self::Scalar => "text, number or boolean",
            Self::TextList => "list of texts",
            Self::TextOrList => "text, or list of texts",
            Self::TextMap => "map from name to text",
            Self::Variables => "map from name to text, number or boolean",
            Self::EnvVars => "map from name to text, or list of `{name, value}`",
            Self::Port => "map with one of `http`, `tcp`, `grpc` and `websocket`",
            Self::Links => {
                "list of module names, or of maps from a module name to permissions or new names"
            }
            Self::Map(_) => "map",
            Self::MapList(_) => "list of maps",
            Self::Modules => "list of modules",
        }
    }
}
