//! Finds, reads and verifies bundle files.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use optakit_core::api::{self, NoBundle, Request, SourceText};
use optakit_core::bundle::{Bundle, BundleError, Difference};
use optakit_core::visible::visible_line;
use serde_json::Value;

use crate::report::Report;
use crate::{file, hint, rds};

/// Returns the only bundle in the working directory.
pub(crate) fn only_one() -> Option<PathBuf> {
    let names = file::names_in(Path::new(".")).ok()?;
    let mut bundles = names.iter().filter(|name| name.ends_with(ENDING));
    let first = bundles.next()?;
    bundles.next().is_none().then(|| PathBuf::from(first))
}

/// Builds the bundle of a request without errors. Returns it with the text of its file.
///
/// # Errors
///
/// Fails if the bundle is larger than any command accepts.
pub(crate) fn build(request: &Request) -> anyhow::Result<(Bundle, String)> {
    let too_large = |error: BundleError| {
        anyhow!("{error}\n  help: split the service file, or shorten its values")
    };
    let bundle = api::bundle(request).map_err(|reason| match reason {
        NoBundle::Invalid(_) => anyhow!("the bundle cannot be built"),
        NoBundle::TooLarge(error) => too_large(error),
    })?;
    let text = bundle.to_file().map_err(too_large)?;
    Ok((bundle, text))
}

/// The content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileForm {
    Bundle,
    SavedPlan,
    ServiceFile,
}

impl FileForm {
    /// Returns the kind of a file. For a broken file, its name decides.
    pub(crate) fn of(file: &SourceText) -> Self {
        if let Ok(Value::Object(map)) = serde_json::from_str(&file.text) {
            return match map.get("kind").and_then(Value::as_str) {
                Some("Plan") => Self::SavedPlan,
                None if SERVICE_KEYS.iter().any(|key| map.contains_key(*key)) => Self::ServiceFile,
                Some(_) | None => Self::Bundle,
            };
        }
        if file.name.ends_with(ENDING) || starts_like_a_bundle(&file.text) {
            Self::Bundle
        } else {
            Self::ServiceFile
        }
    }
}

/// The ending of the name of a bundle.
const ENDING: &str = ".bundle.json";
/// The keys of a service file.
const SERVICE_KEYS: [&str; 3] = ["name", "environments", "modules"];

/// Whether a text starts like a bundle that Optakit wrote, for example if it is cut off.
fn starts_like_a_bundle(text: &str) -> bool {
    let start: String = text.chars().filter(|c| !c.is_whitespace()).take(40).collect();
    start.starts_with("{\"apiVersion\":\"optakit.dev/")
}

/// Whether a bundle that was modified after it was built is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IfModified {
    /// Fail. The command has no option to accept it.
    Fail,
    /// Fail, and name the option `--allow-modified`.
    FailUnlessAllowed,
    /// Print a warning with the differences. The user passed `--allow-modified`.
    Allow,
    /// Print a warning with the differences. The command uses only the name of the service and its
    /// cluster.
    Warn,
}

impl IfModified {
    /// Returns what a command with the option `--allow-modified` does.
    pub(crate) const fn allowed(allow_modified: bool) -> Self {
        if allow_modified { Self::Allow } else { Self::FailUnlessAllowed }
    }
}

/// Reads a bundle without any check of its content.
///
/// # Errors
///
/// Fails if the file cannot be read or is not a bundle.
pub(crate) fn read_unchecked(path: &Path) -> anyhow::Result<Bundle> {
    let file = file::read_text(path)?;
    if FileForm::of(&file) == FileForm::ServiceFile {
        let make = hint::optakit("bundle", "");
        bail!("{} is not a bundle\n  help: make a bundle of it with `{make}`", file.name);
    }
    Ok(Bundle::parse(&file.text)?)
}

/// Checks a bundle that a command uses.
///
/// # Errors
///
/// Fails if the bundle has no objects, touches more than its layer, or was modified and
/// `if_modified` does not accept that.
pub(crate) fn check(
    bundle: &Bundle,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<()> {
    let again = hint::optakit("bundle", "");
    if let Err(error) = bundle.check_layer() {
        bail!("{error}\nnothing was changed\n  help: write the bundle again with `{again}`");
    }
    match (verify(bundle), if_modified) {
        (Ok(()), _) => {}
        (
            Err(error @ (BundleError::Modified { .. } | BundleError::OtherVersion { .. })),
            IfModified::Allow | IfModified::Warn,
        ) => report.warning(explain(&error)),
        (Err(error), IfModified::FailUnlessAllowed) => bail!(
            "{}\nnothing was changed\n  help: {}pass `--allow-modified` to apply it anyway",
            explain(&error),
            or_with_its_version(&error)
        ),
        (Err(error), IfModified::Fail | IfModified::Allow | IfModified::Warn) => bail!(
            "{}\nnothing was changed\n  help: write the bundle again with `{again}`",
            explain(&error)
        ),
    }
    if bundle.manifests.is_empty() {
        bail!("the bundle has no objects: its service file has no `k8s-service` module");
    }
    Ok(())
}

/// Checks a bundle against its digest and its sources.
///
/// # Errors
///
/// Fails like [`api::verify_bundle`].
pub(crate) fn verify(bundle: &Bundle) -> Result<(), BundleError> {
    api::verify_bundle(bundle, &rds::of_any_region())
}

/// Returns the first part of a help for a bundle of another version.
fn or_with_its_version(error: &BundleError) -> String {
    match error {
        BundleError::OtherVersion { renderer, .. } => format!(
            "check the differences; then apply it with optakit {}, or ",
            visible_line(renderer)
        ),
        _ => String::new(),
    }
}

/// Formats the error of a verification, with a diff of each object that differs.
pub(crate) fn explain(error: &BundleError) -> String {
    let mut text = error.to_string();
    let differences = match error {
        BundleError::Modified { stated, actual, differences } => {
            if stated != actual {
                let (stated, actual) = (visible_line(stated), visible_line(actual));
                text.push_str(&format!("\n  stated digest  {stated}\n  actual digest  {actual}"));
            }
            differences
        }
        BundleError::OtherVersion { differences, .. } => differences,
        _ => return text,
    };
    for Difference { object, expected, found } in differences {
        let diff = similar::TextDiff::from_lines(expected, found);
        let diff = diff
            .unified_diff()
            .context_radius(2)
            .header("rendered from its opta.yml", "in the bundle")
            .to_string();
        text.push_str(&format!("\n{}\n{}", visible_line(object), diff.trim_end()));
    }
    text
}
