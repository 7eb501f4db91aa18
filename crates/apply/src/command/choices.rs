//! Builds the request for core from the arguments of a command.

use std::path::Path;

use clap::ValueEnum;
use optakit_core::api::{Choices, Request, SourceText};

use super::image_versions::{ImageVersion, ImageVersions};
use crate::cli::{ChoiceArgs, SourceArgs};
use crate::environment_file::Outside;
use crate::settings::{self, Setting};
use crate::{file, rds, request};

/// Reads the files that the arguments name.
///
/// # Errors
///
/// Fails if the service file or the values file cannot be read.
pub(super) fn request(source: &SourceArgs) -> anyhow::Result<Request> {
    let path = request::find(source.file.as_deref())?;
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
    let outside = Outside::allowed(source.allow_outside);
    let values = source.values.as_deref().map(file::read_text).transpose()?;
    Ok(Request {
        values,
        choices,
        own_values: true,
        rds_certificates: rds::of_any_region(),
        ..request::of_text(text, path, outside)
    })
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
