//! Reads the kubeconfig: one file, the files of `KUBECONFIG`, or `~/.kube/config`.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use secrecy::SecretString;

use super::error::AuthError;
use super::kubeconfig_error::{ConfigError, explain_file, explain_settings};
use crate::network::Proxies;

/// The variable that lists kubeconfig files.
const VARIABLE: &str = "KUBECONFIG";

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
        let invalid = |error| explain_file(error, path);
        let all = match merged {
            Some(first) => first.merge(next).map_err(invalid)?,
            None => next,
        };
        merged = Some(all);
    }
    merged.ok_or(ConfigError::Missing { paths })
}

/// Returns the contexts of the default kubeconfig files. There are none if they cannot be read.
pub(crate) fn contexts() -> Vec<String> {
    let contexts = read(None).map(|kubeconfig| kubeconfig.contexts).unwrap_or_default();
    contexts.into_iter().map(|context| context.name).collect()
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
        Err(error) => Err(explain_file(error, path)),
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
