//! The repository that `--to` names, and the credentials for it.

use anyhow::Context;
use aws_config::SdkConfig;
use optakit_core::aws::EcrHost;

use crate::auth;
use crate::aws::has_immutable_tags;
use crate::aws::login::login;
use crate::docker_login::{Credentials, DockerConfig, LoginError, credentials};
use crate::image::{Destination, rejects_credentials};
use crate::report::Report;

/// The repository of a push, as the user names it.
pub(crate) struct Address<'a> {
    /// The registry and the repository.
    pub(crate) to: &'a str,
    /// The registries without TLS.
    pub(crate) insecure: &'a [String],
}

impl Address<'_> {
    /// Returns the repository, with the credentials of `docker login`. Without valid ones, logs in
    /// to a registry of ECR with the credentials of AWS.
    ///
    /// # Errors
    ///
    /// Fails if the address is not a repository, or the credentials cannot be used.
    pub(crate) async fn open(&self, report: &Report) -> anyhow::Result<Destination> {
        let (registry, repository) = split(self.to)?;
        let (configs, warnings) = DockerConfig::read_all();
        for warning in warnings {
            report.warning(warning);
        }
        let ecr = EcrHost::parse(registry);
        let found = match (credentials(&configs, registry, repository).await, ecr) {
            // The credentials of AWS do not need the helper.
            (Err(LoginError::Helper(_)), Some(_)) => Credentials::None,
            (found, _) => found?,
        };
        let mut to = Destination {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            credentials: found,
            plain_http: self.insecure.iter().any(|host| names(host, registry)),
            immutable_tags: false,
            is_ecr: ecr.is_some(),
        };
        if let Some(host) = ecr {
            let aws = auth::aws(Some(host.region)).await?;
            if !to.credentials.is_some() {
                to.credentials = of_aws(&aws, registry).await?;
            } else if rejects_credentials(&to).await
                && let Ok(found) = of_aws(&aws, registry).await
            {
                report.note(format!(
                    "{registry} rejects the Docker credentials, which expire after 12 hours; \
                     using the credentials of AWS"
                ));
                to.credentials = found;
            }
            to.immutable_tags = has_immutable_tags(&aws, Some(host.account), repository).await;
        }
        Ok(to)
    }
}

/// Returns the credentials for a registry of ECR.
async fn of_aws(aws: &SdkConfig, registry: &str) -> anyhow::Result<Credentials> {
    let login = login(aws).await.with_context(|| {
        format!("there are no Docker credentials for {registry}, and AWS returned none")
    })?;
    Ok(Credentials::Password { user: login.user, password: login.password })
}

/// Splits an address into the registry and the repository.
fn split(address: &str) -> anyhow::Result<(&str, &str)> {
    let parts = address.split_once('/').map(|(host, path)| (host, path.trim_end_matches('/')));
    let parts = parts.filter(|(host, path)| {
        (host.contains(['.', ':']) || *host == "localhost")
            && !path.is_empty()
            && !path.contains([':', '@'])
    });
    parts.with_context(|| {
        format!(
            "`{address}` is not a valid repository, expected one like \
             `registry.example.com/team/app`"
        )
    })
}

/// Whether a host, with or without a port, names a registry.
fn names(host: &str, registry: &str) -> bool {
    let host = host.trim_start_matches("http://").trim_end_matches('/');
    host == registry || registry.rsplit_once(':').is_some_and(|(name, _)| name == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insecure_registries_are_named_with_or_without_a_port() {
        assert!(names("registry.local:5000", "registry.local:5000"));
        assert!(names("registry.local", "registry.local:5000"));
        assert!(names("http://registry.local/", "registry.local"));
        assert!(!names("registry.local:5000", "registry.local"));
        assert!(!names("local", "registry.local"));
    }
}
