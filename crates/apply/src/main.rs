//! `optakit`: checks, renders and applies. Here only the command is chosen and the exit code decided.

mod cli;
mod command;
mod input;
mod rds;
mod report;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use report::Report;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let report = Report::new(cli.quiet, cli.verbose);
    let result = match &cli.command {
        Command::Validate(arguments) => command::validate::run(arguments, &report),
        Command::Render(arguments) => command::render::run(arguments, &report),
        Command::Bundle(arguments) => command::bundle::run(arguments, &report),
    };
    result.unwrap_or_else(|error| {
        report.error(&error);
        ExitCode::from(2)
    })
}
