//! The configuration file of Docker, and that of Podman.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::credentials::Credentials;
use super::key;

/// The variable with a configuration as JSON.
const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

/// The configuration of Docker, as far as it is about credentials.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DockerConfig {
    #[serde(default)]
    auths: Option<BTreeMap<String, Option<Entry>>>,
    #[serde(default)]
    creds_store: Option<String>,
    #[serde(default)]
    cred_helpers: Option<BTreeMap<String, String>>,
    /// The file of the configuration.
    #[serde(skip)]
    path: PathBuf,
}

/// An entry of the file. Docker writes empty ones for registries whose credentials are in a helper.
#[derive(Default, Deserialize)]
struct Entry {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    identitytoken: Option<String>,
    #[serde(default)]
    registrytoken: Option<String>,
}

/// An entry of the file that is not valid.
#[derive(Debug, thiserror::Error)]
#[error(
    "the entry for {registry} in {file} has no valid credentials\n  \
     help: run `docker login {registry}`"
)]
pub(crate) struct EntryError {
    registry: String,
    file: String,
}

impl DockerConfig {
    /// Reads the configurations: of the variable `DOCKER_AUTH_CONFIG`, then of Docker, or of Podman
    /// if Docker has none. The first one with credentials counts. Returns warnings as well about
    /// those that cannot be used. They never contain the text of a configuration.
    pub(crate) fn read_all() -> (Vec<Self>, Vec<String>) {
        let (mut configs, mut warnings) = (Vec::new(), Vec::new());
        let variable = std::env::var_os(VARIABLE).unwrap_or_default();
        match parse(variable.into_encoded_bytes(), Path::new(VARIABLE)) {
            Ok(config) => configs.extend(config),
            Err(reason) => warnings.push(format!("the variable {VARIABLE} is ignored: {reason}")),
        }
        for path in paths() {
            match read(&path) {
                Ok(Some(config)) => {
                    configs.push(config);
                    break;
                }
                Ok(None) => {}
                Err(reason) => {
                    let path = path.display();
                    warnings.push(format!("the Docker configuration {path} is ignored: {reason}"));
                }
            }
        }
        (configs, warnings)
    }

    /// Returns the name of the credential helper for a registry.
    pub(super) fn helper(&self, registry: &str) -> Option<&str> {
        let own = self.cred_helpers.iter().flatten();
        let own = own.into_iter().find(|(key, _)| key::belongs_to(key, registry));
        let name = own.map(|(_, name)| name).or(self.creds_store.as_ref());
        name.map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Returns the credentials in the file.
    ///
    /// # Errors
    ///
    /// Fails if the entry is not valid.
    pub(super) fn entry(
        &self,
        registry: &str,
        repository: &str,
    ) -> Result<Credentials, EntryError> {
        let entries = || self.auths.iter().flatten().filter(|(_, entry)| entry.is_some());
        let limited = entries()
            .filter(|(key, _)| key::covers(key, registry, repository))
            .max_by_key(|(key, _)| key.len());
        let exact = || entries().find(|(key, _)| key.as_str() == registry);
        let whole =
            || entries().find(|(key, _)| !key::is_limited(key) && key::belongs_to(key, registry));
        let Some((_, Some(entry))) = limited.or_else(exact).or_else(whole) else {
            return Ok(Credentials::None);
        };
        entry.credentials().ok_or_else(|| EntryError {
            registry: registry.to_owned(),
            file: self.path.display().to_string(),
        })
    }
}

impl Entry {
    /// Returns the credentials, or `None` if they are not valid.
    fn credentials(&self) -> Option<Credentials> {
        let set = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        if let Some(token) = set(&self.identitytoken) {
            return Some(Credentials::IdentityToken(token.into()));
        }
        if let Some(token) = set(&self.registrytoken) {
            return Some(Credentials::AccessToken(token.into()));
        }
        let (user, password) = match set(&self.auth) {
            Some(auth) => decode(&auth)?,
            None => match (set(&self.username), set(&self.password)) {
                (None, None) => return Some(Credentials::None),
                (user, password) => (user?, password?),
            },
        };
        Some(Credentials::Password { user, password: password.into() })
    }
}

/// Returns the user name and the password of `auth`.
fn decode(auth: &str) -> Option<(String, String)> {
    let settings =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, settings).decode(auth.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// Returns the files that may contain the configuration.
fn paths() -> Vec<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let docker = variable("DOCKER_CONFIG").map(PathBuf::from);
    let docker = docker.or_else(|| home.map(|home| Path::new(&home).join(".docker")));
    let docker = docker.map(|folder| folder.join("config.json"));
    let podman = variable("REGISTRY_AUTH_FILE").map(PathBuf::from).or_else(|| {
        let folder = variable("XDG_RUNTIME_DIR")?;
        Some(Path::new(&folder).join("containers/auth.json"))
    });
    docker.into_iter().chain(podman).collect()
}

/// Reads a configuration. A missing file is `None`.
fn read(path: &Path) -> Result<Option<DockerConfig>, String> {
    match std::fs::read(path) {
        Ok(bytes) => parse(bytes, path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read it: {error}")),
    }
}

/// Parses a configuration. An empty one is `None`.
fn parse(bytes: Vec<u8>, path: &Path) -> Result<Option<DockerConfig>, String> {
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Ok(None);
    }
    // The text of the error may contain a part of the file.
    let invalid = |error: serde_json::Error| {
        format!(
            "it is not a valid configuration (line {}, column {})",
            error.line(),
            error.column()
        )
    };
    // A struct can be read from a list as well.
    serde_json::from_str::<serde_json::Map<_, _>>(text).map_err(invalid)?;
    let config: DockerConfig = serde_json::from_str(text).map_err(invalid)?;
    Ok(Some(DockerConfig { path: path.to_owned(), ..config }))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    /// Returns the credentials of a registry as text.
    fn entry(json: &str, registry: &str) -> String {
        let config: DockerConfig = serde_json::from_str(json).expect("the file is valid");
        match config.entry(registry, "team/app") {
            Ok(Credentials::None) => "none".to_owned(),
            Ok(Credentials::Password { user, password }) => {
                format!("{user}:{}", password.expose_secret())
            }
            Ok(Credentials::IdentityToken(token)) => format!("token {}", token.expose_secret()),
            Ok(Credentials::AccessToken(token)) => format!("access {}", token.expose_secret()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn entries_are_found_by_every_form_of_their_key() {
        // `dTpw` is `u:p`.
        let hub = r#"{"auths": {"https://index.docker.io/v1/": {"auth": "dTpw"}}}"#;
        assert_eq!(entry(hub, "docker.io"), "u:p");
        assert_eq!(entry(hub, "registry-1.docker.io"), "u:p");
        assert_eq!(entry(hub, "ghcr.io"), "none");
        let podman =
            r#"{"auths": {"quay.io": {"auth": "dTpw"}, "quay.io/team": {"auth": "dDp4"}}}"#;
        assert_eq!(entry(podman, "quay.io"), "t:x");
        let plain = r#"{"auths": {"ghcr.io": {"username": "u", "password": "p"}}}"#;
        assert_eq!(entry(plain, "ghcr.io"), "u:p");
    }

    #[test]
    fn tokens_and_empty_entries_are_known() {
        let token = r#"{"auths": {"a.io": {"auth": "dTo=", "identitytoken": "t"}, "b.io": {}}}"#;
        assert_eq!(entry(token, "a.io"), "token t");
        assert_eq!(entry(token, "b.io"), "none");
        let broken = r#"{"auths": {"a.io": {"auth": "???"}}}"#;
        assert!(entry(broken, "a.io").contains("has no valid credentials"));
        assert!(!entry(broken, "a.io").contains("???"));
    }
}
