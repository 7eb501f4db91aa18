//! The connection to a cluster.

use std::path::PathBuf;

use aws_config::SdkConfig;
use kube::config::{KubeConfigOptions, Kubeconfig};

use super::aws::aws as load_aws;
use super::client::{self, CONNECT_TIMEOUT};
use super::eks;
use super::error::AuthError;

/// The cluster to connect to.
#[derive(Clone, Debug)]
pub(crate) enum Cluster {
    /// A kubeconfig. Without `file`, the default files; without `context`, the current context.
    Kubeconfig { file: Option<PathBuf>, context: Option<String> },
    /// An EKS cluster.
    Eks { region: String, name: String },
}

/// A connection to a cluster.
pub(crate) struct Connection {
    pub(crate) client: kube::Client,
    /// The name of the cluster in messages.
    pub(crate) name: String,
    /// The URL of the cluster's OIDC issuer, which EKS reports.
    pub(crate) issuer: Option<String>,
}

/// Connects to a cluster. Sends nothing to the API server yet.
///
/// # Errors
///
/// Fails if the kubeconfig cannot be used, or if AWS does not describe the EKS cluster.
pub(crate) async fn connect(
    cluster: &Cluster,
    aws: Option<&SdkConfig>,
) -> Result<Connection, AuthError> {
    match cluster {
        Cluster::Kubeconfig { file, context } => kubeconfig(file.as_ref(), context.clone()).await,
        Cluster::Eks { region, name } => {
            let aws = match aws {
                Some(aws) => aws.clone(),
                None => load_aws(Some(region)).await,
            };
            let (client, issuer) = eks::connect(aws, region, name).await?;
            Ok(Connection { client, name: format!("EKS cluster {name} in {region}"), issuer })
        }
    }
}

async fn kubeconfig(
    file: Option<&PathBuf>,
    context: Option<String>,
) -> Result<Connection, AuthError> {
    let kubeconfig = match file {
        Some(file) => Kubeconfig::read_from(file),
        None => Kubeconfig::read(),
    };
    let kubeconfig = kubeconfig.map_err(AuthError::Kubeconfig)?;
    let name = context
        .clone()
        .or_else(|| kubeconfig.current_context.clone())
        .unwrap_or_else(|| "of the kubeconfig".to_owned());
    let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
    let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(AuthError::Kubeconfig)?;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    Ok(Connection { client: client::build(config, None)?, name, issuer: None })
}
