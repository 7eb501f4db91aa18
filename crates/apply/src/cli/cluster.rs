//! The arguments of the commands that reach a cluster.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::deploy::Options;
use crate::owner::Force;

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The bundle; `-` is standard input.
    pub(crate) bundle: PathBuf,
    /// The digest of the AUTO image to run.
    #[arg(long, value_name = "DIGEST")]
    pub(crate) image_digest: Option<String>,
    /// Apply only what this saved plan says; stop when anything moved since.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) run: ApplyRun,
}

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The bundle; `-` is standard input.
    pub(crate) bundle: PathBuf,
    #[command(flatten)]
    pub(crate) image_file: ImageFile,
    #[command(flatten)]
    pub(crate) run: ApplyRun,
}

#[derive(Debug, Args)]
pub(crate) struct Push {
    #[command(flatten)]
    pub(crate) image_file: ImageFile,
    /// The bundle whose AUTO image it is; the only one in this folder when left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// The module whose image it is, where several have an AUTO image.
    #[arg(long, value_name = "NAME")]
    pub(crate) module: Option<String>,
    /// Push to this repository instead, with the credentials of `docker login`.
    #[arg(long, value_name = "REGISTRY/REPOSITORY", conflicts_with_all = ["bundle", "module"])]
    pub(crate) to: Option<String>,
}

/// An image in an archive.
#[derive(Debug, Args)]
pub(crate) struct ImageFile {
    /// What `docker save` wrote, or an OCI layout as a tar file or folder.
    pub(crate) archive: PathBuf,
    /// The image, where the archive holds several.
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,
    /// The tag to push it under; that of the archive when left out.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
}

/// How a bundle is applied.
#[derive(Debug, Args)]
pub(crate) struct ApplyRun {
    #[command(flatten)]
    pub(crate) connect: Connect,
    /// Leave ECR and IAM alone, for clusters elsewhere.
    #[arg(long)]
    pub(crate) skip_aws: bool,
    #[command(flatten)]
    pub(crate) rollout: Rollout,
    /// Apply a bundle that was changed after it was made.
    #[arg(long)]
    pub(crate) allow_modified: bool,
    /// What to do when pods do not become ready: go back to the last revision that did, or leave
    /// all for a look at it.
    #[arg(long, value_enum, default_value_t = OnFailure::Rollback)]
    pub(crate) on_failure: OnFailure,
    /// How long to wait for another run on the layer, in seconds; 0 when left out, 600 where CI is
    /// set.
    #[arg(long, value_name = "SECONDS")]
    wait_lock: Option<u64>,
}

impl ApplyRun {
    /// How long to wait for another run, in seconds.
    pub(crate) fn wait_lock(&self) -> u64 {
        let ci = std::env::var_os("CI").is_some();
        self.wait_lock.unwrap_or(if ci { 600 } else { 0 })
    }
}

/// How an apply or a rollback goes about it.
#[derive(Debug, Args)]
pub(crate) struct Rollout {
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How long to wait for each Deployment, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) timeout: u64,
    #[command(flatten)]
    pub(crate) conflicts: Conflicts,
    /// How to say what happens.
    #[arg(long, short, value_enum, default_value_t = RunOutput::Text)]
    pub(crate) output: RunOutput,
}

/// What to do about fields that another manager holds.
#[derive(Debug, Args)]
pub(crate) struct Conflicts {
    /// Take over every field that another manager holds.
    #[arg(long)]
    force_conflicts: bool,
    /// Take over this field, as a conflict names it: `.spec.replicas`. May be given more than
    /// once.
    #[arg(long, value_name = "FIELD")]
    force_field: Vec<String>,
}

impl Conflicts {
    /// The same for the plan.
    pub(crate) fn force(&self) -> Force {
        Force { all: self.force_conflicts, fields: self.force_field.clone() }
    }
}

/// How to say what happens in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunOutput {
    /// For people: a table on a terminal, a line for each change elsewhere.
    Text,
    /// One JSON object a line, on standard output.
    Json,
}

impl Rollout {
    /// The same as options of a deployment, without a saved plan.
    pub(crate) fn options(&self) -> Options {
        Options {
            force: self.conflicts.force(),
            yes: self.yes,
            timeout: Duration::from_secs(self.timeout),
            plan: None,
        }
    }
}

/// What to do when pods do not become ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnFailure {
    /// Go back to the last revision that became ready, if there is one.
    Rollback,
    /// Leave everything as it is.
    Keep,
}

/// A layer in its cluster, named by a bundle of it.
#[derive(Debug, Args)]
pub(crate) struct Layer {
    /// A bundle of the layer, which tells layer and cluster.
    pub(crate) bundle: PathBuf,
    #[command(flatten)]
    pub(crate) connect: Connect,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) layer: Layer,
    /// How to print it.
    #[arg(long, short, value_enum, default_value_t = PlanOutput::Text)]
    pub(crate) output: PlanOutput,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) layer: Layer,
    /// The revision to go back to; the last good one before the newest when left out.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) to: Option<u32>,
    #[command(flatten)]
    pub(crate) rollout: Rollout,
}

#[derive(Debug, Args)]
pub(crate) struct Takeover {
    #[command(flatten)]
    pub(crate) layer: Layer,
    /// The digest of the AUTO image that runs.
    #[arg(long, value_name = "DIGEST")]
    pub(crate) image_digest: Option<String>,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Secret {
    #[command(subcommand)]
    pub(crate) command: SecretCommand,
    /// A bundle of the layer, which tells layer and cluster; the only one in this folder when left
    /// out.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connect: Connect,
    /// Leave the pods that run with the old values.
    #[arg(long, global = true)]
    pub(crate) no_restart: bool,
    /// Do not ask.
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Set one, from standard input or a prompt.
    Set {
        /// Its name, as in `secrets`.
        name: String,
    },
    /// Set all of a file with lines like NAME=value.
    Import {
        /// The file; `-` is standard input.
        file: PathBuf,
    },
    /// Print the names.
    List,
    /// Delete one.
    Delete {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) layer: Layer,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// The way to the cluster.
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The kubeconfig that leads to the cluster.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) context: Option<String>,
    /// The EKS cluster; without it `opta-<environment>`.
    #[arg(long, value_name = "NAME", global = true, conflicts_with_all = ["kubeconfig", "context"])]
    pub(crate) cluster: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The bundle; `-` is standard input.
    pub(crate) bundle: PathBuf,
    /// The digest of the AUTO image to run.
    #[arg(long, value_name = "DIGEST")]
    pub(crate) image_digest: Option<String>,
    #[command(flatten)]
    pub(crate) connect: Connect,
    #[command(flatten)]
    pub(crate) conflicts: Conflicts,
    /// Keep the plan in a file, for `apply --plan`: it holds for 2 hours, and as long as nothing
    /// moves.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Plan a bundle that was changed after it was made.
    #[arg(long)]
    pub(crate) allow_modified: bool,
    /// How to print the plan.
    #[arg(long, short, value_enum, default_value_t = PlanOutput::Text)]
    pub(crate) output: PlanOutput,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanOutput {
    /// For people, with what changes line by line.
    Text,
    /// One JSON object.
    Json,
}
