//! The arguments of the commands that look at a service in its cluster, take it over or delete it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::complete;
use super::output::{ListFormat, ProgressFormat, ResultFormat};
use super::source::InputArgs;
use crate::duration;

/// The connection to the cluster.
#[derive(Debug, Args)]
pub(crate) struct ConnectArgs {
    /// Kubeconfig file [default: $KUBECONFIG or ~/.kube/config]
    #[arg(long, value_name = "FILE", global = true, help_heading = CONNECTION)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig [default: the current context]
    #[arg(long, value_name = "NAME", global = true, help_heading = CONNECTION,
          add = complete::contexts())]
    pub(crate) context: Option<String>,
    /// Name of the EKS cluster [default: opta-<environment>]
    ///
    /// EKS is used if neither `--kubeconfig` nor `--context` is given.
    #[arg(long, value_name = "NAME", global = true, help_heading = CONNECTION,
          conflicts_with_all = ["kubeconfig", "context"])]
    pub(crate) cluster: Option<String>,
}

/// The connection to the cluster, for a command about one layer.
#[derive(Debug, Args)]
pub(crate) struct LayerArgs {
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    /// Namespace that you expect; the command fails if the service has another namespace
    #[arg(long, short, value_name = "NAMESPACE", global = true, help_heading = CONNECTION)]
    pub(crate) namespace: Option<String>,
}

/// The options of every command that writes.
#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    /// Accept an environment, AWS account or cluster that differs from earlier applies
    ///
    /// The first apply records them in the cluster. A command that writes stops if they differ.
    #[arg(long, global = true)]
    pub(crate) accept_cluster: bool,
    /// How long to wait for the lock of another run [default: 0, or 10m if CI is set]
    #[arg(long, value_name = "DURATION", global = true, value_parser = duration::parse)]
    pub(crate) wait_lock: Option<Duration>,
}

const CONNECTION: &str = "Connection options";

/// A service in its cluster.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) at: LayerArgs,
}

/// Show pods, images and the current revision of a service.
///
/// Shows new and old pods separately: the revision, the image, and how many are ready. A service is
/// ready if all its pods run the newest revision and are ready. Needs access to the cluster. Writes
/// nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  all Deployments are ready
  1  a Deployment is not ready or does not exist, or the command failed
  4  the command could not run

Examples:
  optakit status shop-staging.bundle.json
  optakit status shop-staging.bundle.json --output json")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// Format of the status
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

/// List the revisions of a service, newest first.
///
/// Shows status, image, author and commit of each revision, and why it failed. The cluster keeps
/// the last 10 deployed revisions, and the last 10 others. Needs access to the cluster. Writes
/// nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  listed
  1  failed
  4  the command could not run

Examples:
  optakit history shop-staging.bundle.json

  # Print the image of the revision that runs
  optakit history --output json | jq -r '.revisions[] | select(.current).image'")]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// Format of the list
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

/// Show differences between the cluster and the last deployed revision.
///
/// A revision is deployed if all objects were applied and the pods became ready. Shows what was
/// changed, added or removed, by which field manager, and when. Also compares ECR repositories and
/// IAM roles if there are AWS credentials. Needs access to the cluster. Writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  no differences
  1  failed
  2  there are differences
  4  the command could not run

Examples:
  optakit drift shop-staging.bundle.json

  # Compare only the cluster, print JSON
  optakit drift shop-staging.bundle.json --skip-aws --output json")]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// Do not compare ECR repositories and IAM roles
    #[arg(long)]
    pub(crate) skip_aws: bool,
    /// Format of the differences
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// Take over a service from a Helm release of Opta without restarting its pods.
///
/// Write the bundle with `--profile opta-2021`, which renders pods exactly as Opta did. If a pod
/// would restart, nothing is written. Objects are kept and Optakit becomes their field
/// manager. Helm's release Secrets are archived, then removed.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  taken over
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  # Write a bundle with the image that runs now, then take over
  optakit bundle --profile opta-2021 --image-tag 1.4.2
  optakit takeover shop-staging.bundle.json")]
pub(crate) struct TakeoverArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) at: LayerArgs,
    /// Do not read ECR repositories (for clusters outside EKS)
    #[arg(long)]
    pub(crate) skip_aws: bool,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Skip the confirmation prompt
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Format of the progress
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ProgressFormat::Text)]
    pub(crate) output: ProgressFormat,
}

/// Delete the objects of a service.
///
/// Deletes the recorded revisions too. Keeps the Namespace, the Secret `manual-secrets`, the ECR
/// repository and the IAM role. Lists what it deletes and keeps, then asks for confirmation.
/// Needs access to the cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  deleted, or nothing to delete
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit destroy shop-staging.bundle.json")]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// Do not list the AWS resources that stay (for clusters outside EKS)
    #[arg(long)]
    pub(crate) skip_aws: bool,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Skip the confirmation prompt; required without a terminal
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Format of the progress
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ProgressFormat::Text)]
    pub(crate) output: ProgressFormat,
}
