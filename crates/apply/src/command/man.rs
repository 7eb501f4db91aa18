//! `optakit man` and `optakit completions`.

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::env::Shells;
use optakit_core::quote::quoted;

use crate::cli::{COMPLETE, Cli, CompletionsArgs, ManArgs};
use crate::outcome::{Outcome, UsageError};
use crate::report::Report;

/// The name of the program.
const NAME: &str = "optakit";

/// Prints the manual page of the program or of one command.
///
/// # Errors
///
/// Fails if there is no command with this name.
pub(crate) fn run(arguments: &ManArgs, report: &Report) -> anyhow::Result<Outcome> {
    let mut program = Cli::command();
    // Adds the global flags to the commands and names their pages `optakit-render`.
    program.build();
    let page = match arguments.command.as_deref() {
        None => program,
        Some(name) => program
            .get_subcommands()
            .find(|command| command.get_name() == name && name != "help")
            .cloned()
            .ok_or_else(|| {
                let name = quoted(name);
                UsageError(format!("unknown command {name}\n  help: list them with `optakit help`"))
            })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    report.document(&String::from_utf8(text)?);
    Ok(Outcome::Succeeded)
}

/// Prints the completion script of a shell. The script asks the program for the values.
///
/// # Errors
///
/// Fails if the script is not UTF-8.
pub(crate) fn completions(arguments: &CompletionsArgs, report: &Report) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let shell = shells.completer(&arguments.shell.to_string());
    let shell = shell.context("the shell has no completions")?;
    shell.write_registration(COMPLETE, NAME, NAME, NAME, &mut script)?;
    report.document(&String::from_utf8(script)?);
    Ok(Outcome::Succeeded)
}
