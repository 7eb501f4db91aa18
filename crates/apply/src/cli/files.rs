//! The arguments of the commands that write service files.

use std::path::PathBuf;

use clap::Args;

use super::output::ResultFormat;

/// Format service files and environment files.
///
/// Indents by two spaces. Removes spaces at the end of lines and empty lines at the end of the
/// file. Keeps comments, values, the order of keys and the kind of line breaks.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  the files are formatted
  1  a file has a syntax error, or with --check, a file is not formatted
  4  the command could not run

Examples:
  # Format ./opta.yml
  optakit fmt

  # Format an environment file
  optakit fmt environments/staging.yml

  # Print the files that are not formatted, for CI
  optakit fmt --check services/")]
pub(crate) struct FmtArgs {
    /// Files, or folders to search for opta.yml; `-` formats standard input and prints the result
    /// [default: opta.yml or opta.yaml]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Print the names of files that are not formatted, and write nothing
    #[arg(long)]
    pub(crate) check: bool,
    /// Format of the result; `json` and `yaml` list all files, with the formatted text of
    /// standard input
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}
