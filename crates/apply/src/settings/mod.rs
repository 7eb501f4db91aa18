//! The defaults of the user: from variables and from the configuration file.
//!
//! A flag overrides a variable, and a variable overrides the file.

mod defaults;
mod file;
mod value;

use std::sync::OnceLock;

pub(crate) use defaults::apply as apply_defaults;
pub(crate) use file::path;
pub(crate) use value::{NoFolder, Origin, Setting, Settings, SettingsError};

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Reads the variables and the configuration file.
///
/// # Errors
///
/// Fails if the file cannot be read, has an unknown key, or if a value is not valid.
pub(crate) fn load() -> Result<Settings, SettingsError> {
    let mut settings = file::read()?;
    for setting in Setting::ALL {
        let variable = setting.variable();
        let value = std::env::var(variable).unwrap_or_default();
        if !value.is_empty() {
            setting.check(&value, &format!("the variable {variable}"))?;
            settings.values.insert(setting, (value, Origin::Variable(variable)));
        }
    }
    Ok(settings)
}

/// Makes these the settings of this run.
pub(crate) fn remember(settings: Settings) {
    // A program reads its settings once.
    drop(SETTINGS.set(settings));
}

/// Returns the value of a setting for this run.
pub(crate) fn get(setting: Setting) -> Option<String> {
    SETTINGS.get().and_then(|settings| settings.get(setting)).map(|(value, _)| value.to_owned())
}

/// Returns the context of the kubeconfig for an environment.
pub(crate) fn context(environment: &str) -> Option<String> {
    let of_file = || {
        let contexts = &SETTINGS.get()?.contexts;
        contexts.get(environment).map(|(context, _)| context.clone())
    };
    get(Setting::Context).or_else(of_file)
}
