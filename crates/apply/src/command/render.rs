//! `optakit render`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use optakit_core::api::{self, Analysis, FileFormat, Request, SourceText};

use crate::cli::{Output, Render};
use crate::input;
use crate::report::Report;

/// Prints the manifests.
///
/// # Errors
///
/// When a file cannot be read or the choices do not fit it.
pub(crate) fn run(arguments: &Render, report: &Report) -> anyhow::Result<ExitCode> {
    let request = input::render_request(&arguments.source)?;
    let analysis = api::analyze(&request, arguments.include_secrets);
    let Some(manifests) = shown(&request, &analysis, report)? else { return Ok(ExitCode::from(1)) };
    let unknown = &analysis.manifest_inputs;
    if !unknown.is_empty() {
        bail!(
            "not known: {}; give {} in a values file with `--values`",
            unknown.join(", "),
            if unknown.len() == 1 { "it" } else { "them" }
        );
    }
    match (&arguments.output_dir, arguments.output) {
        (Some(folder), output) => write_files(folder, &files(manifests, output), report)?,
        (None, Output::Kustomize) => {
            bail!("a base of kustomize is several files: say where with `--output-dir DIR`")
        }
        (None, Output::Yaml) => report.result(&analysis.yaml().unwrap_or_default()),
        (None, Output::Json) => {
            let items: Vec<_> = manifests.iter().map(api::Manifest::to_value).collect();
            let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": items });
            report.result(&format!("{}\n", serde_json::to_string_pretty(&list)?));
        }
    }
    for module in &analysis.without_image {
        report.note(format!("{module}: no image tag or digest is given, so the Deployment and what needs its pods are left out (`--image-tag`, `--image-digest`)"));
    }
    if !arguments.include_secrets && analysis.secrets.iter().any(|secret| secret.name == "secret") {
        report.note("the Secret `secret` of link values is left out (`--include-secrets`)");
    }
    Ok(ExitCode::SUCCESS)
}

fn files(manifests: &[api::Manifest], output: Output) -> Vec<SourceText> {
    match output {
        Output::Yaml => api::files(manifests, FileFormat::Yaml),
        Output::Json => api::files(manifests, FileFormat::Json),
        Output::Kustomize => api::kustomize(manifests),
    }
}

/// Writes the files, and tells of those that an earlier run left there: `kubectl apply -f DIR`
/// would take them too.
fn write_files(folder: &Path, files: &[SourceText], report: &Report) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    input::write_files(folder, files)?;
    for file in files {
        report.result(&format!("{}\n", folder.join(&file.name).display()));
    }
    let left = input::names_in(folder)?;
    let manifest = |name: &String| {
        name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json")
    };
    let left: Vec<String> = left
        .into_iter()
        .filter(|name| manifest(name) && !files.iter().any(|file| file.name == *name))
        .collect();
    if !left.is_empty() {
        report.note(format!(
            "{} also holds {}, which this run did not write",
            folder.display(),
            left.join(", ")
        ));
    }
    Ok(())
}

/// The manifests, after the diagnostics were shown; none when there are errors.
///
/// # Errors
///
/// When the choices do not fit the file.
pub(crate) fn shown<'a>(
    request: &Request,
    analysis: &'a Analysis,
    report: &Report,
) -> anyhow::Result<Option<&'a [api::Manifest]>> {
    // Without the right environment the diagnostics would be about something nobody asked for.
    if let Some(refusal) = &analysis.refusal {
        bail!("{refusal}");
    }
    let shown = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != "hint")
        .cloned()
        .collect::<Vec<_>>();
    if !shown.is_empty() {
        let shown = input::from_here(request, shown);
        report.note(report.diagnostics(&shown, |name| input::text_of(request, name)).trim_end());
    }
    if analysis.has_errors() {
        return Ok(None);
    }
    input::warn_of_certificates(analysis.rds_region.as_deref(), report);
    Ok(analysis.manifests.as_deref())
}
