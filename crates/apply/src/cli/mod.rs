//! The command line as types. It has no logic.

mod apply;
mod bundle;
mod cluster;
mod complete;
mod config;
mod files;
mod information;
mod init;
mod inspect;
mod output;
mod secret;
mod source;

use clap::{Parser, Subcommand};

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
#[command(name = "optakit", version = env!("OPTAKIT_VERSION"))]
#[command(arg_required_else_help = true, after_help = after_help())]
pub(crate) struct Cli {
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
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The variable with which the script of a shell asks for completions.
pub(crate) const COMPLETE: &str = "OPTAKIT_COMPLETE";

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

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Validate(ValidateArgs),
    Fmt(FmtArgs),
    Render(RenderArgs),
    Edit(EditArgs),
    Bundle(BundleArgs),
    Plan(PlanArgs),
    Diff(DiffArgs),
    Apply(ApplyArgs),
    Push(PushArgs),
    Deploy(DeployArgs),
    Status(StatusArgs),
    Logs(LogsArgs),
    List(ListArgs),
    History(HistoryArgs),
    Rollback(RollbackArgs),
    Drift(DriftArgs),
    Secret(SecretArgs),
    Takeover(TakeoverArgs),
    Destroy(DestroyArgs),
    Doctor(DoctorArgs),
    Config(ConfigArgs),
    Explain(ExplainArgs),
    Permissions(PermissionsArgs),
    Schema(SchemaArgs),
    Man(ManArgs),
    Completions(CompletionsArgs),
}

impl Command {
    /// Whether the command prints JSON events.
    pub(crate) fn prints_events(&self) -> bool {
        match self {
            // A dry run prints the plan as one document.
            Self::Apply(apply) if apply.dry_run => false,
            Self::Rollback(rollback) if rollback.dry_run => false,
            Self::Apply(apply) => apply.options.rollout.output == ProgressFormat::Json,
            Self::Deploy(deploy) => deploy.options.rollout.output == ProgressFormat::Json,
            Self::Rollback(rollback) => rollback.rollout.output == ProgressFormat::Json,
            Self::Takeover(takeover) => takeover.output == ProgressFormat::Json,
            Self::Destroy(destroy) => destroy.output == ProgressFormat::Json,
            _ => false,
        }
    }

    /// Whether the command uses the settings of the user.
    pub(crate) const fn uses_settings(&self) -> bool {
        !matches!(
            self,
            Self::Config(_)
                | Self::Man(_)
                | Self::Completions(_)
                | Self::Explain(_)
                | Self::Schema(_)
        )
    }

    /// Whether every error of the command means that it could not run. These commands only read
    /// and write files. They report invalid input as a result.
    pub(crate) const fn reports_invalid_input(&self) -> bool {
        matches!(self, Self::Validate(_) | Self::Fmt(_) | Self::Render(_) | Self::Bundle(_))
    }
}
