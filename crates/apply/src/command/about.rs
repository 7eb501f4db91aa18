//! `optakit explain`, `schema`, `completions`, `man`: what Optakit says of itself.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::CommandFactory;
use optakit_core::bundle::Bundle;
use optakit_core::{reference, schema as json_schema};

use crate::cli::{Cli, Schema};
use crate::report::Report;

/// Says what a field or a rule is about.
///
/// # Errors
///
/// When there is none of that name.
pub(crate) fn explain(name: &str, report: &Report) -> anyhow::Result<ExitCode> {
    let text = reference::explain(name).map_err(|fault| anyhow!(fault))?;
    report.result(&text);
    Ok(ExitCode::SUCCESS)
}

/// Prints the JSON Schema of `opta.yml` or of the bundle.
///
/// # Errors
///
/// Never.
pub(crate) fn schema(of: Schema, report: &Report) -> anyhow::Result<ExitCode> {
    let schema = match of {
        Schema::Service => json_schema::schema(),
        Schema::Bundle => Bundle::schema(),
    };
    report.result(&format!("{schema:#}\n"));
    Ok(ExitCode::SUCCESS)
}

/// Prints the completions of a shell.
///
/// # Errors
///
/// When clap writes something that is not UTF-8.
pub(crate) fn completions(
    shell: clap_complete::Shell,
    report: &Report,
) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "optakit", &mut script);
    report.result(&String::from_utf8(script)?);
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of the program or of one command.
///
/// # Errors
///
/// When there is no such command.
pub(crate) fn man(command: Option<&str>, report: &Report) -> anyhow::Result<ExitCode> {
    let mut program = Cli::command();
    // So that the pages of commands tell of the global flags and are named `optakit-render`.
    program.build();
    let page = match command {
        None => program,
        Some(name) => program
            .get_subcommands()
            .find(|command| command.get_name() == name && name != "help")
            .cloned()
            .ok_or_else(|| anyhow!("there is no command `{name}`; `optakit --help` lists them"))?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    report.result(&String::from_utf8(text)?);
    Ok(ExitCode::SUCCESS)
}
