//! `optakit render`.

use std::path::Path;

use anyhow::bail;
use optakit_core::api::{self, FileFormat, Manifest, Severity, SourceText};
use optakit_core::render::LINK_SECRET;

use super::{choices, rendered};
use crate::cli::{ManifestFormat, RenderArgs};
use crate::file;
use crate::outcome::{Outcome, UsageError};
use crate::output_file::{self, Privacy};
use crate::report::Report;

/// Prints the manifests of a service file, or writes them to a folder.
///
/// # Errors
///
/// Fails if a file cannot be read or written, or the choices do not fit the service file.
pub(crate) fn run(arguments: &RenderArgs, report: &Report) -> anyhow::Result<Outcome> {
    let request = choices::request(&arguments.source, report)?;
    let analysis = api::analyze(&request, arguments.include_secrets);
    let Some(manifests) = rendered::manifests(&request, &analysis, Severity::Warning, report)?
    else {
        return Ok(Outcome::Failed);
    };
    let missing = &analysis.manifest_inputs;
    if !missing.is_empty() {
        bail!(
            "missing values: {}\n  help: add them to a values file, and pass it with `--values`",
            missing.join(", ")
        );
    }
    check_secret(&analysis.missing_link_values, arguments.partial, report)?;
    match (&arguments.output_dir, arguments.output) {
        (Some(folder), output) => {
            let privacy = if arguments.include_secrets { Privacy::Secret } else { Privacy::Public };
            write_files(folder, &files(manifests, output), privacy, report)?;
        }
        (None, ManifestFormat::Kustomize) => {
            let problem =
                "a Kustomize base has several files\n  help: pass a folder with `--output-dir DIR`";
            return Err(UsageError(problem.to_owned()).into());
        }
        (None, ManifestFormat::Yaml) => report.document(&analysis.yaml().unwrap_or_default()),
        (None, ManifestFormat::Json) => {
            let items: Vec<_> = manifests.iter().map(Manifest::to_value).collect();
            let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": items });
            report.json(&format!("{}\n", serde_json::to_string_pretty(&list)?));
        }
    }
    for module in &analysis.without_image {
        report.note(format!(
            "{module}: no image given: Deployment, autoscaler and disruption budget are not \
             rendered; pass `--image-tag` or `--image-digest`"
        ));
    }
    if !arguments.include_secrets
        && analysis.secrets.iter().any(|secret| secret.name == LINK_SECRET)
    {
        report.note(
            "database credentials are not rendered: the Secret `secret` must already exist; pass \
             `--include-secrets` to render it",
        );
    }
    Ok(Outcome::Succeeded)
}

/// Checks that each key of the Secret `secret` has a value. Otherwise `kubectl apply` would delete
/// the keys that are left out.
///
/// # Errors
///
/// Fails if a value is missing, unless the user accepts that.
fn check_secret(missing: &[String], partial: bool, report: &Report) -> anyhow::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(", ");
    if partial {
        report.warning(format!("the Secret `{LINK_SECRET}` is rendered without {list}"));
        return Ok(());
    }
    bail!(
        "missing values for the Secret `{LINK_SECRET}`: {list}\n  \
         help: add them to a values file, and pass it with `--values`; `--partial` leaves them out"
    )
}

fn files(manifests: &[Manifest], format: ManifestFormat) -> Vec<SourceText> {
    match format {
        ManifestFormat::Yaml => api::files(manifests, FileFormat::Yaml),
        ManifestFormat::Json => api::files(manifests, FileFormat::Json),
        ManifestFormat::Kustomize => api::kustomize(manifests),
    }
}

/// Writes the files. Reports manifests of earlier runs, because `kubectl apply -f DIR` would apply
/// them too.
fn write_files(
    folder: &Path,
    files: &[SourceText],
    privacy: Privacy,
    report: &Report,
) -> anyhow::Result<()> {
    output_file::write_all(folder, files, privacy)?;
    for file in files {
        report.result(&format!("{}\n", folder.join(&file.name).display()));
    }
    let is_manifest = |name: &String| {
        [".yaml", ".yml", ".json"].iter().any(|extension| name.ends_with(extension))
    };
    let others: Vec<String> = file::names_in(folder)?
        .into_iter()
        .filter(|name| is_manifest(name) && !files.iter().any(|file| file.name == *name))
        .collect();
    if !others.is_empty() {
        report.note(format!(
            "{} also contains {}, which this run did not write",
            folder.display(),
            others.join(", ")
        ));
    }
    Ok(())
}
