//! `optakit render`.

use std::process::ExitCode;

use anyhow::bail;
use optakit_core::api::{self, Analysis, Request};

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
    let used: Vec<&String> = analysis
        .inputs
        .iter()
        .filter(|input| manifests.iter().any(|manifest| manifest.yaml.contains(&format!("{{{input}}}"))))
        .collect();
    if !used.is_empty() {
        let names: Vec<&str> = used.iter().map(|input| input.as_str()).collect();
        bail!(
            "not known: {}; give {} in a values file with `--values`",
            names.join(", "),
            if names.len() == 1 { "it" } else { "them" }
        );
    }
    match arguments.output {
        Output::Yaml => report.result(&analysis.yaml().unwrap_or_default()),
        Output::Json => {
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

/// The manifests, after the findings were shown; none when there are errors.
///
/// # Errors
///
/// When the choices do not fit the file.
pub(crate) fn shown<'a>(
    request: &Request,
    analysis: &'a Analysis,
    report: &Report,
) -> anyhow::Result<Option<&'a [api::Manifest]>> {
    // Without the right environment the findings would be about something nobody asked for.
    if let Some(refusal) = &analysis.refusal {
        bail!("{refusal}");
    }
    let shown = analysis.diagnostics.iter().filter(|finding| finding.severity != "hint").cloned().collect::<Vec<_>>();
    if !shown.is_empty() {
        let shown = input::from_here(request, shown);
        report.note(report.findings(&shown, |name| input::text_of(request, name)).trim_end());
    }
    if analysis.has_errors() {
        return Ok(None);
    }
    Ok(analysis.manifests.as_deref())
}
