//! The configuration file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use optakit_core::suggest::Suggestion;
use optakit_core::syntax;
use serde_json::Value;

use super::value::{Origin, Setting, Settings, SettingsError};

/// The variable with the path of the file. An empty value means that there is no file.
const VARIABLE: &str = "OPTAKIT_CONFIG";
/// The key with the context of each environment.
const CONTEXTS: &str = "contexts";

/// Returns the path of the configuration file, which may not exist. `None` if there is no folder
/// for it.
pub(crate) fn path() -> Option<PathBuf> {
    match std::env::var_os(VARIABLE) {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => {
            let base = etcetera::choose_base_strategy().ok()?;
            Some(base.config_dir().join("optakit").join("config.yml"))
        }
    }
}

/// Reads the configuration file. Without a file in the default folder, there are no settings.
///
/// # Errors
///
/// Fails if the file cannot be read, or has an unknown key or an invalid value. Fails if the file
/// that the variable names does not exist.
pub(super) fn read() -> Result<Settings, SettingsError> {
    let Some(path) = path() else { return Ok(Settings::default()) };
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path),
        // In a container, HOME may be the folder of another user.
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied)
                && std::env::var_os(VARIABLE).is_none() =>
        {
            Ok(Settings::default())
        }
        Err(error) => Err(SettingsError::Read { path, reason: error.to_string() }),
    }
}

fn parse(text: &str, path: &Path) -> Result<Settings, SettingsError> {
    let invalid = |reason: String| SettingsError::Invalid { path: path.to_owned(), reason };
    let documents = syntax::documents(text).map_err(invalid)?;
    let mut settings = Settings::default();
    let keys = match documents.as_slice() {
        [] | [Value::Null] => return Ok(settings),
        [Value::Object(keys)] => keys,
        _ => return Err(invalid("expected one map of settings".to_owned())),
    };
    for (key, value) in keys {
        if key == CONTEXTS {
            let Value::Object(contexts) = value else {
                return Err(invalid(format!("`{CONTEXTS}` must be a map of environments")));
            };
            for (environment, context) in contexts {
                let context = scalar(context).ok_or_else(|| {
                    invalid(format!("the context of `{environment}` is not text"))
                })?;
                let origin = Origin::File(path.to_owned());
                settings.contexts.insert(environment.clone(), (context, origin));
            }
            continue;
        }
        let setting = of_key(key).ok_or_else(|| unknown(key, path))?;
        let value = scalar(value).ok_or_else(|| invalid(format!("`{key}` must be text")))?;
        setting.check(&value, &path.display().to_string())?;
        settings.values.insert(setting, (value, Origin::File(path.to_owned())));
    }
    Ok(settings)
}

/// Returns the setting of a key. One context for all environments can only be a variable, so that
/// a forgotten file does not change the cluster.
fn of_key(key: &str) -> Option<Setting> {
    Setting::ALL.into_iter().find(|setting| setting.name() == key && *setting != Setting::Context)
}

/// Returns the error for an unknown key.
fn unknown(key: &str, path: &Path) -> SettingsError {
    let known: Vec<&str> = Setting::ALL
        .into_iter()
        .filter(|setting| *setting != Setting::Context)
        .map(Setting::name)
        .chain([CONTEXTS])
        .collect();
    let expected = || format!("expected one of {}", known.join(", "));
    let help = Suggestion::new(key, known.iter().copied(), expected).help;
    SettingsError::UnknownKey { path: path.to_owned(), key: key.to_owned(), help }
}

/// Returns the text of a value. A version such as `1.36` is a number in YAML.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let error = parse(text, Path::new("config.yml")).expect_err("the file has a fault");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn faults_of_the_file_are_reported() {
        check(
            "colour: never\n",
            "the configuration file config.yml has the unknown key `colour`\n  \
             help: did you mean `color`?",
        );
        check(
            "context: dev\n",
            "the configuration file config.yml has the unknown key `context`\n  \
             help: did you mean `contexts`?",
        );
        check(
            "kubernetes: 1.12\n",
            "`1.12` in config.yml is not a valid value of `kubernetes`\n  \
             help: expected one of 1.36, 1.35, 1.34, 1.33",
        );
        check(
            "- a\n",
            "the configuration file config.yml is invalid: expected one map of settings",
        );
        check(
            "contexts: dev\n",
            "the configuration file config.yml is invalid: `contexts` must be a map of \
             environments",
        );
    }

    #[test]
    fn values_are_read_with_their_origin() {
        let text = "output: json\nkubernetes: 1.35\ncontexts: {staging: kind-dev}\n";
        let settings = parse(text, Path::new("config.yml")).expect("the file is valid");
        let origin = Origin::File("config.yml".into());
        assert_eq!(settings.get(Setting::Output), Some(("json", &origin)));
        assert_eq!(settings.get(Setting::Kubernetes), Some(("1.35", &origin)));
        assert_eq!(settings.contexts().collect::<Vec<_>>(), [("staging", "kind-dev", &origin)]);
        assert!(parse("# nothing\n", Path::new("x")).is_ok());
    }
}
