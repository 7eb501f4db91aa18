//! The connection to a cluster.

use std::path::PathBuf;
use std::sync::Arc;

use aws_config::SdkConfig;

use super::aws::aws as load_aws;
use super::error::AuthError;
use super::kubeconfig::{self, Settings};
use super::renew::{Build, Renewing};
use super::{client, eks};

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
    /// The name with the kind of the cluster, at the start of messages.
    pub(crate) label: String,
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
                None => load_aws(Some(region)).await?,
            };
            let (client, issuer) = eks::connect(aws, region, name).await?;
            let name = format!("EKS cluster {name} in {region}");
            Ok(Connection { client, label: format!("the {name}"), name, issuer })
        }
    }
}

async fn kubeconfig(
    file: Option<&PathBuf>,
    context: Option<String>,
) -> Result<Connection, AuthError> {
    let kubeconfig = kubeconfig::read(file.map(PathBuf::as_path))?;
    let Settings { config, context, proxies } = kubeconfig::settings(kubeconfig, context).await?;
    let user = &config.auth_info;
    let renews = user.exec.is_some() || user.token_file.is_some() || user.auth_provider.is_some();
    let namespace = config.default_namespace.clone();
    let proxies = Arc::new(proxies);
    let build = move || {
        let (config, proxies) = (config.clone(), proxies.clone());
        async move {
            // The client library waits for the credential plugin.
            let sender = tokio::task::spawn_blocking(move || client::sender(config, proxies));
            sender.await.map_err(AuthError::client)?
        }
    };
    let sender = build().await?;
    let build: Build = Box::new(move || Box::pin(build()));
    let renewing = Renewing::new(sender, Some(build).filter(|_| renews));
    let (client, label) = (client::build(renewing, namespace), format!("the cluster {context}"));
    Ok(Connection { client, label, name: context, issuer: None })
}
