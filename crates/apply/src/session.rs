//! From a bundle's file to a cluster that takes our requests: read, AWS account, connection, what
//! must be true first.

use std::path::Path;

use anyhow::{Context, bail};
use optakit_core::aws::iam as aws_iam;
use optakit_core::bundle::{AwsDocument, Bundle, BundleError};
use optakit_core::render::IMAGE_DIGEST;
use serde_json::Value;

use crate::auth::{self, Cluster};
use crate::aws::adopt::adopt;
use crate::cli::Connect;
use crate::command::bundle::{refusal, verify};
use crate::input;
use crate::live::{self, DesiredObject};
use crate::report::Report;

/// A cluster that answers, with the bundle that goes there.
pub(crate) struct Session {
    /// The bundle, with what the connection told filled in.
    pub(crate) bundle: Bundle,
    pub(crate) client: kube::Client,
    /// What to call the cluster in messages.
    pub(crate) cluster: String,
    /// The AWS settings, when AWS is to be touched.
    pub(crate) aws: Option<aws_config::SdkConfig>,
    /// Whether the namespace is there.
    pub(crate) namespace_exists: bool,
}

/// Runs what reaches a cluster.
///
/// # Errors
///
/// When the runtime cannot be started, or those of `work`.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    runtime.block_on(work)
}

/// Reads a bundle and refuses one that was changed.
///
/// # Errors
///
/// When it cannot be read, was changed, or has nothing to apply.
pub(crate) fn read(
    path: &Path,
    image_digest: Option<&str>,
    allow_modified: bool,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let mut bundle = Bundle::parse(&input::read_text(path)?.text)?;
    match verify(&bundle) {
        Ok(()) => {}
        Err(error @ BundleError::Modified { .. }) if allow_modified => {
            report.warning(format!(
                "{}\napplied all the same, as `--allow-modified` says",
                refusal(&error)
            ));
        }
        Err(error) => bail!(
            "{}\nnothing was changed; apply it all the same with `--allow-modified`, if the change is meant",
            refusal(&error)
        ),
    }
    if bundle.renderer != env!("CARGO_PKG_VERSION") {
        report.note(format!(
            "the bundle was rendered by optakit {}, and is applied as written",
            bundle.renderer
        ));
    }
    if bundle.manifests.is_empty() {
        bail!("the bundle has no objects: its service file has no `k8s-service` module");
    }
    if let Some(digest) = image_digest {
        optakit_core::model::image::check_digest(digest).map_err(|fault| anyhow::anyhow!(fault))?;
        if !bundle.fill(IMAGE_DIGEST, digest) {
            report.warning(
                "`--image-digest` is not used: the bundle has no AUTO image that waits for one",
            );
        }
    }
    Ok(bundle)
}

impl Session {
    /// Connects to the cluster of a bundle.
    ///
    /// `touch_aws` says whether repositories and roles are to be brought in line.
    ///
    /// # Errors
    ///
    /// When there is no way to the cluster, or it does not take us.
    pub(crate) async fn open(
        mut bundle: Bundle,
        connect: &Connect,
        touch_aws: bool,
    ) -> anyhow::Result<Self> {
        let cluster = cluster(&bundle, connect)?;
        // Without EKS nobody tells the issuer that a role trusts: then only those who gave it want
        // roles.
        let eks = matches!(cluster, Cluster::Eks { .. });
        let wants_aws = |document: &AwsDocument| {
            document.kind == "ecr-repository" || eks || !lacks(document, aws_iam::ISSUER)
        };
        let needs_aws = eks || (touch_aws && bundle.aws.iter().any(wants_aws));
        let aws =
            if needs_aws { Some(auth::aws(bundle.target.region.as_deref()).await) } else { None };
        if let Some(aws) = &aws {
            let account = auth::check_account(aws, bundle.target.account_id.as_deref()).await?;
            bundle.fill("account_id", &account);
            if touch_aws {
                adopt(aws, &mut bundle).await?;
            }
        }
        let connection = auth::connect(&cluster, aws.as_ref()).await?;
        if let Some(issuer) = &connection.issuer {
            bundle.fill(aws_iam::ISSUER, issuer.trim_start_matches("https://"));
        }
        let namespace = {
            let (client, layer) = (connection.client.clone(), bundle.metadata.layer.clone());
            tokio::spawn(async move { live::namespace_exists(&client, &layer).await })
        };
        // A cluster that cannot be reached is told of by this one, in time; the other question ends
        // with it.
        if let Err(error) = live::check_reachable(&connection.client, &connection.name).await {
            namespace.abort();
            return Err(error.into());
        }
        let namespace_exists =
            namespace.await.context("the question for the namespace was lost")??;
        Ok(Self {
            bundle,
            client: connection.client,
            cluster: connection.name,
            aws: aws.filter(|_| touch_aws),
            namespace_exists,
        })
    }

    /// The same connection with another bundle of the layer.
    pub(crate) fn with(&self, bundle: Bundle) -> Self {
        Self {
            bundle,
            client: self.client.clone(),
            cluster: self.cluster.clone(),
            aws: None,
            namespace_exists: self.namespace_exists,
        }
    }

    /// The layer, which is the namespace.
    pub(crate) fn layer(&self) -> &str {
        &self.bundle.metadata.layer
    }

    /// The objects to apply, and the modules whose pods wait for an image.
    ///
    /// # Errors
    ///
    /// When the bundle holds an object of a kind that no bundle of ours holds.
    pub(crate) fn targets(&self) -> anyhow::Result<(Vec<DesiredObject>, Vec<String>)> {
        let bundle = &self.bundle;
        let hole = bundle.holes.iter().find(|hole| hole.input == IMAGE_DIGEST);
        let waiting: Vec<String> = hole
            .iter()
            .flat_map(|hole| &hole.at)
            .filter_map(|location| bundle.manifests.get(location.index))
            .filter_map(module)
            .collect();
        let mut targets = Vec::new();
        for (index, object) in bundle.manifests.iter().enumerate() {
            let target = DesiredObject::new(index, object.clone())?;
            let left_out = target.kind.needs_pods()
                && module(object).is_some_and(|module| waiting.contains(&module));
            if !left_out {
                targets.push(target);
            }
        }
        Ok((targets, waiting))
    }
}

fn module(object: &Value) -> Option<String> {
    object
        .pointer("/metadata/labels/opta.dev~1module-name")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// Whether a document still has the reference of an input in it.
fn lacks(document: &AwsDocument, input: &str) -> bool {
    document.resource.to_string().contains(&format!("{{{input}}}"))
}

fn cluster(bundle: &Bundle, connect: &Connect) -> anyhow::Result<Cluster> {
    if connect.kubeconfig.is_some() || connect.context.is_some() {
        return Ok(Cluster::Kubeconfig {
            file: connect.kubeconfig.clone(),
            context: connect.context.clone(),
        });
    }
    let region = bundle
        .target
        .region
        .clone()
        .context("the bundle does not say which region its cluster is in\n  use a kubeconfig with `--context`")?;
    Ok(Cluster::Eks {
        region,
        name: connect.cluster.clone().unwrap_or_else(|| bundle.target.cluster.clone()),
    })
}
