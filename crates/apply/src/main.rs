//! `optakit`: checks, renders and applies. Here only the command is chosen and the exit code
//! decided.

mod apply;
mod applyset;
mod auth;
mod aws;
mod cli;
mod command;
mod deploy;
mod digest;
mod edit;
mod format;
mod history;
mod image;
mod input;
mod live;
mod lock;
mod owner;
mod plan;
mod preflight;
mod rds;
mod report;
mod saved;
mod session;
mod takeover;
mod wait;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use report::Report;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let report = Report::new(cli.quiet, cli.verbose, cli.command.wants_events());
    let result = match &cli.command {
        Command::Validate(arguments) => command::validate::run(arguments, &report),
        Command::Render(arguments) => command::render::run(arguments, &report),
        Command::Bundle(arguments) => command::bundle::run(arguments, &report),
        Command::Plan(arguments) => command::plan::run(arguments, &report),
        Command::Apply(arguments) => command::apply::run(arguments, &report),
        Command::Push(arguments) => command::push::run(arguments, &report),
        Command::Deploy(arguments) => command::apply::deploy(arguments, &report),
        Command::Status(arguments) => command::revisions::status(arguments, &report),
        Command::History(arguments) => command::revisions::history(arguments, &report),
        Command::Rollback(arguments) => command::revisions::rollback(arguments, &report),
        Command::Drift(arguments) => command::plan::drift(arguments, &report),
        Command::Secret(arguments) => command::secret::run(arguments, &report),
        Command::Takeover(arguments) => command::takeover::run(arguments, &report),
        Command::Edit(arguments) => command::edit::run(arguments, &report),
        Command::Destroy(arguments) => command::destroy::run(arguments, &report),
        Command::Permissions(arguments) => command::permissions::run(arguments, &report),
        Command::Explain { name } => command::about::explain(name, &report),
        Command::Schema { of } => command::about::schema(*of, &report),
        Command::Man { command } => command::about::man(command.as_deref(), &report),
        Command::Completions { shell } => command::about::completions(*shell, &report),
    };
    // What only reads has 1 for faults it found and 2 for not having run; an apply either did it or
    // failed.
    let reads_files = matches!(
        cli.command,
        Command::Validate(_) | Command::Render(_) | Command::Bundle(_) | Command::Explain { .. }
    );
    let failure = if reads_files { 2 } else { 1 };
    result.unwrap_or_else(|error| {
        report.error(&error);
        ExitCode::from(failure)
    })
}
