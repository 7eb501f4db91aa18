//! `optakit bundle`, `optakit bundle inspect` and `optakit bundle verify`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use optakit_core::api::{self, Severity};
use optakit_core::aws::iam::ISSUER;
use optakit_core::bundle::{Bundle, BundleError};
use optakit_core::render::IMAGE_DIGEST;
use serde_json::json;

use super::{choices, inspect, rendered};
use crate::bundle_file;
use crate::cli::{BundleArgs, BundleCommand, ResultFormat, VerifyArgs, is_format};
use crate::hint;
use crate::outcome::{Outcome, UsageError};
use crate::output_file::{self, Privacy};
use crate::report::Report;

/// Writes, inspects or verifies a bundle.
///
/// # Errors
///
/// Fails if a file cannot be read or written.
pub(crate) fn run(arguments: &BundleArgs, report: &Report) -> anyhow::Result<Outcome> {
    match &arguments.command {
        None => write(arguments, report),
        Some(BundleCommand::Inspect(arguments)) => {
            let bundle = bundle_file::read_unchecked(&arguments.file.bundle)?;
            inspect::print(&bundle, arguments.output, report);
            Ok(report_fault(bundle.check_layer(), report))
        }
        Some(BundleCommand::Verify(VerifyArgs { file, output })) => {
            let bundle = bundle_file::read_unchecked(&file.bundle)?;
            let checked = bundle.check_layer().and_then(|()| bundle_file::verify(&bundle));
            let json = || {
                let result = json!({ "digest": bundle.digest, "unmodified": checked.is_ok() });
                format!("{result:#}\n")
            };
            match output {
                ResultFormat::Text if checked.is_ok() => {
                    report.result(&format!("{} is unmodified\n", bundle.digest));
                }
                ResultFormat::Text => {}
                ResultFormat::Json => report.json(&json()),
                ResultFormat::Yaml => report.yaml(&json()),
            }
            Ok(report_fault(checked, report))
        }
    }
}

/// Reports why a bundle is rejected. Returns the exit code.
fn report_fault(checked: Result<(), BundleError>, report: &Report) -> Outcome {
    let Err(error) = checked else { return Outcome::Succeeded };
    report.error(&anyhow!(bundle_file::explain(&error)));
    Outcome::Failed
}

/// Rejects the name of a format, which `-o` of other commands takes.
fn check_output(path: &Path) -> Result<(), UsageError> {
    let is_name = |name: &&str| is_format(&name.to_ascii_lowercase());
    let Some(format) = path.to_str().filter(is_name) else { return Ok(()) };
    Err(UsageError(format!(
        "`{format}` is a format, but `--output` of `optakit bundle` is the file to write; a \
         bundle is always JSON\n  \
         help: print it with `-o -`, or write a file named {format} with `-o ./{format}`"
    )))
}

fn write(arguments: &BundleArgs, report: &Report) -> anyhow::Result<Outcome> {
    check_output(&arguments.output)?;
    let request = choices::request(&arguments.source, report)?;
    if !rendered::print_diagnostics(&request, &api::check(&request), Severity::Warning, report)? {
        return Ok(Outcome::Failed);
    }
    let (bundle, text) = bundle_file::build(&request)?;
    if arguments.output == Path::new("-") {
        report.json(&text);
        return Ok(Outcome::Succeeded);
    }
    let path = match &arguments.output {
        here if here == Path::new(".") => PathBuf::from(bundle.file_name()),
        folder if folder.is_dir() => folder.join(bundle.file_name()),
        file => file.clone(),
    };
    if path == arguments.output {
        output_file::write(&path, &text, Privacy::Public)?;
    } else {
        output_file::write_named(&path, &text, Privacy::Public)?;
    }
    report.note(format!("wrote {} ({})", path.display(), bundle.digest));
    report_missing(&bundle, report);
    Ok(Outcome::Succeeded)
}

/// Reports the values that the bundle does not contain yet.
fn report_missing(bundle: &Bundle, report: &Report) {
    let (mut from_aws, mut unknown) = (Vec::new(), Vec::new());
    for hole in &bundle.holes {
        match hole.input.as_str() {
            IMAGE_DIGEST => report.note(
                "no image given: `optakit apply` keeps the image that runs, unless you pass \
                 `--image-digest` or `--image-tag`",
            ),
            input @ (inspect::ACCOUNT | ISSUER) => from_aws.push(input),
            input => unknown.push(input),
        }
    }
    if !from_aws.is_empty() {
        report
            .note(format!("`optakit apply` reads these values from AWS: {}", from_aws.join(", ")));
    }
    if !unknown.is_empty() {
        report.note(format!(
            "missing values: {}; write the bundle again with `{}`",
            unknown.join(", "),
            hint::optakit("bundle", "--values FILE")
        ));
    }
}
