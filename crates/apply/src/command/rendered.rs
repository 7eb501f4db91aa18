//! The manifests of a service file, after its diagnostics were printed.

use anyhow::bail;
use optakit_core::api::{Analysis, Manifest, Request, Severity};

use crate::report::Report;
use crate::{rds, request};

/// Prints the diagnostics. Returns the manifests, or `None` if there are errors.
///
/// # Errors
///
/// Fails if the choices do not fit the file.
pub(super) fn manifests<'a>(
    request: &Request,
    analysis: &'a Analysis,
    report: &Report,
) -> anyhow::Result<Option<&'a [Manifest]>> {
    // The diagnostics would be about an environment that the user did not choose.
    if let Some(refusal) = &analysis.refusal {
        bail!("{refusal}");
    }
    let shown: Vec<_> = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Hint)
        .cloned()
        .collect();
    if !shown.is_empty() {
        let shown = request::for_people(request, shown);
        let text = report.diagnostics(&shown, |name| request::text_of(request, name));
        report.styled_note(&text);
    }
    if analysis.has_errors() {
        return Ok(None);
    }
    if let Some(region) = analysis.rds_region.as_deref().filter(|region| !rds::is_known(region)) {
        report.warning(format!(
            "no RDS certificates are known for {region}: the pods get Amazon's public root \
             certificates, which may not work for its databases"
        ));
    }
    Ok(analysis.manifests.as_deref())
}
