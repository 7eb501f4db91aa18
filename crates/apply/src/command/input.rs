//! The bundle that a command works on: a bundle file, or a service file rendered into a bundle.

use std::path::{Path, PathBuf};

use anyhow::bail;
use optakit_core::api::{self, Request, Severity, SourceText};
use optakit_core::bundle::Bundle;

use super::image_versions::ImageVersions;
use super::{choices, rendered};
use crate::bundle_file::{self, FileForm, IfModified};
use crate::cli::{ChoiceArgs, InputArgs, NamedInputArgs};
use crate::environment_file::{Outside, Reading};
use crate::file::FileError;
use crate::git_file::Network;
use crate::outcome::UsageError;
use crate::report::{Report, stdin_is_data};
use crate::{file, hint, rds, request};

/// Returns the bundle of a command whose first argument names it.
///
/// # Errors
///
/// Fails if the file cannot be read, the service file has errors, or the bundle is not accepted.
pub(super) fn open(
    input: &InputArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    open_file(input.file.as_deref(), &input.choices, if_modified, report)
}

/// Returns the bundle of a command that names its file itself.
///
/// # Errors
///
/// Fails like [`open`].
pub(super) fn open_file(
    file: Option<&Path>,
    choices: &ChoiceArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let path = request::find(file).map_err(or_a_bundle)?;
    if let Some(warning) = request::ignored_file(file, &path) {
        report.warning(warning);
    }
    read(&path, choices, if_modified, report)
}

/// Returns the bundle of a command with the option `--bundle`.
///
/// # Errors
///
/// Fails like [`open`].
pub(super) fn open_named(
    input: &NamedInputArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let only_bundle = || if input.choices.env.is_none() { bundle_file::only_one() } else { None };
    let path = match &input.bundle {
        Some(path) => request::find(Some(path))?,
        None => match only_bundle() {
            Some(bundle) => {
                let name = bundle.display();
                report.note(format!("bundle {name}; `--bundle` names another file"));
                bundle
            }
            None => {
                let path = request::find(None).map_err(or_a_bundle)?;
                if let Some(warning) = request::ignored_file(None, &path) {
                    report.warning(warning);
                }
                path
            }
        },
    };
    read(&path, &input.choices, if_modified, report)
}

/// Adds that a bundle is accepted too.
fn or_a_bundle(error: FileError) -> FileError {
    match error {
        FileError::NoServiceFile { folder, .. } => {
            FileError::NoServiceFile { folder, or: " or a bundle" }
        }
        other => other,
    }
}

fn read(
    path: &Path,
    choices: &ChoiceArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    if file::is_stdin(path) {
        stdin_is_data();
    }
    let text = file::read_text(path)?;
    match FileForm::of(&text) {
        FileForm::Bundle => {
            let bundle = Bundle::parse(&text.text)?;
            use_bundle(bundle, &text.name, choices, if_modified, report)
        }
        FileForm::ServiceFile => make((&text, path), choices, if_modified, report),
        FileForm::SavedPlan => {
            let name = text.name;
            let help = "pass it with `--plan`, together with its service file or bundle";
            Err(UsageError(format!("{name} is a saved plan\n  help: {help}")).into())
        }
    }
}

/// Makes a bundle of a service file, and names it.
fn make(
    (text, path): (&SourceText, &Path),
    choices: &ChoiceArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let versions = ImageVersions::of(choices)?;
    let request = choices::of_text(text, path, choices, versions.all.as_ref())?;
    let analysis = api::analyze(&request, false);
    let shown = match if_modified {
        // The command uses only the name and the environment of the service.
        IfModified::Warn => Severity::Error,
        IfModified::Fail | IfModified::FailUnlessAllowed | IfModified::Allow => Severity::Warning,
    };
    if rendered::manifests(&request, &analysis, shown, report)?.is_none() {
        bail!("{} has errors, nothing was changed", text.name);
    }
    // A later run cannot read a bundle from the history that is too large.
    let (mut bundle, _) = bundle_file::build(&request)?;
    let environment = &bundle.metadata.environment;
    report.note(format!("bundle of {} for {environment}: {}", text.name, bundle.digest));
    versions.set_modules(&mut bundle)?;
    Ok(bundle)
}

/// Checks a bundle file, and sets its image.
fn use_bundle(
    mut bundle: Bundle,
    name: &str,
    choices: &ChoiceArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    check_choices(&bundle, name, choices)?;
    bundle_file::check(&bundle, if_modified, report)?;
    if bundle.actual_digest() == bundle.digest && bundle.renderer == env!("CARGO_PKG_VERSION") {
        report_outdated(&bundle, Path::new(name), report);
    }
    let versions = ImageVersions::of(choices)?;
    versions.set_modules(&mut bundle)?;
    versions.set_others(&mut bundle, report);
    Ok(bundle)
}

/// Rejects options that cannot change a bundle, because it is already rendered.
fn check_choices(bundle: &Bundle, name: &str, choices: &ChoiceArgs) -> Result<(), UsageError> {
    let ChoiceArgs { env, values, allow_outside, environments, .. } = choices;
    let environment = &bundle.metadata.environment;
    if let Some(env) = env.as_ref().filter(|env| *env != environment) {
        let message = format!(
            "{name} is a bundle for the environment `{environment}`, but `--env` is `{env}`\n  \
             help: pass the service file instead of the bundle"
        );
        return Err(UsageError(message));
    }
    let given = [
        ("--values", values.is_some()),
        ("--allow-outside", *allow_outside),
        ("--env-file", !environments.env_file.is_empty()),
        ("--offline", environments.offline),
        ("--var", !environments.var.is_empty()),
        ("--profile", choices.profile.is_some()),
        ("--hardening", choices.hardening.is_some()),
        ("--exposure", choices.exposure.is_some()),
        ("--gateway", choices.gateway.is_some()),
        ("--kubernetes", choices.kubernetes.is_some()),
    ];
    if let Some((option, _)) = given.iter().find(|(_, is_given)| *is_given) {
        let message = format!(
            "`{option}` has no effect on {name}: a bundle is already rendered\n  \
             help: pass the service file instead of the bundle"
        );
        return Err(UsageError(message));
    }
    Ok(())
}

/// Warns if the service file of a bundle renders differently now.
fn report_outdated(bundle: &Bundle, path: &Path, report: &Report) {
    let Some((source, request)) = source_of(bundle, path) else { return };
    if !api::is_current(bundle, &request) {
        report.warning(format!(
            "{} is outdated: {} now renders different manifests\n  \
             help: pass the service file, or write the bundle again with `{}`",
            path.display(),
            source.display(),
            hint::optakit("bundle", &hint::quoted(&source.display().to_string()))
        ));
    }
}

/// Finds the service file of a bundle, beside it or in the working directory.
fn source_of(bundle: &Bundle, path: &Path) -> Option<(PathBuf, Request)> {
    let named = Path::new(&bundle.sources.service.name);
    let folder = path.parent().unwrap_or(Path::new(""));
    let names = [Some(named), named.file_name().map(Path::new)];
    let candidates = [folder, Path::new("")].into_iter().flat_map(|folder| {
        names.iter().flatten().map(|name| folder.join(name)).collect::<Vec<_>>()
    });
    for candidate in candidates.filter(|candidate| candidate.is_file()) {
        let Ok(text) = file::read_text(&candidate) else { continue };
        let rds_certificates = rds::of_any_region();
        // A comparison with the source does not need the network.
        let reading =
            Reading { outside: Outside::Allow, network: Network::Offline, ..Reading::default() };
        let request = Request { rds_certificates, ..request::of_text(&text, &candidate, &reading) };
        if request.service.layer_name() == Some(bundle.metadata.layer.as_str()) {
            return Some((candidate, request));
        }
    }
    None
}
