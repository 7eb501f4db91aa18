//! Connects a command to the cluster of its bundle.

use anyhow::{Context, bail};
use optakit_core::bundle::Bundle;
use optakit_core::quote::quoted;

use super::input;
use crate::auth::{self, Cluster, Connection};
use crate::bundle_file::IfModified;
use crate::cli::{ConnectArgs, LayerArgs, ServiceArgs, WriteArgs};
use crate::live;
use crate::outcome::UsageError;
use crate::report::Report;
use crate::session::{self, Access, AwsUse, Session};
use crate::settings::{self, Setting};

/// Returns the cluster that the arguments or the settings name: a context of a kubeconfig, or an
/// EKS cluster.
///
/// # Errors
///
/// Fails if the arguments name the namespace of another layer. Fails if they mean an EKS cluster
/// and the bundle has no region.
pub(super) fn cluster(bundle: &Bundle, at: &LayerArgs) -> anyhow::Result<Cluster> {
    let (connect, layer) = (&at.connect, &bundle.metadata.layer);
    if let Some(namespace) = at.namespace.as_ref().filter(|namespace| *namespace != layer) {
        return Err(UsageError(format!(
            "`--namespace` is {}, but the service has the namespace `{layer}`; nothing was \
             changed\n  help: remove `--namespace`, or rename the service with `name` in opta.yml",
            quoted(namespace)
        ))
        .into());
    }
    if connect.kubeconfig.is_some() || connect.context.is_some() {
        return Ok(Cluster::Kubeconfig {
            file: connect.kubeconfig.clone(),
            context: connect.context.clone(),
        });
    }
    let configured = || settings::context(&bundle.metadata.environment);
    if let Some(context) = connect.cluster.is_none().then(configured).flatten() {
        return Ok(Cluster::Kubeconfig { file: None, context: Some(context) });
    }
    if bundle.target.provider.is_some() && connect.cluster.is_none() {
        bail!(
            "the environment is not on AWS, so its cluster is not known\n  \
             help: name a context of a kubeconfig with `--context`"
        );
    }
    let region = bundle.target.region.clone().context(
        "the bundle has no AWS region, so the EKS cluster cannot be found\n  \
         help: use a kubeconfig with `--context`",
    )?;
    let name = connect.cluster.clone().unwrap_or_else(|| bundle.target.cluster.clone());
    Ok(Cluster::Eks { region, name })
}

/// Connects to a cluster without the bundle of a service. Without arguments, uses the context that
/// the settings name for an environment, or the current context.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or rejects the credentials.
pub(super) async fn without_service(
    connect: &ConnectArgs,
    environment: Option<&str>,
) -> anyhow::Result<Connection> {
    let cluster = match &connect.cluster {
        Some(name) => {
            let aws = auth::aws(None).await?;
            let region = aws.region().context(
                "no AWS region is set, so the EKS cluster cannot be found\n  \
                 help: set AWS_REGION, or use a kubeconfig with `--context`",
            )?;
            Cluster::Eks { region: region.to_string(), name: name.clone() }
        }
        None => {
            let configured = || match environment {
                Some(environment) => settings::context(environment),
                None => settings::get(Setting::Context),
            };
            // The file names contexts of the default kubeconfig.
            let configured = connect.kubeconfig.is_none().then(configured).flatten();
            Cluster::Kubeconfig {
                file: connect.kubeconfig.clone(),
                context: connect.context.clone().or(configured),
            }
        }
    };
    let connection = auth::connect(&cluster, None).await?;
    live::check_reachable(&connection.client, &connection.label).await?;
    Ok(connection)
}

/// Returns the access of a command that writes.
pub(super) const fn access(write: &WriteArgs) -> Access {
    Access::Write { accept_cluster: write.accept_cluster }
}

/// Connects to the cluster of a service and runs a function.
///
/// # Errors
///
/// Fails if the bundle cannot be read, the cluster cannot be reached, or the namespace does not
/// exist.
pub(super) fn with_service<T>(
    service: &ServiceArgs,
    aws: AwsUse,
    access: Access,
    report: &Report,
    run: impl AsyncFnOnce(Session) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    // Only name and cluster are used, so a modified bundle is accepted.
    let bundle = input::open(&service.input, IfModified::Warn, report)?;
    let cluster = cluster(&bundle, &service.at)?;
    session::block_on(async {
        let session = Session::open(bundle, &cluster, aws, access, report).await?;
        if !session.namespace_exists {
            bail!(
                "namespace `{}` does not exist in {}: the service was never applied there",
                session.layer(),
                session.cluster
            );
        }
        run(session).await
    })
}
