//! The arguments of `diff`, `list`, `logs` and `doctor`.

use std::time::Duration;

use clap::Args;

use super::apply::PlannedArgs;
use super::cluster::{ConnectArgs, ServiceArgs};
use super::output::{ListFormat, ProgressFormat, ResultFormat};
use crate::duration;

/// Show what an apply would change as a unified diff.
///
/// Finds the same changes as `optakit plan`, and prints only the changed lines. Writes nothing.
/// Needs AWS credentials and access to the cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  no changes
  1  failed
  2  there are changes
  4  the command could not run

Examples:
  optakit diff --env staging

  # Read the diff in another program
  optakit diff shop-staging.bundle.json | delta")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) planned: PlannedArgs,
    /// Format of the changes; `json` and `yaml` are those of `optakit plan`
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// List the layers in a cluster: the service files that were applied to it.
///
/// Shows environment, revision, status, ready pods, image and age of each layer. Without connection
/// options, it uses the current context of your kubeconfig. Skips namespaces that you cannot
/// access, and reports them. Writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  listed
  1  failed
  4  the command could not run

Examples:
  optakit list --context kind-dev
  optakit list -n shop -n blog -o wide

  # Print the layers that are not deployed
  optakit list -o json | jq -r '.layers[] | select(.status != \"deployed\").name'")]
pub(crate) struct ListArgs {
    /// List only the layer in this namespace; can be repeated
    #[arg(long, short, value_name = "NAMESPACE")]
    pub(crate) namespace: Vec<String>,
    /// List only layers of this environment
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    /// Format of the list
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

/// The help of `--namespace` of `logs`.
const LOGS_NAMESPACE: &str = "Layer in the cluster, instead of a service file or a bundle; the \
                              default cluster is that of the current kubeconfig context";

/// Print the logs of the pods of a service.
///
/// Prints the log of the container of the service, and not of sidecars that a webhook added. With
/// several pods, each line starts with the name of its pod. On a terminal, control characters are
/// printed as escapes.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  printed
  1  there are no pods, or no log could be read
  4  the command could not run

Examples:
  # Follow all pods of the service
  optakit logs -f

  # Print the last hour of one module
  optakit logs shop-staging.bundle.json --module api --since 1h

  # Print why the container crashed
  optakit logs --previous

  # Name the layer instead of a file
  optakit logs -n shop --context kind-dev")]
#[command(mut_arg("namespace", |option| option.help(LOGS_NAMESPACE).conflicts_with("file")))]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// Print only pods of this module
    #[arg(long, short, value_name = "NAME")]
    pub(crate) module: Option<String>,
    /// Print only this container [default: the container of the service]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) container: Option<String>,
    /// Print new lines until Ctrl-C, including those of new pods
    #[arg(long, short, conflicts_with = "previous")]
    pub(crate) follow: bool,
    /// Print only lines of the last `300s`, `5m` or `1h`, for example
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_nonzero)]
    pub(crate) since: Option<Duration>,
    /// Number of last lines per pod; -1 prints all lines [default: 100, or all with `--since`]
    #[arg(long, value_name = "LINES", allow_negative_numbers = true)]
    pub(crate) tail: Option<i64>,
    /// Print the log of the container before its last restart
    #[arg(long, short)]
    pub(crate) previous: bool,
    /// Start each line with its timestamp
    #[arg(long)]
    pub(crate) timestamps: bool,
    /// Format of the lines; `json` and `yaml` print one object per line, with its pod and container
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ProgressFormat::Text)]
    pub(crate) output: ProgressFormat,
}

/// Check what Optakit needs on this machine, in the cluster and in AWS.
///
/// Reports the configuration, the service file, the cluster and your user in it, the AWS account,
/// and other tools. Prints no credentials. Writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  everything that is needed was found
  1  something that is needed is missing

Examples:
  optakit doctor
  optakit doctor --env staging
  optakit doctor --context kind-dev -o json")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// Do not check AWS (for clusters outside EKS)
    #[arg(long)]
    pub(crate) skip_aws: bool,
    /// Format of the checks
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}
