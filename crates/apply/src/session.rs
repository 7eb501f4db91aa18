//! A bundle and a connection to its cluster and its AWS account.

use anyhow::Context;
use aws_config::SdkConfig;
use optakit_core::aws::AwsResource;
use optakit_core::aws::iam as aws_iam;
use optakit_core::bundle::{Bundle, BundleObject, List};
use optakit_core::render::IMAGE_DIGEST;

use crate::auth::{self, Cluster};
use crate::aws::adopt::adopt;
use crate::live::{self, DesiredObject, Retries};
use crate::report::Report;
use crate::stop::Stop;

/// How a run uses AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AwsUse {
    /// Only to connect to an EKS cluster.
    Skip,
    /// Also reads the names of ECR repositories, if there are credentials.
    Read,
    /// Also compares ECR repositories and IAM roles with the bundle, and changes them.
    Manage {
        /// Whether to change resources that do not belong to Optakit or Opta.
        adopt: bool,
    },
}

/// A bundle and a connection to its cluster.
pub(crate) struct Session {
    /// The bundle. The values that the connection provides are filled in.
    pub(crate) bundle: Bundle,
    pub(crate) client: kube::Client,
    /// The requests that are repeated because of a temporary fault.
    pub(crate) retries: Retries,
    /// The name of the cluster in messages.
    pub(crate) cluster: String,
    /// The AWS settings. `None` if the run does not change AWS.
    pub(crate) aws: Option<SdkConfig>,
    /// Whether AWS resources that do not belong to Optakit or Opta may be changed.
    pub(crate) adopt: bool,
    /// Whether the namespace exists.
    pub(crate) namespace_exists: bool,
    /// Whether a signal asked the run to stop.
    pub(crate) stop: Stop,
    aws_use: AwsUse,
    /// The values that the connection provides, by input.
    known: Vec<(&'static str, String)>,
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
    /// # Errors
    ///
    /// Fails if AWS or the cluster cannot be reached, or rejects the credentials.
    pub(crate) async fn open(
        mut bundle: Bundle,
        cluster: &Cluster,
        aws_use: AwsUse,
        report: &Report,
    ) -> anyhow::Result<Self> {
        let is_eks = matches!(cluster, Cluster::Eks { .. });
        let aws = open_aws(&mut bundle, is_eks, aws_use).await?;
        let connection = auth::connect(cluster, aws.as_ref()).await?;
        let mut known = Vec::new();
        if let Some(issuer) = &connection.issuer {
            known.push((aws_iam::ISSUER, issuer.trim_start_matches("https://").to_owned()));
        }
        for (input, value) in &known {
            bundle.fill(input, value);
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
        let retries = Retries::new(report);
        Ok(Self {
            bundle,
            client: retries.client(connection.client),
            retries,
            cluster: connection.name,
            aws: aws.filter(|_| matches!(aws_use, AwsUse::Manage { .. })),
            adopt: matches!(aws_use, AwsUse::Manage { adopt: true }),
            namespace_exists,
            stop: Stop::default(),
            aws_use,
            known,
        })
    }

    /// Returns the same connection with another bundle of the layer. Connects to AWS if only this
    /// bundle needs it.
    ///
    /// # Errors
    ///
    /// Fails if AWS cannot be reached, or rejects the credentials.
    pub(crate) async fn with(&self, mut bundle: Bundle) -> anyhow::Result<Self> {
        for (input, value) in &self.known {
            bundle.fill(input, value);
        }
        // A connection to EKS has used AWS already.
        let opened = open_aws(&mut bundle, false, self.aws_use).await?;
        Ok(Self {
            bundle,
            client: self.client.clone(),
            retries: self.retries.clone(),
            cluster: self.cluster.clone(),
            aws: opened.filter(|_| matches!(self.aws_use, AwsUse::Manage { .. })),
            adopt: self.adopt,
            namespace_exists: self.namespace_exists,
            stop: self.stop.clone(),
            aws_use: self.aws_use,
            known: self.known.clone(),
        })
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

/// Returns the AWS settings if the run needs them. Fills in the account and the repositories.
///
/// # Errors
///
/// Fails if AWS cannot be reached, or rejects the credentials.
async fn open_aws(
    bundle: &mut Bundle,
    is_eks: bool,
    aws_use: AwsUse,
) -> anyhow::Result<Option<SdkConfig>> {
    // An IAM role trusts the issuer of the cluster. Only EKS reports it. For other clusters
    // roles are created only if the values file contains the issuer.
    let has_issuer = |index| !bundle.missing_inputs(List::Aws, index).contains(&aws_iam::ISSUER);
    let wants_aws = |(index, resource): (usize, &AwsResource)| match (resource, aws_use) {
        (_, AwsUse::Skip) => false,
        (AwsResource::EcrRepository { .. }, AwsUse::Read | AwsUse::Manage { .. }) => true,
        (AwsResource::IamRole { .. }, AwsUse::Read) => false,
        (AwsResource::IamRole { .. }, AwsUse::Manage { .. }) => has_issuer(index),
    };
    if !is_eks && !bundle.aws.iter().enumerate().any(wants_aws) {
        return Ok(None);
    }
    let aws = auth::aws(bundle.target.region.as_deref()).await?;
    let account = match auth::check_account(&aws, bundle.target.account_id.as_deref()).await {
        Ok(account) => account,
        // Without credentials for the account, the names of the bundle are used.
        Err(_) if !is_eks && aws_use == AwsUse::Read => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    bundle.fill("account_id", &account);
    if aws_use != AwsUse::Skip {
        adopt(&aws, bundle).await?;
    }
    Ok(Some(aws))
}

fn module(object: &BundleObject) -> Option<String> {
    object.text("/metadata/labels/opta.dev~1module-name").map(str::to_owned)
}
