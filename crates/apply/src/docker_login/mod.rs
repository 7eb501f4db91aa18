//! The credentials of `docker login`: the configuration of Docker, and its credential helpers.

mod config;
mod helper;
mod key;

use secrecy::SecretString;

pub(crate) use config::DockerConfig;
pub(crate) use helper::HelperError;

/// Credentials for a registry.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    /// The registry decides whether credentials are required.
    None,
    Password {
        user: String,
        password: SecretString,
    },
    /// A token that the token server of the registry exchanges for access.
    IdentityToken(SecretString),
    /// A token that the registry accepts as it is.
    AccessToken(SecretString),
}

impl Credentials {
    /// Whether there are credentials.
    pub(crate) const fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// Why the credentials of Docker cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error(transparent)]
    Helper(#[from] HelperError),
    #[error(
        "the entry for {registry} in {file} has no valid credentials\n  \
         help: run `docker login {registry}`"
    )]
    Entry { registry: String, file: String },
}

/// Returns the credentials for a repository: of the credential helper, else of the file.
///
/// # Errors
///
/// Fails if the helper fails, or the entry in the file is not valid.
pub(crate) async fn credentials(
    config: &DockerConfig,
    registry: &str,
    repository: &str,
) -> Result<Credentials, LoginError> {
    if let Some(name) = config.helper(registry) {
        let found = helper::get(name, &key::of_helper(registry)).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    config.entry(registry, repository)
}
