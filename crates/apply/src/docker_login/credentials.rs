//! The credentials for a registry.

use secrecy::SecretString;

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
