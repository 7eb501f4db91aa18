//! The errors of signing in to AWS and to a cluster.

use aws_credential_types::provider::error::CredentialsError;

use super::kubeconfig_error::ConfigError;
use crate::network::{CertificateError, ProxyUrlError};

/// Any error.
pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An error of signing in to AWS, or of connecting to a cluster.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    #[error(
        "no AWS credentials were found\n  \
         help: set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws \
         sso login`; for a cluster outside AWS, pass `--context`, and `--skip-aws` if the command \
         has this option"
    )]
    NoCredentials(#[source] CredentialsError),
    #[error("cannot read the AWS identity of the credentials (sts:GetCallerIdentity): {reason}")]
    Identity { reason: String },
    #[error(
        "the AWS credentials belong to account {found}, but the bundle is for account \
         {expected}\n  \
         help: choose another profile with AWS_PROFILE, or choose another environment"
    )]
    WrongAccount { found: String, expected: String },
    #[error(
        "no EKS cluster `{name}` in {region}\n  \
         help: name another cluster with `--cluster`, or use a kubeconfig with `--context`"
    )]
    NoCluster { name: String, region: String },
    #[error(
        "cannot describe the EKS cluster `{name}` (eks:DescribeCluster): {reason}\n  \
         help: check AWS_PROFILE and the permission, or use a kubeconfig with `--context`"
    )]
    DescribeCluster { name: String, reason: String },
    #[error("the EKS cluster `{name}` is not active: its status is {status}")]
    ClusterNotReady { name: String, status: String },
    #[error("cannot sign the token for EKS")]
    Token(#[source] BoxError),
    #[error(transparent)]
    Kubeconfig(#[from] ConfigError),
    #[error(transparent)]
    Proxy(#[from] ProxyUrlError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error(
        "the credential plugin `{command}` of the kubeconfig {reason}; nothing was changed{}\n  \
         help: run the plugin in a terminal, or sign in again with its tool",
        stderr.iter().map(|line| format!("\n  stderr: {line}")).collect::<String>()
    )]
    Plugin { command: String, reason: String, stderr: Vec<String> },
    #[error("cannot use the address or the certificate of the cluster")]
    Client(#[source] BoxError),
}

impl AuthError {
    pub(super) fn token(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Token(Box::new(error))
    }

    pub(super) fn client(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Client(Box::new(error))
    }
}
