//! The arguments of `secret`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::cluster::{LayerArgs, WriteArgs};
use super::output::{ListFormat, ResultFormat};
use super::source::NamedInputArgs;

/// Set, import, list and delete the secrets of a service.
///
/// The values are stored in the Secret `manual-secrets` of the cluster. They are read from
/// standard input, a prompt, a file or AWS, never from an argument, and are never printed. Needs
/// access to the cluster.
#[derive(Debug, Args)]
#[command(mut_args(|option| option.global(true)))]
#[command(after_help = "\
Exit codes:
  0  done
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  # Enter a value at a prompt
  optakit secret set STRIPE_KEY

  # Read a value from standard input
  pass show stripe | optakit secret set STRIPE_KEY

  # Read a value from AWS Secrets Manager
  optakit secret set STRIPE_KEY --from aws-secretsmanager:shop/stripe#key

  # Import a file without restarting pods
  optakit secret import production.env --no-restart

  # List the names, and which are missing
  optakit secret list")]
pub(crate) struct SecretArgs {
    #[command(subcommand)]
    pub(crate) command: SecretCommand,
    #[command(flatten)]
    pub(crate) input: NamedInputArgs,
    #[command(flatten)]
    pub(crate) at: LayerArgs,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
    /// Do not restart pods that use the old values
    #[arg(long, global = true)]
    pub(crate) no_restart: bool,
    /// Skip the confirmation prompt
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    Set(SetArgs),
    Import(ImportArgs),
    /// List the names of the secrets, and whether they are set, missing, empty or unused
    ///
    /// `set`: the service file requires the secret, and it has a value. `missing` and `empty`: it
    /// is required, but has no value. `unused`: it has a value, but is not required.
    #[command(after_help = "\
Exit codes:
  0  listed
  1  failed
  4  the command could not run

Examples:
  optakit secret list
  optakit secret list --output json")]
    List {
        /// Format of the list
        #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Text)]
        output: ListFormat,
    },
    /// Delete a secret
    ///
    /// Asks first if the service needs the secret. Does not restart pods, because a pod that needs
    /// the secret could not start again.
    #[command(after_help = "\
Exit codes:
  0  deleted
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit secret delete STRIPE_KEY")]
    #[command(visible_alias = "unset")]
    Delete(DeleteArgs),
}

/// The arguments of `secret delete`.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// Name of the secret
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) result: SecretResultArgs,
}

/// How a command that changes secrets reports the changes.
#[derive(Debug, Args)]
pub(crate) struct SecretResultArgs {
    /// Print what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Format of the changes
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// Set a secret, and restart the pods that use it
///
/// Reads the value from a prompt, from standard input, or from AWS with `--from`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  set
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit secret set STRIPE_KEY
  pass show stripe | optakit secret set STRIPE_KEY
  optakit secret set STRIPE_KEY --from aws-secretsmanager:shop/stripe#key
  optakit secret set STRIPE_KEY --from ssm:/shop/stripe")]
pub(crate) struct SetArgs {
    /// Name of the secret, as in `secrets` of opta.yml
    pub(crate) name: String,
    /// A value that was passed by mistake. It is rejected without printing it.
    #[arg(hide = true)]
    pub(crate) value: Vec<String>,
    /// Read the value from AWS: `aws-secretsmanager:NAME[#KEY]` or `ssm:NAME[#KEY]`
    ///
    /// NAME is a name or an ARN. KEY selects a value of a JSON object. A parameter can have a
    /// version: `ssm:NAME:3`.
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// Version ID of the secret in Secrets Manager [default: the current version]
    #[arg(long, value_name = "ID", requires = "from")]
    pub(crate) version_id: Option<String>,
    /// Staging label of the secret in Secrets Manager, such as `AWSPREVIOUS`
    #[arg(long, value_name = "LABEL", requires = "from", conflicts_with = "version_id")]
    pub(crate) version_stage: Option<String>,
    #[command(flatten)]
    pub(crate) result: SecretResultArgs,
    /// Store an empty value
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

/// Set all secrets of a file, and restart the pods that use them
///
/// The file is a dotenv file, or a map from name to value in JSON or YAML. Values are stored as
/// written, except escapes such as `\n` in double quotes. Nothing is expanded, and no variable of
/// this machine is read. If a line is invalid,
/// nothing is imported.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  set
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit secret import production.env
  optakit secret import production.env --dry-run
  sops decrypt production.yaml | optakit secret import - --from yaml")]
pub(crate) struct ImportArgs {
    /// File with names and values; `-` is standard input
    pub(crate) file: PathBuf,
    /// Format of the file [default: by its extension, or dotenv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) from: Option<SecretFileFormat>,
    #[command(flatten)]
    pub(crate) result: SecretResultArgs,
    /// Store empty values
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

/// A format of a file with secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecretFileFormat {
    /// Lines of the form NAME=value
    Dotenv,
    /// A JSON object
    Json,
    /// A YAML map
    Yaml,
}
