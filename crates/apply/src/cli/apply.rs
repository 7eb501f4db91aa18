//! The arguments of the commands that change a service in its cluster, and of `plan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::bundle::ImageNameArgs;
use super::cluster::{LayerArgs, ServiceArgs, WriteArgs};
use super::output::{ProgressFormat, ResultFormat};
use super::source::{ChoiceArgs, InputArgs};
use crate::duration;

/// Show what an apply would change, and the effect of each change.
///
/// Writes nothing. The API server checks every object in a dry run. ECR repositories and IAM roles
/// are compared with AWS. Needs AWS credentials and access to the cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  no changes
  1  the plan failed
  2  there are changes
  4  the command could not run

Examples:
  # Show what an apply of ./opta.yml would change
  optakit plan --env staging

  # Show what an apply of a bundle would change
  optakit plan shop-staging.bundle.json

  # Use a context of your kubeconfig, print JSON
  optakit plan shop-staging.bundle.json --context kind-dev --output json

  # Review a plan, then apply exactly that plan
  optakit plan shop-staging.bundle.json --save plan.json
  optakit apply shop-staging.bundle.json --plan plan.json")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) planned: PlannedArgs,
    /// Save the plan to a file, for `optakit apply --plan`
    ///
    /// A saved plan expires after 2 hours, or when the cluster, AWS or the bundle changes.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Format of the plan
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// The arguments of `plan` and `diff`.
#[derive(Debug, Args)]
pub(crate) struct PlannedArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) at: LayerArgs,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) conflicts: ConflictArgs,
    /// Accept a bundle that was modified after it was built
    #[arg(long)]
    pub(crate) allow_modified: bool,
}

/// Apply a service file or bundle to its cluster and wait until the pods are ready.
///
/// Without a tag and a digest, a service with `image: AUTO` keeps the image that runs.
///
/// Checks everything first, shows the changes, and asks for confirmation on a terminal. Creates or
/// updates the ECR repository and the IAM role. Deletes objects that are no longer in the bundle,
/// but only those that Optakit created. If the pods do not become ready, it rolls back.
///
/// Without `--kubeconfig` and `--context` it connects to the EKS cluster of the environment, with
/// your AWS credentials (`AWS_PROFILE` and others).
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  applied, or no changes
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  # Apply ./opta.yml to the EKS cluster of the environment
  optakit apply --env staging

  # Apply a bundle
  optakit apply shop-staging.bundle.json

  # Set the image
  optakit apply shop-staging.bundle.json --image-digest sha256:9b2f…

  # Apply to another cluster, without AWS and without questions
  optakit apply shop-staging.bundle.json --context kind-dev --skip-aws --yes

  # Print JSON events
  optakit apply shop-staging.bundle.json --output json | jq .event

  # Write the objects now, and wait for the pods later
  optakit apply shop-staging.bundle.json --no-wait
  optakit apply shop-staging.bundle.json")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Apply this saved plan, and fail if anything changed since it was saved
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Show the plan and change nothing, like `optakit plan`
    #[arg(long, conflicts_with = "plan")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) options: ApplyOptionArgs,
}

/// Push an image, then apply a service file or bundle with it.
///
/// Does the same as `optakit push`, followed by `optakit apply --image-digest` with the digest it
/// prints. Needs AWS credentials and access to the cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  applied, or no changes
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  # Push app.tar and run it, for ./opta.yml or for a bundle
  optakit deploy app.tar --env staging
  optakit deploy shop-staging.bundle.json app.tar

  # Set the tag, skip the confirmation prompt
  optakit deploy shop-staging.bundle.json app.tar --tag 1.4.2 --yes")]
// It is accepted so that its error message can name the alternative.
#[command(mut_arg("skip_aws", |option| option.hide(true)))]
#[command(mut_arg("image_tag", |option| option.hide(true)))]
#[command(mut_arg("image_digest", |option| option.hide(true)))]
#[command(override_usage = "optakit deploy [OPTIONS] [FILE] <ARCHIVE>")]
pub(crate) struct DeployArgs {
    /// Service file or bundle [default: opta.yml or opta.yaml], then the archive of the image
    ///
    /// The archive is the output of `docker save`, or an OCI layout as a tar file or folder.
    // With two arguments, the parser would not find the second one behind an option.
    #[arg(value_name = "FILE", required = true, num_args = 1..=2)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: ChoiceArgs,
    #[command(flatten)]
    pub(crate) image: ImageNameArgs,
    /// Module of the image, if several modules have `image: AUTO`; the others keep their images
    #[arg(long, value_name = "NAME")]
    pub(crate) module: Option<String>,
    /// Show the plan, push nothing and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) options: ApplyOptionArgs,
}

/// Roll back a service to an earlier revision.
///
/// Restores everything that the revision contains: pods, configuration, autoscaler, Ingress and IAM
/// policies. Shows the changes and asks for confirmation on a terminal. The rollback becomes the
/// newest revision. Needs AWS credentials and access to the cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  rolled back
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  # Apply the revision before the current one
  optakit rollback shop-staging.bundle.json

  # Apply revision 3 again
  optakit rollback shop-staging.bundle.json --to 3")]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
    /// Revision to apply [default: the last deployed revision before the current one]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) to: Option<u32>,
    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) rollout: RolloutArgs,
}

/// The options of `apply` and `deploy`.
#[derive(Debug, Args)]
pub(crate) struct ApplyOptionArgs {
    #[command(flatten)]
    pub(crate) at: LayerArgs,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
    #[command(flatten)]
    pub(crate) rollout: RolloutArgs,
    /// Accept a bundle that was modified after it was built
    #[arg(long)]
    pub(crate) allow_modified: bool,
    /// Delete all services that run, if the service file has none of them
    ///
    /// Without this flag, such an apply fails, because two service files may have the same name.
    #[arg(long)]
    pub(crate) replace_services: bool,
    /// What to do if the pods do not become ready
    #[arg(long, value_enum, value_name = "ACTION", default_value_t = OnFailure::Rollback)]
    pub(crate) on_failure: OnFailure,
}

/// The options for AWS.
#[derive(Debug, Args)]
pub(crate) struct AwsArgs {
    /// Do not read or change ECR repositories and IAM roles (for clusters outside EKS)
    #[arg(long)]
    pub(crate) skip_aws: bool,
    /// Also change AWS resources that neither Optakit nor Opta created
    ///
    /// Without this flag, Optakit changes only ECR repositories, IAM roles and IAM policies with
    /// the tags of Optakit or Opta.
    #[arg(long, conflicts_with = "skip_aws")]
    pub(crate) adopt: bool,
}

/// The options of every command that rolls out pods.
#[derive(Debug, Args)]
pub(crate) struct RolloutArgs {
    /// Skip the confirmation prompt; required without a terminal
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How long to wait until the Deployments are ready, like `300`, `300s` or `5m` [default: 5m]
    ///
    /// Without this option, an apply fails if a pod cannot be scheduled for 120 seconds, unless an
    /// autoscaler adds a node.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_nonzero)]
    pub(crate) timeout: Option<Duration>,
    /// Do not wait for the pods, and never roll back
    ///
    /// The revision has the status `applied`. Old objects are not deleted and permissions are not
    /// withdrawn, because old pods may need them. The next run without this option does both.
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Apply an image even if no node can run its platform, for example before such nodes are added
    #[arg(long)]
    pub(crate) accept_platform: bool,
    #[command(flatten)]
    pub(crate) conflicts: ConflictArgs,
    /// Format of the progress
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ProgressFormat::Text)]
    pub(crate) output: ProgressFormat,
}

/// The options for fields that other field managers own.
#[derive(Debug, Args)]
pub(crate) struct ConflictArgs {
    /// Overwrite all fields that other field managers own, like `kubectl --force-conflicts`
    #[arg(long)]
    pub(crate) force_conflicts: bool,
    /// Overwrite this field, such as `.spec.replicas`, if another field manager owns it
    ///
    /// Use the name that the conflict shows. Can be repeated.
    #[arg(long, value_name = "FIELD")]
    pub(crate) force_field: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnFailure {
    /// Roll back to the revision that ran before, if there is one
    Rollback,
    /// Keep the new objects and the failed pods, for debugging
    Keep,
}
