//! The commands of the program.

use clap::{Args, Subcommand};

use super::apply::{ApplyArgs, DeployArgs, PlanArgs, RollbackArgs};
use super::bundle::{BundleArgs, PushArgs};
use super::cluster::{DestroyArgs, DriftArgs, HistoryArgs, StatusArgs, TakeoverArgs};
use super::config::ConfigArgs;
use super::files::FmtArgs;
use super::information::{CompletionsArgs, ExplainArgs, ManArgs, PermissionsArgs, SchemaArgs};
use super::init::InitArgs;
use super::inspect::{DiffArgs, DoctorArgs, ListArgs, LogsArgs};
use super::secret::SecretArgs;
use super::source::{EditArgs, RenderArgs, ValidateArgs};
use crate::report::EventFormat;

macro_rules! commands {
    ($($variant:ident = $name:literal ($arguments:ty),)*) => {
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $(#[command(name = $name)] $variant($arguments),)*
        }

        impl Command {
            /// Returns the definition of the command with a name.
            pub(super) fn definition(name: &str) -> Option<clap::Command> {
                match name {
                    $($name => Some(<$arguments>::augment_args(clap::Command::new($name))),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    Init = "init" (InitArgs),
    Validate = "validate" (ValidateArgs),
    Fmt = "fmt" (FmtArgs),
    Render = "render" (RenderArgs),
    Edit = "edit" (EditArgs),
    Bundle = "bundle" (BundleArgs),
    Plan = "plan" (PlanArgs),
    Diff = "diff" (DiffArgs),
    Apply = "apply" (ApplyArgs),
    Push = "push" (PushArgs),
    Deploy = "deploy" (DeployArgs),
    Status = "status" (StatusArgs),
    Logs = "logs" (LogsArgs),
    List = "list" (ListArgs),
    History = "history" (HistoryArgs),
    Rollback = "rollback" (RollbackArgs),
    Drift = "drift" (DriftArgs),
    Secret = "secret" (SecretArgs),
    Takeover = "takeover" (TakeoverArgs),
    Destroy = "destroy" (DestroyArgs),
    Doctor = "doctor" (DoctorArgs),
    Config = "config" (ConfigArgs),
    Explain = "explain" (ExplainArgs),
    Permissions = "permissions" (PermissionsArgs),
    Schema = "schema" (SchemaArgs),
    Man = "man" (ManArgs),
    Completions = "completions" (CompletionsArgs),
}

impl Command {
    /// Returns the format of the events that the command prints. `None` if it prints text or one
    /// document.
    pub(crate) const fn events(&self) -> Option<EventFormat> {
        match self {
            // A dry run prints the plan as one document.
            Self::Apply(apply) if apply.dry_run => None,
            Self::Rollback(rollback) if rollback.dry_run => None,
            Self::Apply(apply) => apply.options.rollout.output.events(),
            Self::Deploy(deploy) => deploy.options.rollout.output.events(),
            Self::Rollback(rollback) => rollback.rollout.output.events(),
            Self::Takeover(takeover) => takeover.output.events(),
            Self::Destroy(destroy) => destroy.output.events(),
            _ => None,
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    #[test]
    fn a_command_alone_has_the_same_arguments() {
        let mut all = Cli::command();
        all.build();
        for command in all.get_subcommands().filter(|command| command.get_name() != "help") {
            let mut only = Cli::only(command.get_name()).expect("each command has a definition");
            only.build();
            let only = only.find_subcommand(command.get_name()).expect("it has the command");
            let arguments = |command: &clap::Command| {
                command.get_arguments().map(|argument| format!("{argument:?}")).collect::<Vec<_>>()
            };
            assert_eq!(arguments(only), arguments(command), "{}", command.get_name());
            let names = |command: &clap::Command| {
                command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect()
            };
            let (found, expected): (Vec<_>, Vec<_>) = (names(only), names(command));
            assert_eq!(found, expected, "{}", command.get_name());
        }
        assert!(Cli::only("unknown").is_none());
    }
}
