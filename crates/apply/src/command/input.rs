//! The bundle that a command works on: a bundle file, or made of a service file on the way.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use optakit_core::api::{self, Request, Severity, SourceText};
use optakit_core::bundle::Bundle;
use optakit_core::model::image::{check_digest, check_tag};
use optakit_core::render::IMAGE_DIGEST;

use super::{choices, rendered};
use crate::bundle_file::{self, FileForm, IfModified};
use crate::cli::{ChoiceArgs, InputArgs, NamedInputArgs};
use crate::environment_file::Outside;
use crate::report::Report;
use crate::{file, rds, request};

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
            Some(bundle) => bundle,
            None => request::find(None)
                .map_err(|error| error.context("no bundle and no service file was found"))?,
        },
    };
    read(&path, &input.choices, if_modified, report)
}

/// Adds that a bundle is accepted too.
fn or_a_bundle(error: anyhow::Error) -> anyhow::Error {
    anyhow::anyhow!("{error} or a bundle")
}

fn read(
    path: &Path,
    choices: &ChoiceArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let text = file::read_text(path)?;
    match FileForm::of(&text) {
        FileForm::Bundle => {
            let bundle = Bundle::parse(&text.text)?;
            use_bundle(bundle, &text.name, choices, if_modified, report)
        }
        FileForm::ServiceFile => make((&text, path), choices, if_modified, report),
        FileForm::SavedPlan => bail!(
            "{} is a saved plan\n  help: pass it with `--plan`, beside its service file or bundle",
            text.name
        ),
    }
}

/// Makes a bundle of a service file, and names it.
fn make(
    (text, path): (&SourceText, &Path),
    choices: &ChoiceArgs,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let request = choices::of_text(text, path, choices)?;
    let analysis = api::analyze(&request, false);
    let shown = match if_modified {
        // The command uses only the name and the environment of the service.
        IfModified::Warn => Severity::Error,
        IfModified::Fail | IfModified::FailUnlessAllowed | IfModified::Allow => Severity::Warning,
    };
    if rendered::manifests(&request, &analysis, shown, report)?.is_none() {
        bail!("{} has errors, nothing was changed", text.name);
    }
    let bundle = api::bundle(&request).ok().context("the bundle cannot be built")?;
    let environment = &bundle.metadata.environment;
    report.note(format!("bundle of {} for {environment}: {}", text.name, bundle.digest));
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
    set_image(&mut bundle, choices, report)?;
    Ok(bundle)
}

/// Rejects options that cannot change a bundle, because it is rendered already.
fn check_choices(bundle: &Bundle, name: &str, choices: &ChoiceArgs) -> anyhow::Result<()> {
    let ChoiceArgs { env, values, allow_outside, image_tag: _, image_digest: _, .. } = choices;
    let environment = &bundle.metadata.environment;
    if let Some(env) = env.as_ref().filter(|env| *env != environment) {
        bail!(
            "{name} is a bundle for the environment `{environment}`, but `--env` is `{env}`\n  \
             help: pass the service file instead of the bundle"
        );
    }
    let given = [
        ("--values", values.is_some()),
        ("--allow-outside", *allow_outside),
        ("--profile", choices.profile.is_some()),
        ("--hardening", choices.hardening.is_some()),
        ("--exposure", choices.exposure.is_some()),
        ("--gateway", choices.gateway.is_some()),
        ("--kubernetes", choices.kubernetes.is_some()),
    ];
    if let Some((option, _)) = given.iter().find(|(_, is_given)| *is_given) {
        bail!(
            "`{option}` has no effect on {name}: a bundle is rendered already\n  \
             help: pass the service file instead of the bundle"
        );
    }
    Ok(())
}

/// Sets the tag or digest of the AUTO images.
fn set_image(bundle: &mut Bundle, choices: &ChoiceArgs, report: &Report) -> anyhow::Result<()> {
    let holes = bundle.image_holes();
    let option = match (&choices.image_digest, &choices.image_tag) {
        (Some(digest), _) => {
            check_digest(digest).map_err(|fault| anyhow::anyhow!(fault))?;
            bundle.fill(IMAGE_DIGEST, digest);
            "--image-digest"
        }
        (None, Some(tag)) => {
            check_tag(tag).map_err(|fault| anyhow::anyhow!(fault))?;
            for hole in &holes {
                bundle.set_image(hole, &format!("{}:{tag}", hole.repository));
                bundle.set_version(&hole.module, tag);
            }
            "--image-tag"
        }
        (None, None) => return Ok(()),
    };
    if holes.is_empty() {
        report.warning(format!(
            "`{option}` has no effect: no AUTO image in the bundle needs a tag or digest"
        ));
    }
    Ok(())
}

/// Warns if the service file of a bundle renders differently now.
fn report_outdated(bundle: &Bundle, path: &Path, report: &Report) {
    let Some((source, request)) = source_of(bundle, path) else { return };
    if !api::is_current(bundle, &request) {
        report.warning(format!(
            "{} is outdated: {} renders differently now\n  \
             help: pass the service file, or write the bundle again with `optakit bundle`",
            path.display(),
            source.display()
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
        let request =
            Request { rds_certificates, ..request::of_text(&text, &candidate, Outside::Allow) };
        if request.service.layer_name() == Some(bundle.metadata.layer.as_str()) {
            return Some((candidate, request));
        }
    }
    None
}
