//! A bundle and a connection to its cluster and its AWS account.

use anyhow::Context;
use optakit_core::aws::AwsResource;
use optakit_core::aws::iam as aws_iam;
use optakit_core::bundle::{Bundle, BundleObject, List};
use optakit_core::render::IMAGE_DIGEST;

use crate::auth::{self, Cluster};
use crate::aws::adopt::adopt;
use crate::live::{self, DesiredObject};

/// A bundle and a connection to its cluster.
pub(crate) struct Session {
    /// The bundle. The values that the connection provides are filled in.
    pub(crate) bundle: Bundle,
    pub(crate) client: kube::Client,
    /// The name of the cluster in messages.
    pub(crate) cluster: String,
    /// The AWS settings. `None` if the run does not change AWS.
    pub(crate) aws: Option<aws_config::SdkConfig>,
    /// Whether the namespace exists.
    pub(crate) namespace_exists: bool,
}

/// Runs a future to completion.
///
/// # Errors
///
/// Fails if the runtime cannot be started or `work` fails.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    runtime.block_on(work)
}

impl Session {
    /// Connects to a cluster.
    ///
    /// `touch_aws` is true if the run creates and updates ECR repositories and IAM roles.
    ///
    /// # Errors
    ///
    /// Fails if AWS or the cluster cannot be reached, or rejects the credentials.
    pub(crate) async fn open(
        mut bundle: Bundle,
        cluster: &Cluster,
        touch_aws: bool,
    ) -> anyhow::Result<Self> {
        // An IAM role trusts the issuer of the cluster. Only EKS reports it. For other clusters
        // roles are created only if the values file contains the issuer.
        let eks = matches!(cluster, Cluster::Eks { .. });
        let has_issuer =
            |index| !bundle.missing_inputs(List::Aws, index).contains(&aws_iam::ISSUER);
        let wants_aws = |(index, resource): (usize, &AwsResource)| match resource {
            AwsResource::EcrRepository { .. } => true,
            AwsResource::IamRole { .. } => has_issuer(index),
        };
        let needs_aws = eks || (touch_aws && bundle.aws.iter().enumerate().any(wants_aws));
        let aws =
            if needs_aws { Some(auth::aws(bundle.target.region.as_deref()).await) } else { None };
        if let Some(aws) = &aws {
            let account = auth::check_account(aws, bundle.target.account_id.as_deref()).await?;
            bundle.fill("account_id", &account);
            if touch_aws {
                adopt(aws, &mut bundle).await?;
            }
        }
        let connection = auth::connect(cluster, aws.as_ref()).await?;
        if let Some(issuer) = &connection.issuer {
            bundle.fill(aws_iam::ISSUER, issuer.trim_start_matches("https://"));
        }
        let namespace = {
            let (client, layer) = (connection.client.clone(), bundle.metadata.layer.clone());
            tokio::spawn(async move { live::namespace_exists(&client, &layer).await })
        };
        // This check has a timeout. If it fails, the check of the namespace is no longer needed.
        if let Err(error) = live::check_reachable(&connection.client, &connection.name).await {
            namespace.abort();
            return Err(error.into());
        }
        let namespace_exists =
            namespace.await.context("the check of the namespace was aborted")??;
        Ok(Self {
            bundle,
            client: connection.client,
            cluster: connection.name,
            aws: aws.filter(|_| touch_aws),
            namespace_exists,
        })
    }

    /// Returns the same connection with another bundle of the layer.
    pub(crate) fn with(&self, bundle: Bundle) -> Self {
        Self {
            bundle,
            client: self.client.clone(),
            cluster: self.cluster.clone(),
            aws: None,
            namespace_exists: self.namespace_exists,
        }
    }

    /// Returns the name of the layer, which is also the namespace.
    pub(crate) fn layer(&self) -> &str {
        &self.bundle.metadata.layer
    }

    /// Returns the objects to apply, and the modules whose pods have no image yet.
    pub(crate) fn targets(&self) -> (Vec<DesiredObject>, Vec<String>) {
        let bundle = &self.bundle;
        let missing = bundle.holes.iter().find(|missing| missing.input == IMAGE_DIGEST);
        let waiting: Vec<String> = missing
            .iter()
            .flat_map(|missing| &missing.at)
            .filter_map(|location| bundle.manifests.get(location.index))
            .filter_map(module)
            .collect();
        let mut targets = Vec::new();
        for (index, object) in bundle.manifests.iter().enumerate() {
            let left_out = object.kind().needs_pods()
                && module(object).is_some_and(|module| waiting.contains(&module));
            if !left_out {
                targets.push(DesiredObject::new(index, object));
            }
        }
        (targets, waiting)
    }
}

fn module(object: &BundleObject) -> Option<String> {
    object.text("/metadata/labels/opta.dev~1module-name").map(str::to_owned)
}
