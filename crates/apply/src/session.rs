//! A bundle and a connection to its cluster and its AWS account.

use std::pin::pin;

use anyhow::Context;
use aws_config::SdkConfig;
use optakit_core::aws::AwsResource;
use optakit_core::aws::iam as aws_iam;
use optakit_core::bundle::{Bundle, BundleError, BundleObject, List};

use crate::applyset::ApplySet;
use crate::auth::{self, Cluster, Connection};
use crate::aws::AwsError;
use crate::aws::adopt::adopt;
use crate::hint;
use crate::identity::{self, Identity};
use crate::live::{self, DesiredObject, LiveError, Retries};
use crate::report::Report;
use crate::running_image::{self, RunningImages};
use crate::stop::Stop;

/// How a run uses AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AwsUse {
    /// Only to connect to an EKS cluster.
    Skip,
    /// Also reads the names of ECR repositories, if there are credentials.
    Read,
    /// Also compares ECR repositories and IAM roles with the bundle, if there are credentials.
    Compare,
    /// Also compares ECR repositories and IAM roles with the bundle, and changes them.
    Manage {
        /// Whether to change resources that do not belong to Optakit or Opta.
        adopt: bool,
    },
}

impl AwsUse {
    const fn is_managed(self) -> bool {
        match self {
            Self::Manage { .. } => true,
            Self::Skip | Self::Read | Self::Compare => false,
        }
    }

    /// Whether resources are compared with the bundle.
    const fn compares(self) -> bool {
        match self {
            Self::Manage { .. } | Self::Compare => true,
            Self::Skip | Self::Read => false,
        }
    }

    /// Whether the run goes on without AWS if there are no credentials.
    const fn is_optional(self) -> bool {
        match self {
            Self::Read | Self::Compare => true,
            Self::Skip | Self::Manage { .. } => false,
        }
    }
}

/// The access of a run to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only reads.
    Read,
    /// Only reads, for the plan of a run that writes. Warns if the layer was applied elsewhere.
    Preview,
    /// Writes or deletes. The layer must have been applied to the same place before.
    Write {
        /// Whether the user accepts another environment, account or cluster.
        accept_cluster: bool,
    },
}

/// A bundle and a connection to its cluster.
pub(crate) struct Session {
    /// The bundle. The values that the connection provides are filled in.
    pub(crate) bundle: Bundle,
    /// The AUTO images that had neither a tag nor a digest.
    pub(crate) images: RunningImages,
    pub(crate) client: kube::Client,
    /// The requests that are repeated because of a temporary fault.
    pub(crate) retries: Retries,
    /// The name of the cluster in messages.
    pub(crate) cluster: String,
    /// The AWS settings. `None` if the run does not change AWS.
    pub(crate) aws: Option<SdkConfig>,
    /// Whether the namespace exists.
    pub(crate) namespace_exists: bool,
    /// The place that the run writes to, or why it cannot be read. `None` if the run only reads.
    identity: Option<Result<Identity, LiveError>>,
    /// Whether the user accepts another environment, account or cluster than the recorded one.
    pub(crate) accepts_place: bool,
    /// Whether a signal asked the run to stop.
    pub(crate) stop: Stop,
    /// Whether the run restores an earlier revision.
    pub(crate) is_rollback: bool,
    aws_use: AwsUse,
    /// The values that the connection provides, by input.
    known: Vec<(&'static str, String)>,
}

/// Fills in the values that the connection provides. Checks that roles trust this cluster only.
fn fill_known(bundle: &mut Bundle, known: &[(&'static str, String)]) -> Result<(), BundleError> {
    for (input, value) in known {
        bundle.fill(input, value);
        if *input == aws_iam::ISSUER {
            bundle.check_issuer(value)?;
        }
    }
    Ok(())
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
    /// Fails if AWS or the cluster cannot be reached, or rejects the credentials. Fails if the run
    /// writes, and the layer was applied elsewhere before.
    pub(crate) async fn open(
        mut bundle: Bundle,
        cluster: &Cluster,
        aws_use: AwsUse,
        access: Access,
        report: &Report,
    ) -> anyhow::Result<Self> {
        let is_eks = matches!(cluster, Cluster::Eks { .. });
        let aws = open_aws(&mut bundle, is_eks, aws_use).await?;
        let connection = auth::connect(cluster, aws.as_ref()).await?;
        let mut known = Vec::new();
        if let Some(issuer) = &connection.issuer {
            known.push((aws_iam::ISSUER, issuer.trim_start_matches("https://").to_owned()));
        }
        fill_known(&mut bundle, &known)?;
        let (namespace_exists, found) =
            first_reads(&connection, &bundle.metadata.layer, access).await?;
        let identity = match (found, access) {
            (Some((uid, set)), Access::Write { accept_cluster }) => {
                Some(identity::identify(&bundle, uid, set, accept_cluster)?)
            }
            (Some((Ok(uid), Ok(set))), Access::Preview) => {
                if let Err(elsewhere) =
                    Identity::of(&bundle, uid).compare(&bundle.metadata.layer, &set)
                {
                    report.warning(elsewhere);
                }
                None
            }
            // A reader may have no permission for this. A run that writes then stops.
            (None, _) | (_, Access::Read | Access::Preview) => None,
        };
        if aws.is_none() && aws_use.is_managed() {
            report_skipped(&bundle, report);
        }
        let retries = Retries::new(report);
        Ok(Self {
            bundle,
            images: RunningImages::default(),
            client: retries.client(connection.client),
            retries,
            cluster: connection.name,
            aws: aws.filter(|_| aws_use.compares()),
            namespace_exists,
            identity,
            accepts_place: access == Access::Write { accept_cluster: true },
            stop: Stop::default(),
            aws_use,
            known,
            is_rollback: false,
        })
    }

    /// Returns the same connection with another bundle of the layer. Connects to AWS if only this
    /// bundle needs it.
    ///
    /// # Errors
    ///
    /// Fails if AWS cannot be reached, or rejects the credentials.
    pub(crate) async fn with(&self, mut bundle: Bundle) -> anyhow::Result<Self> {
        fill_known(&mut bundle, &self.known)?;
        // A connection to EKS has used AWS already.
        let opened = open_aws(&mut bundle, false, self.aws_use).await?;
        Ok(self.same_connection(bundle, opened.filter(|_| self.aws_use.compares())))
    }

    /// Returns the same session, with the images that run now for the AUTO images that have neither
    /// a tag nor a digest.
    ///
    /// # Errors
    ///
    /// Fails if a Deployment cannot be read.
    pub(crate) async fn with_running_images(&self) -> Result<Self, LiveError> {
        let mut bundle = self.bundle.clone();
        let images = running_image::keep(&self.client, &mut bundle).await?;
        Ok(Self { images, ..self.same_connection(bundle, self.aws.clone()) })
    }

    fn same_connection(&self, bundle: Bundle, aws: Option<SdkConfig>) -> Self {
        Self {
            bundle,
            images: RunningImages::default(),
            client: self.client.clone(),
            retries: self.retries.clone(),
            cluster: self.cluster.clone(),
            aws,
            namespace_exists: self.namespace_exists,
            identity: self.identity.clone(),
            accepts_place: self.accepts_place,
            stop: self.stop.clone(),
            aws_use: self.aws_use,
            known: self.known.clone(),
            is_rollback: self.is_rollback,
        }
    }

    /// Checks that the place of a run that writes was compared with the recorded one.
    ///
    /// # Errors
    ///
    /// Fails if the recorded place cannot be read.
    pub(crate) fn check_place(&self) -> Result<(), LiveError> {
        match &self.identity {
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// Records the place of the run in the parent of a set. The next write of the parent contains
    /// it.
    pub(crate) fn record_place(&self, set: &mut ApplySet) {
        if let Some(Ok(identity)) = &self.identity {
            identity.record(set);
        }
    }

    /// Whether the run does not use AWS.
    pub(crate) fn skips_aws(&self) -> bool {
        self.aws_use == AwsUse::Skip
    }

    /// Whether AWS resources that do not belong to Optakit or Opta may be changed.
    pub(crate) const fn adopts(&self) -> bool {
        matches!(self.aws_use, AwsUse::Manage { adopt: true })
    }

    /// Returns the name of the layer, which is also the namespace.
    pub(crate) fn layer(&self) -> &str {
        &self.bundle.metadata.layer
    }

    /// Returns all objects of the bundle.
    pub(crate) fn objects(&self) -> Vec<DesiredObject> {
        let objects = self.bundle.manifests.iter().enumerate();
        objects.map(|(index, object)| DesiredObject::new(index, object)).collect()
    }

    /// Returns the objects to apply. Without an image, the pods of a module cannot be applied.
    pub(crate) fn targets(&self) -> Vec<DesiredObject> {
        let waiting: Vec<String> =
            self.bundle.image_holes().into_iter().map(|hole| hole.module).collect();
        let is_left_out = |object: &BundleObject| {
            let module = object.module().unwrap_or_default();
            object.kind().needs_pods() && waiting.iter().any(|waiting| waiting == module)
        };
        let objects = self.bundle.manifests.iter().enumerate();
        let objects = objects.filter(|(_, object)| !is_left_out(object));
        objects.map(|(index, object)| DesiredObject::new(index, object)).collect()
    }
}

/// The UID of the cluster, and the ApplySet of the layer.
type Found = (Result<String, LiveError>, Result<ApplySet, LiveError>);

/// Sends the first requests at the same time. Returns whether the namespace exists, and what a run
/// that writes has to compare.
///
/// # Errors
///
/// Fails if the API server cannot be reached, rejects the credentials, or does not return the
/// namespace.
async fn first_reads(
    connection: &Connection,
    layer: &str,
    access: Access,
) -> anyhow::Result<(bool, Option<Found>)> {
    let client = &connection.client;
    let reads = async {
        let place = async {
            match access {
                Access::Read => None,
                Access::Preview | Access::Write { .. } => Some(identity::read(client, layer).await),
            }
        };
        let writes = matches!(access, Access::Write { .. });
        tokio::join!(live::namespace_exists(client, layer, writes), place)
    };
    let reachable = live::check_reachable(client, &connection.label);
    let (mut reads, mut reachable) = (pin!(reads), pin!(reachable));
    // This check has a timeout. If it fails, the other requests are no longer needed.
    let (namespace, place) = tokio::select! {
        checked = &mut reachable => {
            checked?;
            reads.await
        }
        found = &mut reads => {
            reachable.await?;
            found
        }
    };
    Ok((namespace?, place))
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
        (AwsResource::EcrRepository { .. }, _) => true,
        (AwsResource::IamRole { .. }, AwsUse::Read) => false,
        (AwsResource::IamRole { .. }, AwsUse::Compare | AwsUse::Manage { .. }) => has_issuer(index),
    };
    if !is_eks && !bundle.aws.iter().enumerate().any(wants_aws) {
        return Ok(None);
    }
    let aws = auth::aws(bundle.target.region.as_deref()).await?;
    let account = match auth::check_account(&aws, bundle.target.account_id.as_deref()).await {
        Ok(account) => account,
        // Without credentials for the account, the names of the bundle are used.
        Err(_) if !is_eks && aws_use.is_optional() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    bundle.fill("account_id", &account);
    let adopted = if aws_use == AwsUse::Skip { Ok(()) } else { adopt(&aws, bundle).await };
    match adopted {
        // Without permission to read repositories, the names of the bundle are used.
        Err(AwsError::Denied { .. }) if aws_use.is_optional() => Ok(Some(aws)),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(Some(aws)),
    }
}

/// Reports the resources of a run that cannot use AWS. They are IAM roles: the run does not know
/// the OIDC issuer that they trust.
fn report_skipped(bundle: &Bundle, report: &Report) {
    for (_, role) in bundle.roles() {
        let (name, again) = (&role.name, hint::optakit("bundle", "--values FILE"));
        let reason = "the OIDC issuer of the cluster is unknown; write the bundle again with";
        let text = format!("IAM role {name}: {reason} `{again}`, or pass `--skip-aws`");
        report.step("skipped", text);
    }
}
