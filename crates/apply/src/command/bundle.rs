//! `optakit bundle`, `bundle inspect`, `bundle verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use optakit_core::api;
use optakit_core::bundle::{Bundle, BundleError};

use super::render::shown;
use crate::cli::{Bundle as Arguments, BundleCommand};
use crate::report::Report;
use crate::{input, rds};

/// Writes, inspects or verifies a bundle.
///
/// # Errors
///
/// When a file cannot be read or written.
pub(crate) fn run(arguments: &Arguments, report: &Report) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        None => write(arguments, report),
        Some(BundleCommand::Inspect(file)) => {
            let bundle = Bundle::parse(&input::read_text(&file.bundle)?.text)?;
            report.result(&inspect(&bundle));
            Ok(ExitCode::SUCCESS)
        }
        Some(BundleCommand::Verify(file)) => {
            let bundle = Bundle::parse(&input::read_text(&file.bundle)?.text)?;
            match verify(&bundle) {
                Ok(()) => {
                    report.result(&format!("{} is as it was made\n", bundle.digest));
                    Ok(ExitCode::SUCCESS)
                }
                Err(error) => {
                    report.warning(refusal(&error));
                    Ok(ExitCode::from(1))
                }
            }
        }
    }
}

/// Checks a bundle against its digest and its sources.
///
/// # Errors
///
/// As [`Bundle::verify`].
pub(crate) fn verify(bundle: &Bundle) -> Result<(), BundleError> {
    api::verify_bundle(bundle, &rds::of_any_region())
}

/// Why a bundle is refused, with the differences as a diff.
pub(crate) fn refusal(error: &BundleError) -> String {
    let mut text = error.to_string();
    if let BundleError::Modified { stated, actual, differences } = error {
        if stated != actual {
            text.push_str(&format!("\n  it says {stated}\n  it is   {actual}"));
        }
        for difference in differences {
            let diff = similar::TextDiff::from_lines(&difference.expected, &difference.found);
            let diff = diff
                .unified_diff()
                .context_radius(2)
                .header("what its opta.yml gives", "what the bundle holds")
                .to_string();
            text.push_str(&format!("\n{}\n{}", difference.object, diff.trim_end()));
        }
    }
    text
}

fn write(arguments: &Arguments, report: &Report) -> anyhow::Result<ExitCode> {
    let request = input::render_request(&arguments.source)?;
    let analysis = api::analyze(&request, false);
    if shown(&request, &analysis, report)?.is_none() {
        return Ok(ExitCode::from(1));
    }
    let bundle = api::bundle(&request).ok().context("the bundle cannot be made")?;
    if arguments.output == Path::new("-") {
        report.result(&bundle.to_text());
        return Ok(ExitCode::SUCCESS);
    }
    let path = match &arguments.output {
        here if here == Path::new(".") => PathBuf::from(bundle.file_name()),
        folder if folder.is_dir() => folder.join(bundle.file_name()),
        file => file.clone(),
    };
    input::write_file(&path, &bundle.to_text())?;
    report.note(format!("wrote {} ({})", path.display(), bundle.digest));
    let missing: Vec<&str> = bundle.holes.iter().map(|hole| hole.input.as_str()).collect();
    if !missing.is_empty() {
        report.note(format!("to be filled in when it is applied: {}", missing.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}

fn inspect(bundle: &Bundle) -> String {
    let mut lines = vec![
        format!("layer        {}", bundle.metadata.layer),
        format!("environment  {}", bundle.metadata.environment),
        format!("cluster      {}", bundle.target.cluster),
        format!("region       {}", bundle.target.region.as_deref().unwrap_or("not known")),
        format!("account      {}", bundle.target.account_id.as_deref().unwrap_or("not known")),
        format!("profile      {}", bundle.choices.profile.as_deref().unwrap_or("default")),
        format!("hardening    {}", bundle.choices.hardening.as_deref().unwrap_or("baseline")),
        format!("exposure     {}", bundle.choices.exposure.as_deref().unwrap_or("nginx")),
        format!(
            "kubernetes   {}",
            bundle.choices.kubernetes.as_deref().unwrap_or("newest known to the renderer")
        ),
        format!("renderer     optakit {}", bundle.renderer),
        format!("digest       {}", bundle.digest),
        "objects".to_owned(),
    ];
    let text = |value: &serde_json::Value, pointer: &str| {
        value.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or("?").to_owned()
    };
    lines.extend(bundle.manifests.iter().map(|manifest| {
        format!("  {} {}", text(manifest, "/kind"), text(manifest, "/metadata/name"))
    }));
    if !bundle.aws.is_empty() {
        lines.push("aws".to_owned());
        lines.extend(
            bundle.aws.iter().map(|document| {
                format!("  {} {}", document.kind, text(&document.resource, "/name"))
            }),
        );
    }
    if !bundle.secrets.is_empty() {
        lines.push("secrets that must exist".to_owned());
        lines.extend(
            bundle
                .secrets
                .iter()
                .map(|secret| format!("  {}: {}", secret.name, secret.keys.join(", "))),
        );
    }
    if !bundle.holes.is_empty() {
        lines.push("to be filled in".to_owned());
        lines.extend(bundle.holes.iter().map(|hole| format!("  {}", hole.input)));
    }
    lines.join("\n") + "\n"
}
