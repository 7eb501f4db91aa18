//! Builds the request for core from the arguments of a command.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;
use optakit_core::api::{Choices, Request, ServiceFile, SourceText};
use optakit_core::quote::one_of;
use optakit_core::suggest::Suggestion;

use super::image_versions::{ImageVersion, ImageVersions};
use crate::cli::{ChoiceArgs, EnvironmentArgs, SourceArgs};
use crate::environment_file::{Outside, Reading};
use crate::git_file::Network;
use crate::outcome::UsageError;
use crate::report::Report;
use crate::settings::{self, Setting};
use crate::{file, rds, request};

/// Reads the files that the arguments name.
///
/// # Errors
///
/// Fails if the service file or the values file cannot be read.
pub(super) fn request(source: &SourceArgs, report: &Report) -> anyhow::Result<Request> {
    let path = request::find(source.file.as_deref())?;
    if let Some(warning) = request::ignored_file(source.file.as_deref(), &path) {
        report.warning(warning);
    }
    let versions = ImageVersions::of(&source.choices)?;
    let version = versions.of_all_modules()?;
    of_text(&file::read_text(&path)?, &path, &source.choices, version)
}

/// Returns the request of a service file with this text. Reads the other files that the arguments
/// name.
///
/// # Errors
///
/// Fails if the values file cannot be read.
pub(super) fn of_text(
    text: &SourceText,
    path: &Path,
    source: &ChoiceArgs,
    version: Option<&ImageVersion>,
) -> anyhow::Result<Request> {
    let (image_tag, image_digest) = match version.cloned() {
        Some(ImageVersion::Tag(tag)) => (Some(tag), None),
        Some(ImageVersion::Digest(digest)) => (None, Some(digest)),
        None => (None, None),
    };
    let choices = Choices {
        environment: source.env.clone(),
        profile: source.profile.map(name),
        hardening: source.hardening.map(name),
        exposure: source.exposure.map(name).or_else(|| settings::get(Setting::Exposure)),
        gateway: source.gateway.clone(),
        kubernetes: source.kubernetes.clone().or_else(|| settings::get(Setting::Kubernetes)),
        image_tag,
        image_digest,
    };
    let reading = reading(source.allow_outside, &source.environments);
    let values = source.values.as_deref().map(file::read_text).transpose()?;
    let request = Request {
        values,
        choices,
        own_values: true,
        variables: variables(&source.environments),
        rds_certificates: rds::of_any_region(),
        ..request::of_text(text, path, &reading)
    };
    check_names(&request.service, &source.environments)?;
    Ok(request)
}

/// Returns how the arguments read environment files.
pub(super) fn reading(allow_outside: bool, arguments: &EnvironmentArgs) -> Reading {
    let replaced = arguments.env_file.iter().map(|(name, path)| (name.clone(), path.into()));
    Reading {
        outside: Outside::allowed(allow_outside),
        network: if arguments.offline { Network::Offline } else { Network::Use },
        replaced: replaced.collect(),
    }
}

/// Returns the values of input variables that the arguments set.
pub(super) fn variables(arguments: &EnvironmentArgs) -> BTreeMap<String, String> {
    arguments.var.iter().cloned().collect()
}

/// Checks the names in `--env-file` and `--var`.
///
/// # Errors
///
/// Fails if the service file has no such environment or input variable.
pub(super) fn check_names(
    service: &ServiceFile,
    arguments: &EnvironmentArgs,
) -> Result<(), UsageError> {
    let environments = service.environments();
    let environments: Vec<&str> = environments.iter().map(|found| found.name.as_str()).collect();
    let checks = [
        (&arguments.env_file, "environment", "--env-file", environments),
        (&arguments.var, "input variable", "--var", service.input_variables()),
    ];
    for (pairs, noun, option, known) in checks {
        let Some((name, _)) = pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) else {
            continue;
        };
        let other_help = || match known.as_slice() {
            [] => format!("remove `{option}`: the file has none"),
            known => format!("use {}", one_of(known)),
        };
        let help = Suggestion::new(name, known.iter().copied(), other_help).help;
        let message = format!("`{option}`: {} has no {noun} `{name}`", service.name());
        return Err(UsageError(format!("{message}\n  help: {help}")));
    }
    Ok(())
}

/// Returns the name of a value as the user writes it.
fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().expect("no value is hidden").get_name().to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use optakit_core::model::exposure::Exposure;
    use optakit_core::render::{Hardening, Profile};

    use crate::cli::Cli;

    fn check<T>(argument: &str, all: &[(&str, T)]) {
        let program = Cli::command();
        let render = program.find_subcommand("render").expect("it is a command");
        let mut arguments = render.get_arguments();
        let argument =
            arguments.find(|found| found.get_id() == argument).expect("it is an argument");
        let accepted: Vec<String> =
            argument.get_possible_values().iter().map(|value| value.get_name().into()).collect();
        let known: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        assert_eq!(accepted, known);
    }

    #[test]
    fn the_arguments_accept_the_names_of_core() {
        check("profile", Profile::ALL);
        check("hardening", Hardening::ALL);
        check("exposure", Exposure::ALL);
    }
}
