//! The formats of the output. Each command accepts the formats that fit its result.

use clap::ValueEnum;

use crate::report::EventFormat;

/// The format of one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultFormat {
    /// Human-readable text
    Text,
    /// One JSON object
    Json,
    /// One YAML document
    Yaml,
}

/// The format of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Human-readable text
    Text,
    /// Text with more columns
    Wide,
    /// One JSON object
    Json,
    /// One YAML document
    Yaml,
    /// Only the names, one per line
    Name,
}

/// The format of a document that only programs read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
}

/// The format of the progress of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressFormat {
    /// A table on a terminal, otherwise one line per change
    Text,
    /// One JSON object per line, on standard output
    Json,
    /// One YAML document per event, on standard output
    Yaml,
}

impl ProgressFormat {
    /// Returns the format of the events. `None` for text.
    pub(crate) const fn events(self) -> Option<EventFormat> {
        match self {
            Self::Text => None,
            Self::Json => Some(EventFormat::Json),
            Self::Yaml => Some(EventFormat::Yaml),
        }
    }
}

/// The format of the report of `validate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text with the source line of each error
    Text,
    /// One JSON array
    Json,
    /// One YAML list
    Yaml,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub annotations, for the log of a workflow
    Github,
}

/// The format of manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ManifestFormat {
    /// A stream of YAML documents
    Yaml,
    /// One `List` in JSON
    Json,
    /// A Kustomize base with `images:`; needs `--output-dir`
    Kustomize,
}

/// When the output has colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set; everywhere if CLICOLOR_FORCE is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Whether a text is the name of a format of any command.
pub(crate) fn is_format(text: &str) -> bool {
    fn names<T: ValueEnum + 'static>() -> impl Iterator<Item = String> {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        values.map(|value| value.get_name().to_owned())
    }
    names::<ListFormat>()
        .chain(names::<ReportFormat>())
        .chain(names::<ManifestFormat>())
        .any(|name| name == text)
}
