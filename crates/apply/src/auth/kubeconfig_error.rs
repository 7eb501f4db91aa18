//! The errors of a kubeconfig. The texts show no values, which may be tokens or passwords.

use std::path::{Path, PathBuf};

use kube::config::{KubeconfigError, LoadDataError};

/// The reason why a kubeconfig cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error(
        "cannot find a kubeconfig: {} not exist\n  \
         help: name one with `--kubeconfig FILE`, or set KUBECONFIG",
        missing(paths)
    )]
    Missing { paths: Vec<PathBuf> },
    #[error(
        "cannot read the kubeconfig {}: {reason}\n  help: check its path and permissions",
        path.display()
    )]
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
        "cannot read {what} of the kubeconfig from {}: {reason}\n  \
         help: check the path in the kubeconfig",
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

/// Converts an error about a file. The text of the file may contain tokens, so it is not shown.
pub(super) fn explain_file(error: KubeconfigError, path: &Path) -> ConfigError {
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
