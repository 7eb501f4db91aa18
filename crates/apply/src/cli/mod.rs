//! The command line as types. It has no logic.

mod apply;
mod bundle;
mod cluster;
mod commands;
mod complete;
mod config;
mod files;
mod information;
mod init;
mod inspect;
mod output;
mod secret;
mod source;

use clap::{Args, Parser};

use crate::outcome::Outcome;

pub(crate) use apply::{
    ApplyArgs, ApplyOptionArgs, AwsArgs, ConflictArgs, DeployArgs, OnFailure, PlanArgs,
    PlannedArgs, RollbackArgs, RolloutArgs,
};
pub(crate) use bundle::{BundleArgs, BundleCommand, ImageNameArgs, PushArgs, VerifyArgs};
pub(crate) use cluster::{
    ConnectArgs, DestroyArgs, DriftArgs, HistoryArgs, LayerArgs, ServiceArgs, StatusArgs,
    TakeoverArgs, WriteArgs,
};
pub(crate) use commands::Command;
pub(crate) use config::{ConfigArgs, ConfigCommand};
pub(crate) use files::FmtArgs;
pub(crate) use information::{
    CompletionsArgs, ExplainArgs, ManArgs, PermissionsArgs, SchemaArgs, SchemaName,
};
pub(crate) use init::{InitArgs, Template};
pub(crate) use inspect::{DiffArgs, DoctorArgs, ListArgs, LogsArgs};
pub(crate) use output::{
    Color, DocumentFormat, ListFormat, ManifestFormat, ProgressFormat, ReportFormat, ResultFormat,
    is_format,
};
pub(crate) use secret::{
    ImportArgs, SecretArgs, SecretCommand, SecretFileFormat, SecretResultArgs, SetArgs,
};
pub(crate) use source::{
    ChoiceArgs, EditArgs, EnvironmentArgs, Exposure, InputArgs, NamedInputArgs, RenderArgs,
    SourceArgs, ValidateArgs,
};

/// Check opta.yml, render Kubernetes manifests from it, and apply them to EKS.
#[derive(Debug, Parser)]
#[command(name = NAME, version = env!("OPTAKIT_VERSION"))]
#[command(arg_required_else_help = true, after_help = after_help())]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options of all commands.
#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    /// Print only results, warnings and errors
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    pub(crate) quiet: bool,
    /// Print every cause of an error
    #[arg(long, short, global = true, conflicts_with = "quiet", help_heading = GLOBAL)]
    pub(crate) verbose: bool,
    /// When to print colors
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto,
          help_heading = GLOBAL)]
    pub(crate) color: Color,
}

impl Cli {
    /// Returns the definition with only one command, or `None` if there is no such command. The
    /// definition of all commands takes longer than checking a small file. Only help and errors
    /// need it.
    pub(crate) fn only(command: &str) -> Option<clap::Command> {
        let command = Command::definition(command)?;
        Some(GlobalArgs::augment_args(clap::Command::new(NAME)).subcommand(command))
    }
}

/// The variable with which the script of a shell asks for completions.
pub(crate) const COMPLETE: &str = "OPTAKIT_COMPLETE";

const NAME: &str = "optakit";
const GLOBAL: &str = "Global options";

/// Returns the end of the help of the program.
fn after_help() -> String {
    format!("Exit codes:\n{}\n{EXAMPLES}", Outcome::table())
}

const EXAMPLES: &str = "\
Examples:
  # Check ./opta.yml for every environment
  optakit validate

  # Print the manifests
  optakit render --env staging

  # Write shop-staging.bundle.json
  optakit bundle --env staging

  # Apply it to the cluster and wait until the pods are ready
  optakit apply shop-staging.bundle.json";
