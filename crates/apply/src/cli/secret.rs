//! The arguments of `secret`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::cluster::{ConnectArgs, WriteArgs};
use super::source::NamedInputArgs;

/// Set, import, list and delete the secrets of a service.
///
/// The values are stored in the Secret `manual-secrets` of the cluster. They are read from
/// standard input, a prompt or a file, never from an argument, and are never printed. Needs access
/// to the cluster.
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

  # Import a file without restarting pods
  optakit secret import production.env --no-restart

  # List the names
  optakit secret list")]
pub(crate) struct SecretArgs {
    #[command(subcommand)]
    pub(crate) command: SecretCommand,
    #[command(flatten)]
    pub(crate) input: NamedInputArgs,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
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
    /// Set a secret from standard input or a prompt, and restart the pods that use it
    #[command(after_help = "\
Exit codes:
  0  set
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit secret set STRIPE_KEY
  pass show stripe | optakit secret set STRIPE_KEY")]
    Set {
        /// Name of the secret, as in `secrets` of opta.yml
        name: String,
    },
    /// Set all secrets of a file, and restart the pods that use them
    ///
    /// Each line of the file has the form NAME=value.
    #[command(after_help = "\
Exit codes:
  0  set
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit secret import production.env")]
    Import {
        /// File with lines of the form NAME=value; `-` is standard input
        file: PathBuf,
    },
    /// List the names of the secrets, and the names that are missing
    #[command(after_help = "\
Exit codes:
  0  listed
  1  failed
  4  the command could not run

Examples:
  optakit secret list")]
    List,
    /// Delete a secret
    ///
    /// Does not restart pods, because a pod that needs the secret could not start again.
    #[command(after_help = "\
Exit codes:
  0  deleted
  1  failed
  3  the run lost its lock and stopped
  4  the command could not run

Examples:
  optakit secret delete STRIPE_KEY")]
    Delete {
        /// Name of the secret
        name: String,
    },
}
