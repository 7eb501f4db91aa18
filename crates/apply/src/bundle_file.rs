//! Finds, reads and verifies bundle files.

use std::path::{Path, PathBuf};

use anyhow::bail;
use optakit_core::api;
use optakit_core::bundle::{Bundle, BundleError};
use optakit_core::render::IMAGE_DIGEST;

use crate::report::Report;
use crate::{file, rds};

/// Returns the path of a bundle: the one given, or the only one in the working directory.
///
/// # Errors
///
/// Fails if no path is given and the working directory has no bundle or several.
pub(crate) fn find(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let names = file::names_in(Path::new("."))?;
    let bundles: Vec<&String> =
        names.iter().filter(|name| name.ends_with(".bundle.json")).collect();
    match bundles.as_slice() {
        [only] => Ok(PathBuf::from(only)),
        [] => bail!("no bundle found in this folder\n  help: name one with `--bundle FILE`"),
        several => {
            bail!(
                "found {} bundles in this folder\n  help: name one with `--bundle FILE`",
                several.len()
            )
        }
    }
}

/// What to do with a bundle that was modified after it was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IfModified {
    /// Fail. The command has no option to accept it.
    Fail,
    /// Fail, and name the option `--allow-modified`.
    FailUnlessAllowed,
    /// Print a warning with the differences.
    Warn,
}

impl IfModified {
    /// Returns what a command with the option `--allow-modified` does.
    pub(crate) const fn allowed(allow_modified: bool) -> Self {
        if allow_modified { Self::Warn } else { Self::FailUnlessAllowed }
    }
}

/// Reads a bundle without any check of its content.
///
/// # Errors
///
/// Fails if the file cannot be read or is not a bundle.
pub(crate) fn read_unchecked(path: &Path) -> anyhow::Result<Bundle> {
    Ok(Bundle::parse(&file::read_text(path)?.text)?)
}

/// Reads a bundle to use it. Fills in the digest of the AUTO image if one is given.
///
/// # Errors
///
/// Fails if the bundle cannot be read, has no objects, touches more than its layer, or was
/// modified and `if_modified` does not accept that.
pub(crate) fn read(
    path: &Path,
    image_digest: Option<&str>,
    if_modified: IfModified,
    report: &Report,
) -> anyhow::Result<Bundle> {
    let mut bundle = read_unchecked(path)?;
    if let Err(error) = bundle.check_layer() {
        bail!("{error}\nnothing was changed\n  help: write the bundle again with `optakit bundle`");
    }
    match (verify(&bundle), if_modified) {
        (Ok(()), _) => {}
        (Err(error @ BundleError::Modified { .. }), IfModified::Warn) => {
            report.warning(explain(&error));
        }
        (Err(error), IfModified::FailUnlessAllowed) => bail!(
            "{}\nnothing was changed\n  help: pass `--allow-modified` to apply it anyway",
            explain(&error)
        ),
        (Err(error), IfModified::Fail | IfModified::Warn) => bail!(
            "{}\nnothing was changed\n  help: write the bundle again with `optakit bundle`",
            explain(&error)
        ),
    }
    if bundle.renderer != env!("CARGO_PKG_VERSION") {
        report.note(format!(
            "the bundle was rendered by optakit {}; it is applied unchanged",
            bundle.renderer
        ));
    }
    if bundle.manifests.is_empty() {
        bail!("the bundle has no objects: its service file has no `k8s-service` module");
    }
    if let Some(digest) = image_digest {
        optakit_core::model::image::check_digest(digest).map_err(|fault| anyhow::anyhow!(fault))?;
        if !bundle.fill(IMAGE_DIGEST, digest) {
            report.warning(
                "`--image-digest` has no effect: no AUTO image in the bundle needs a digest",
            );
        }
    }
    Ok(bundle)
}

/// Checks a bundle against its digest and its sources.
///
/// # Errors
///
/// Fails like [`api::verify_bundle`].
pub(crate) fn verify(bundle: &Bundle) -> Result<(), BundleError> {
    api::verify_bundle(bundle, &rds::of_any_region())
}

/// Formats the error of a verification, with a diff of each object that differs.
pub(crate) fn explain(error: &BundleError) -> String {
    let mut text = error.to_string();
    if let BundleError::Modified { stated, actual, differences } = error {
        if stated != actual {
            text.push_str(&format!("\n  stated digest  {stated}\n  actual digest  {actual}"));
        }
        for difference in differences {
            let diff = similar::TextDiff::from_lines(&difference.expected, &difference.found);
            let diff = diff
                .unified_diff()
                .context_radius(2)
                .header("rendered from its opta.yml", "in the bundle")
                .to_string();
            text.push_str(&format!("\n{}\n{}", difference.object, diff.trim_end()));
        }
    }
    text
}
