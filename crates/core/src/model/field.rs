//! What is declared of a field: name, documentation, type, default, range, unit, example.

/// What is known of a field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Its documentation; the first line stands alone.
    pub doc: &'static str,
    /// What it takes.
    pub kind: FieldType,
    /// Its default as YAML, when there is one.
    pub default: Option<&'static str>,
    /// Whether it must be there.
    pub required: bool,
    /// The smallest and largest number allowed.
    pub range: Option<(i64, i64)>,
    /// What its number counts.
    pub unit: Option<&'static str>,
    /// A value as YAML.
    pub example: &'static str,
    /// Which fields of which objects it becomes.
    pub renders: &'static str,
    /// Where that is documented.
    pub docs: Option<&'static str>,
}

impl Field {
    /// A field of which nothing is said yet.
    pub const BLANK: Self = Self {
        name: "",
        doc: "",
        kind: FieldType::Text,
        default: None,
        required: false,
        range: None,
        unit: None,
        example: "",
        renders: "",
        docs: None,
    };

    /// The documentation as text.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.doc.lines().map(str::trim).collect();
        lines.join("\n").trim().to_owned()
    }
}

/// The type of a field, for schema, form and messages.
#[derive(Clone, Copy, Debug)]
pub enum FieldType {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A whole number, or its digits as text.
    Count,
    /// A number, fractions allowed, or its digits as text.
    Quantity,
    /// Text.
    Text,
    /// A list of texts.
    TextList,
    /// One text or a list of them.
    TextOrList,
    /// A map from name to a scalar.
    Variables,
    /// A map of texts, or a list of `{name, value}`.
    EnvVars,
    /// Exactly one of `http`, `tcp` and `grpc` with a number.
    Port,
    /// A list of module names, or of maps from a module name to permissions or new names.
    Links,
    /// A map with fields of its own.
    Map(&'static [Field]),
    /// A list of maps with fields of their own.
    MapList(&'static [Field]),
    /// A list of modules.
    Modules,
}

impl FieldType {
    /// Whether its value is a list of texts, or may be one.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::TextList | Self::TextOrList)
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "`true` or `false`",
            Self::Integer => "whole number",
            Self::Count => "whole number, or its digits as text",
            Self::Quantity => "number, or its digits as text",
            Self::Text => "text",
            Self::TextList => "list of texts",
            Self::TextOrList => "text, or list of texts",
            Self::Variables => "map from name to value",
            Self::EnvVars => "map from name to text, or list of `{name, value}`",
            Self::Port => "map with one of `http`, `tcp`, `grpc`",
            Self::Links => "list of module names, or of maps from one to what is asked",
            Self::Map(_) => "map",
            Self::MapList(_) => "list of maps",
            Self::Modules => "list of modules",
        }
    }
}

/// `a`, `b` and `c`.
#[must_use]
pub fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
