//! Reads the kubeconfig: one file, the files of `KUBECONFIG`, or `~/.kube/config`.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError, LoadDataError};
use secrecy::SecretString;

use super::error::AuthError;
use crate::network::Proxies;

/// The variable that lists kubeconfig files.
const VARIABLE: &str = "KUBECONFIG";

/// The reason why a kubeconfig cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error(
        "cannot find a kubeconfig: {} not exist\n  \
         help: name one with `--kubeconfig FILE`, or set KUBECONFIG",
        missing(paths)
    )]
    Missing { paths: Vec<PathBuf> },
    #[error("cannot read the kubeconfig {}: {reason}\n  help: check its path and permissions", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error(
        "the kubeconfig {} is invalid{at}\n  \
         help: compare it with the output of `kubectl config view`",
        path.display()
    )]
    Invalid { path: PathBuf, at: String },
    #[error(
        "the kubeconfig has no context `{name}`{}\n  \
         help: name a context with `--context NAME`",
        known(contexts)
    )]
    NoContext { name: String, contexts: Vec<String> },
    #[error(
        "the kubeconfig has no current context{}\n  help: name a context with `--context NAME`",
        known(contexts)
    )]
    NoCurrentContext { contexts: Vec<String> },
    #[error(
        "the context `{context}` of the kubeconfig names the cluster `{cluster}`, which does not \
         exist\n  help: name another context with `--context NAME`"
    )]
    NoCluster { context: String, cluster: String },
    #[error(
        "cannot read {what} of the kubeconfig from {}: {reason}\n  help: check the path in the kubeconfig",
        path.display()
    )]
    File { what: &'static str, path: PathBuf, reason: String },
    #[error("{what} of the kubeconfig is invalid: {reason}")]
    Value { what: &'static str, reason: String },
}

fn missing(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    match names.as_slice() {
        [] => "no home folder is known, so the default file does".to_owned(),
        [only] => format!("{only} does"),
        several => format!("{} do", several.join(" and ")),
    }
}

fn known(contexts: &[String]) -> String {
    if contexts.is_empty() {
        return "; it has no contexts".to_owned();
    }
    let names: Vec<String> = contexts.iter().map(|name| format!("`{name}`")).collect();
    format!("; its contexts are {}", names.join(", "))
}

/// Reads a kubeconfig. Without `file`, reads the default files; missing ones are ignored, as
/// kubectl does.
///
/// # Errors
///
/// Fails if no file exists, or if a file cannot be read.
pub(super) fn read(file: Option<&Path>) -> Result<Kubeconfig, ConfigError> {
    let paths = match (file, std::env::var_os(VARIABLE)) {
        (Some(file), _) => vec![file.to_owned()],
        (None, Some(list)) if !split(&list).is_empty() => split(&list),
        (None, _) => {
            std::env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect()
        }
    };
    let mut merged: Option<Kubeconfig> = None;
    for path in &paths {
        let Some(next) = read_file(path)? else { continue };
        let invalid = |error| explain(error, path);
        let all = match merged {
            Some(first) => first.merge(next).map_err(invalid)?,
            None => next,
        };
        merged = Some(all);
    }
    merged.ok_or(ConfigError::Missing { paths })
}

fn split(list: &OsStr) -> Vec<PathBuf> {
    std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect()
}

/// Reads one file. Returns `None` if it does not exist.
fn read_file(path: &Path) -> Result<Option<Kubeconfig>, ConfigError> {
    match Kubeconfig::read_from(path) {
        Ok(mut config) => {
            // Merging keeps the first value, also an empty one.
            config.current_context = config.current_context.filter(|name| !name.is_empty());
            Ok(Some(config))
        }
        Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(explain(error, path)),
    }
}

/// Converts an error about a file. The text of the file may contain tokens, so it is not shown.
fn explain(error: KubeconfigError, path: &Path) -> ConfigError {
    let path = path.to_owned();
    match error {
        KubeconfigError::ReadConfig(error, _) => {
            ConfigError::Unreadable { path, reason: error.to_string() }
        }
        KubeconfigError::Parse(error) => {
            let at = error.location().map(|at| format!(" at line {}", at.line()));
            ConfigError::Invalid { path, at: at.unwrap_or_default() }
        }
        error => ConfigError::Invalid { path, at: format!(": {error}") },
    }
}

/// The settings of a context.
pub(super) struct Settings {
    pub(super) config: kube::Config,
    /// The name of the context.
    pub(super) context: String,
    pub(super) proxies: Proxies,
}

/// Returns the settings of a context, or of the current context.
///
/// # Errors
///
/// Fails if the context or its cluster does not exist, or if a file that it names cannot be read.
pub(super) async fn settings(
    kubeconfig: Kubeconfig,
    context: Option<String>,
) -> Result<Settings, AuthError> {
    let contexts = || kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
    let Some(context) = context.or_else(|| kubeconfig.current_context.clone()) else {
        return Err(ConfigError::NoCurrentContext { contexts: contexts() }.into());
    };
    let chosen = kubeconfig.contexts.iter().find(|found| found.name == context);
    let Some(chosen) = chosen.and_then(|found| found.context.as_ref()) else {
        return Err(ConfigError::NoContext { name: context, contexts: contexts() }.into());
    };
    let cluster = kubeconfig.clusters.iter().find(|found| found.name == chosen.cluster);
    let Some(cluster) = cluster.and_then(|found| found.cluster.as_ref()) else {
        return Err(ConfigError::NoCluster { context, cluster: chosen.cluster.clone() }.into());
    };
    let proxies = match cluster.proxy_url.as_deref().filter(|url| !url.is_empty()) {
        // As kubectl does, ignores the variables then.
        Some(url) => Proxies::only(url, "proxy-url")?,
        None => Proxies::from_env()?,
    };
    let options = KubeConfigOptions { context: Some(context.clone()), ..Default::default() };
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await;
    Ok(Settings { config: config.map_err(explain_settings)?, context, proxies })
}

/// Returns the token in a file.
///
/// # Errors
///
/// Fails if the file cannot be read or is empty.
pub(super) fn read_token(path: &Path) -> Result<SecretString, ConfigError> {
    let text = std::fs::read_to_string(path).and_then(|text| match text.trim() {
        "" => Err(std::io::Error::other("it is empty")),
        token => Ok(token.to_owned().into()),
    });
    text.map_err(|error| ConfigError::File {
        what: "the token",
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// Converts an error about the settings of a context.
pub(super) fn explain_settings(error: KubeconfigError) -> ConfigError {
    let (what, error) = match error {
        KubeconfigError::LoadCertificateAuthority(error) => ("the certificate authority", error),
        KubeconfigError::LoadClientCertificate(error) => ("the client certificate", error),
        KubeconfigError::LoadClientKey(error) => ("the client key", error),
        KubeconfigError::ParseCertificates(_) => {
            let reason = "expected certificates in PEM".to_owned();
            return ConfigError::Value { what: "the certificate authority", reason };
        }
        // The value may contain a password.
        KubeconfigError::ParseProxyUrl(_) => {
            return ConfigError::Value { what: "`proxy-url`", reason: "expected a URL".to_owned() };
        }
        error => {
            return ConfigError::Value { what: "a setting", reason: error.to_string() };
        }
    };
    match error {
        LoadDataError::ReadFile(error, path) => {
            ConfigError::File { what, path, reason: error.to_string() }
        }
        LoadDataError::DecodeBase64(_) => {
            ConfigError::Value { what, reason: "expected base64".to_owned() }
        }
        LoadDataError::NoBase64DataOrFile => {
            ConfigError::Value { what, reason: "it has neither data nor a file".to_owned() }
        }
    }
}
