//! The arguments of `init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::ResultFormat;

/// Create a service file and an environment file.
///
/// On a terminal, asks for the values of missing options. Writes two files that `optakit validate`
/// accepts. Needs no cluster and no network.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  the files were written
  1  a file already exists, or a value is not valid
  4  the command could not run
  64  an option is missing, and there is no terminal to ask

Examples:
  # Answer the questions
  optakit init

  # Create a service without questions
  optakit init --name shop --port 8080 --env staging --account-id 123456789012 --region us-east-1")]
pub(crate) struct InitArgs {
    /// Folder to write the files to (created if missing)
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Name of the service file, which is also the Kubernetes namespace
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Image, or AUTO for images that you build [default: AUTO]
    #[arg(long)]
    pub(crate) image: Option<String>,
    /// Port that the container listens on [default: 8080]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// Name of the environment [default: staging]
    #[arg(long)]
    pub(crate) env: Option<String>,
    /// AWS account ID, 12 digits
    #[arg(long, value_name = "ID")]
    pub(crate) account_id: Option<String>,
    /// AWS region [default: us-east-1]
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Name of the organization [default: the name of the service file]
    #[arg(long, value_name = "NAME")]
    pub(crate) org: Option<String>,
    /// Kind of service
    #[arg(long, value_enum, default_value_t = Template::Web)]
    pub(crate) template: Template,
    /// Use the defaults instead of asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Overwrite existing files
    #[arg(long)]
    pub(crate) force: bool,
    /// Format of the names of the written files
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// The kind of a new service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// An HTTP server with a health check
    Web,
    /// A program without a public address
    Worker,
    /// A gRPC server
    Grpc,
    /// An HTTP server with a Postgres database
    Postgres,
}
