//! The arguments of the commands that print information: documentation, permissions, schemas,
//! manual pages and completions.

use clap::{Args, ValueEnum};

use super::output::{DocumentFormat, ResultFormat};
use super::source::InputArgs;

/// Explain a topic, a field of opta.yml or a rule.
///
/// Needs no cluster and no network.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  printed
  1  there is no topic, field or rule with this name

Examples:
  # List the topics
  optakit explain

  # Explain links, and the variables that a link to a database adds
  optakit explain links
  optakit explain postgres

  # Explain a field
  optakit explain min_containers
  optakit explain resource_request.cpu

  # Explain a rule that `optakit validate` reported
  optakit explain min-above-max")]
pub(crate) struct ExplainArgs {
    /// Topic, module type, field of opta.yml, or rule that `optakit validate` reported [default:
    /// list the topics]
    pub(crate) name: Option<String>,
    /// Format of the text
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// Print the minimum permissions that `optakit apply` needs for a bundle.
///
/// Prints a Role and a ClusterRole, or with `--aws` an IAM policy. Needs no cluster and no network.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  printed
  1  failed
  4  the command could not run

Examples:
  # Create the roles and bind them to a service account
  optakit permissions shop-staging.bundle.json | kubectl apply -f -
  kubectl -n shop create rolebinding deployer --role optakit --serviceaccount ci:deployer
  kubectl create clusterrolebinding deployer --clusterrole optakit-shop --serviceaccount ci:deployer

  # Print the IAM policy
  optakit permissions shop-staging.bundle.json --aws > policy.json
  optakit permissions shop-staging.bundle.json --aws --secret-from ssm:/shop/stripe")]
pub(crate) struct PermissionsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Print the IAM policy instead of the roles
    #[arg(long)]
    pub(crate) aws: bool,
    /// Add the permission to read a secret in AWS, as in `secret set --from`; can be repeated
    #[arg(long, value_name = "SOURCE", requires = "aws")]
    pub(crate) secret_from: Vec<String>,
    /// Format of the roles or the policy
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = DocumentFormat::Json)]
    pub(crate) output: DocumentFormat,
}

/// Print the JSON Schema of opta.yml or of the bundle.
///
/// Editors use the schema of opta.yml for completion and validation.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  printed

Examples:
  optakit schema > opta.schema.json
  optakit schema bundle > bundle.schema.json")]
pub(crate) struct SchemaArgs {
    /// Which schema to print
    #[arg(value_enum, value_name = "SCHEMA", default_value_t = SchemaName::Service)]
    pub(crate) name: SchemaName,
    /// Format of the schema
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = DocumentFormat::Json)]
    pub(crate) output: DocumentFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// The service file
    #[value(name = "opta.yml")]
    Service,
    /// The bundle
    Bundle,
}

/// Print the manual page of the program or of a command.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0   printed
  4   the command could not run
  64  there is no command with this name

Examples:
  # Write the manual page of the program
  optakit man > optakit.1

  # Read the manual page of a command
  optakit man render | man -l -")]
pub(crate) struct ManArgs {
    /// Command [default: the program itself]
    pub(crate) command: Option<String>,
}

/// Print the completion script of a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  printed

Examples:
  optakit completions bash > /etc/bash_completion.d/optakit
  optakit completions fish > ~/.config/fish/completions/optakit.fish")]
pub(crate) struct CompletionsArgs {
    /// Shell
    pub(crate) shell: clap_complete::Shell,
}
