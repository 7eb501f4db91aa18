//! The settings and their values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueEnum;
use optakit_core::render::Kubernetes;
use optakit_core::suggest::Suggestion;

use crate::cli::{Color, Exposure, is_format};

/// A setting with one value. The context of each environment is a map in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setting {
    Context,
    Output,
    Color,
    Exposure,
    Kubernetes,
}

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Variable(&'static str),
    File(PathBuf),
}

/// The values of the user.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(super) values: BTreeMap<Setting, (String, Origin)>,
    /// The context of each environment, from the file.
    pub(super) contexts: BTreeMap<String, (String, Origin)>,
}

/// The reason why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("cannot read the configuration file {}: {reason}", path.display())]
    Read { path: PathBuf, reason: String },
    #[error("the configuration file {} is invalid: {reason}", path.display())]
    Invalid { path: PathBuf, reason: String },
    #[error(
        "the configuration file {} has the unknown key `{key}`\n  help: {help}",
        path.display()
    )]
    UnknownKey { path: PathBuf, key: String, help: String },
    #[error("`{value}` in {place} is not a valid value of `{name}`\n  help: {help}")]
    Value { value: String, place: String, name: &'static str, help: String },
}

/// The folder for configuration files is unknown.
#[derive(Debug, thiserror::Error)]
#[error(
    "the folder for configuration files is unknown\n  \
     help: set HOME, or name the file with OPTAKIT_CONFIG"
)]
pub(crate) struct NoFolder;

impl Setting {
    pub(crate) const ALL: [Self; 5] =
        [Self::Context, Self::Output, Self::Color, Self::Exposure, Self::Kubernetes];

    /// Returns the name, which is the key in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Output => "output",
            Self::Color => "color",
            Self::Exposure => "exposure",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// Returns the variable that sets it.
    pub(crate) const fn variable(self) -> &'static str {
        match self {
            Self::Context => "OPTAKIT_CONTEXT",
            Self::Output => "OPTAKIT_OUTPUT",
            Self::Color => "OPTAKIT_COLOR",
            Self::Exposure => "OPTAKIT_EXPOSURE",
            Self::Kubernetes => "OPTAKIT_KUBERNETES",
        }
    }

    /// Checks a value.
    pub(super) fn check(self, value: &str, place: &str) -> Result<(), SettingsError> {
        let known: Vec<String> = match self {
            Self::Context => return Ok(()),
            Self::Output if is_format(value) => return Ok(()),
            Self::Output => ["text", "json", "yaml", "wide", "name"].map(str::to_owned).to_vec(),
            Self::Color => names::<Color>(),
            Self::Exposure => names::<Exposure>(),
            Self::Kubernetes => {
                Kubernetes::ALL.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
        };
        if known.iter().any(|known| known == value) {
            return Ok(());
        }
        let expected = || format!("expected one of {}", known.join(", "));
        let help = Suggestion::new(value, known.iter().map(String::as_str), expected).help;
        let (value, place) = (value.to_owned(), place.to_owned());
        Err(SettingsError::Value { value, place, name: self.name(), help })
    }
}

/// Returns the names of the values of an option.
fn names<T: ValueEnum + 'static>() -> Vec<String> {
    let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
}

impl Settings {
    /// Returns the value of a setting and where it comes from.
    pub(crate) fn get(&self, setting: Setting) -> Option<(&str, &Origin)> {
        self.values.get(&setting).map(|(value, origin)| (value.as_str(), origin))
    }

    /// Returns the contexts of the file, by environment.
    pub(crate) fn contexts(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        let contexts = self.contexts.iter();
        contexts.map(|(environment, (context, origin))| {
            (environment.as_str(), context.as_str(), origin)
        })
    }
}
