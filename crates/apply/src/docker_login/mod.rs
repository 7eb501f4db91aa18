//! The credentials of `docker login`: the configuration of Docker, and its credential helpers.

mod config;
mod credentials;
mod helper;
mod key;

pub(crate) use config::{DockerConfig, EntryError};
pub(crate) use credentials::Credentials;
pub(crate) use helper::HelperError;

/// Why the credentials of Docker cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error(transparent)]
    Helper(#[from] HelperError),
    #[error(transparent)]
    Entry(#[from] EntryError),
}

/// Returns the credentials for a repository: of the first configuration that has some. In each
/// configuration, the credential helper comes first.
///
/// # Errors
///
/// Fails if the helper fails, or the entry in the file is not valid.
pub(crate) async fn credentials(
    configs: &[DockerConfig],
    registry: &str,
    repository: &str,
) -> Result<Credentials, LoginError> {
    for config in configs {
        if let Some(name) = config.helper(registry) {
            let found = helper::get(name, &key::of_helper(registry)).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let found = config.entry(registry, repository)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(Credentials::None)
}
