//! The repository that an image is pushed to.

use oci_client::Reference;
use optakit_core::aws::EcrHost;

use crate::aws::login::Login;
use crate::docker_login::Credentials;

/// A repository of a registry, and the credentials for it.
pub(crate) struct Destination {
    /// The host, with a port if it is not the default port.
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) credentials: Credentials,
    /// Whether the registry has no TLS. Registries on this machine never use it.
    pub(crate) plain_http: bool,
    /// Whether the repository is known to reject a tag that exists.
    pub(crate) immutable_tags: bool,
    /// Whether the registry is ECR.
    pub(crate) is_ecr: bool,
}

impl Destination {
    /// Returns a repository of ECR.
    pub(crate) fn new(login: &Login, repository: &str) -> Self {
        let (user, password) = (login.user.clone(), login.password.clone());
        Self {
            registry: login.registry.clone(),
            repository: repository.to_owned(),
            credentials: Credentials::Password { user, password },
            plain_http: false,
            immutable_tags: false,
            is_ecr: true,
        }
    }

    /// Returns the reference of a tag, or of a digest as a tag.
    pub(super) fn reference(&self, tag: &str) -> Reference {
        Reference::with_tag(self.registry.clone(), self.repository.clone(), tag.to_owned())
    }

    /// Returns the address of the registry, such as `https://registry.example.com`.
    pub(super) fn address(&self) -> String {
        let scheme = if self.is_plain() { "http" } else { "https" };
        format!("{scheme}://{}", self.reference("latest").resolve_registry())
    }

    /// Whether the registry is used without TLS.
    pub(super) fn is_plain(&self) -> bool {
        let host = self.registry.rsplit_once(':').map_or(self.registry.as_str(), |(host, _)| host);
        self.plain_http || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    }

    /// Whether the registry stores only the first of several chunks of a blob, as ECR does
    /// (<https://github.com/aws/containers-roadmap/issues/2831>).
    pub(super) fn loses_chunks(&self) -> bool {
        EcrHost::parse(&self.registry).is_some()
    }
}
