//! The arguments of `config`.

use clap::{Args, Subcommand};

use super::output::ResultFormat;

/// Show your defaults and where they come from.
///
/// Defaults come from environment variables and from a configuration file. A flag overrides a
/// variable, and a variable overrides the file. OPTAKIT_CONFIG sets the path of the file.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  printed
  4  the command could not run

Examples:
  # Show each value and where it comes from
  optakit config view

  # Edit the configuration file
  $EDITOR \"$(optakit config path)\"")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print each setting, its value and where it comes from
    #[command(after_help = "\
Exit codes:
  0  printed
  4  the configuration file cannot be read, or is invalid

Examples:
  optakit config view
  optakit config view -o json")]
    View {
        /// Format of the settings
        #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
        output: ResultFormat,
    },
    /// Print the path of the configuration file, which may not exist
    #[command(after_help = "\
Exit codes:
  0  printed
  4  the folder for configuration files is unknown

Examples:
  optakit config path")]
    Path,
}
