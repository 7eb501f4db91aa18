//! `optakit`: checks, renders and applies opta.yml. This file runs the command and returns its exit
//! code.

mod apply;
mod apply_bundle;
mod applyset;
mod auth;
mod aws;
mod bundle_defaults;
mod bundle_file;
mod changes;
mod cli;
mod command;
mod deploy;
mod digest;
mod docker_login;
mod drift;
mod duration;
mod edit;
mod environment_diagnostic;
mod environment_file;
#[cfg(test)]
mod fake_server;
mod file;
mod format;
mod git_address;
mod git_file;
mod hint;
mod history;
mod identity;
mod image;
mod layers;
mod live;
mod lock;
mod logs;
mod manual_secret;
mod network;
mod origin;
mod outcome;
mod output_file;
mod owner;
mod plan;
mod plural;
mod preflight;
mod push_destination;
mod push_image;
mod rds;
mod replaced;
mod replicas;
mod report;
mod request;
mod routes;
mod running_image;
mod saved_plan;
mod secret_file;
mod secret_values;
mod service_files;
mod session;
mod settings;
mod stop;
mod switches;
mod table;
mod takeover;
mod url_password;
mod url_secrets;
mod wait;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::mem::ManuallyDrop;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use clap_complete::CompleteEnv;

use cli::{COMPLETE, Cli, Color, Command};
use deploy::RolloutError;
use outcome::Outcome;
use report::{Report, check_output};
use settings::{Settings, SettingsError};
use wait::FailedPods;

fn main() -> ExitCode {
    CompleteEnv::with_factory(Cli::command).var(COMPLETE).complete();
    let settings = settings::load();
    let (cli, matches) = match parse(settings.as_ref().unwrap_or(&Settings::default())) {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error).into(),
    };
    hint::remember(Cli::command, &matches);
    set_color(cli.global.color);
    let report = Report::new(cli.global.quiet, cli.global.verbose, cli.command.events());
    let outcome = use_settings(settings, &cli.command).and_then(|()| run(&cli.command, &report));
    let outcome = outcome.and_then(|outcome| check_written(outcome, &cli.command));
    let outcome = outcome.unwrap_or_else(|error| {
        if let Some(rollout) = error.downcast_ref::<RolloutError>() {
            // The last line contains the cause.
            report.warning(rollout.details(FailedPods::Kept));
        }
        report.error(&error);
        command::failure::outcome(&error, &cli.command)
    });
    outcome.into()
}

/// Makes the settings those of this run. Invalid settings stop only commands that use them.
fn use_settings(
    settings: Result<Settings, SettingsError>,
    command: &Command,
) -> anyhow::Result<()> {
    match settings {
        Ok(settings) => settings::remember(settings),
        Err(error) if command.uses_settings() => return Err(error.into()),
        Err(_) => {}
    }
    Ok(())
}

/// Checks that standard output contains everything. Says that the work of a run is done.
fn check_written(outcome: Outcome, command: &Command) -> anyhow::Result<Outcome> {
    match check_output() {
        Ok(()) => Ok(outcome),
        Err(lost) if outcome == Outcome::Succeeded && command.events().is_some() => {
            let done = "the command succeeded, but not all of its output was written";
            Err(anyhow::Error::new(lost).context(done))
        }
        Err(lost) => Err(lost.into()),
    }
}

/// Sets whether the output has colors.
fn set_color(color: Color) {
    match color {
        // The library reads NO_COLOR and CLICOLOR_FORCE.
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Parses the arguments.
fn parse(settings: &Settings) -> Result<(Cli, ArgMatches), clap::Error> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let parse = |definition: clap::Command| {
        // A program parses its arguments once. Freeing the definition takes time.
        let mut definition = ManuallyDrop::new(settings::apply_defaults(settings, definition));
        let matches = definition.try_get_matches_from_mut(&arguments)?;
        Ok((Cli::from_arg_matches(&matches)?, matches))
    };
    let name = arguments.get(1).and_then(|argument| argument.to_str());
    let parsed: Option<Result<_, clap::Error>> = name.and_then(Cli::only).map(parse);
    // The message of an error needs the definition of all commands.
    match parsed {
        Some(Ok(parsed)) => Ok(parsed),
        Some(Err(_)) | None => parse(Cli::command()),
    }
}

/// Prints the message of the parser, which is an error, a help text or the version.
fn usage(error: &clap::Error) -> Outcome {
    let printed = error.print();
    if error.exit_code() != 0 {
        return Outcome::Usage;
    }
    match printed {
        // A closed pipe (`| head`) is not an error.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Outcome::CouldNotRun,
        Ok(()) | Err(_) => Outcome::Succeeded,
    }
}

fn run(command: &Command, report: &Report) -> anyhow::Result<Outcome> {
    match command {
        Command::Validate(arguments) => command::validate::run(arguments, report),
        Command::Init(arguments) => command::init::run(arguments, report),
        Command::Fmt(arguments) => command::fmt::run(arguments, report),
        Command::Render(arguments) => command::render::run(arguments, report),
        Command::Bundle(arguments) => command::bundle::run(arguments, report),
        Command::Plan(arguments) => command::plan::run(arguments, report),
        Command::Diff(arguments) => command::diff::run(arguments, report),
        Command::Apply(arguments) => command::apply::run(arguments, report),
        Command::Push(arguments) => command::push::run(arguments, report),
        Command::Deploy(arguments) => command::deploy::run(arguments, report),
        Command::Status(arguments) => command::status::run(arguments, report),
        Command::List(arguments) => command::list::run(arguments, report),
        Command::Logs(arguments) => command::logs::run(arguments, report),
        Command::History(arguments) => command::history::run(arguments, report),
        Command::Rollback(arguments) => command::rollback::run(arguments, report),
        Command::Drift(arguments) => command::drift::run(arguments, report),
        Command::Secret(arguments) => command::secret::run(arguments, report),
        Command::Takeover(arguments) => command::takeover::run(arguments, report),
        Command::Edit(arguments) => command::edit::run(arguments, report),
        Command::Destroy(arguments) => command::destroy::run(arguments, report),
        Command::Permissions(arguments) => command::permissions::run(arguments, report),
        Command::Doctor(arguments) => command::doctor::run(arguments, report),
        Command::Config(arguments) => command::config::run(arguments, report),
        Command::Explain(arguments) => command::explain::run(arguments, report),
        Command::Schema(arguments) => Ok(command::explain::schema(arguments, report)),
        Command::Man(arguments) => command::man::run(arguments, report),
        Command::Completions(arguments) => command::man::completions(arguments, report),
    }
}
