//! The diagnostics of a service file, and its manifests after these were printed.

use anyhow::bail;
use optakit_core::api::{Analysis, Manifest, Request, ServiceFile, Severity};

use crate::outcome::CouldNotStart;
use crate::report::Report;
use crate::{rds, request};

/// Prints the diagnostics, from severity `least`. Returns the manifests, or `None` if there are
/// errors.
///
/// # Errors
///
/// Fails if the choices do not fit the file, or if it has no service.
pub(super) fn manifests<'a>(
    request: &Request,
    analysis: &'a Analysis,
    least: Severity,
    report: &Report,
) -> anyhow::Result<Option<&'a [Manifest]>> {
    let is_valid = print_diagnostics(request, analysis, least, report)?;
    Ok(analysis.manifests.as_deref().filter(|_| is_valid))
}

/// Prints the diagnostics, from severity `least`. Returns whether there are no errors.
///
/// # Errors
///
/// Fails if the choices do not fit the file, or if it has no service.
pub(super) fn print_diagnostics(
    request: &Request,
    analysis: &Analysis,
    least: Severity,
    report: &Report,
) -> anyhow::Result<bool> {
    if !analysis.has_errors() {
        check_has_services(&request.service)?;
    }
    // The diagnostics would be about an environment that the user did not choose.
    if let Some(refusal) = &analysis.refusal {
        return Err(CouldNotStart(refusal.to_string()).into());
    }
    let is_shown = |severity: Severity| match least {
        Severity::Error => severity == Severity::Error,
        Severity::Warning => severity != Severity::Hint,
        Severity::Hint => true,
    };
    let shown: Vec<_> = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| is_shown(diagnostic.severity))
        .cloned()
        .collect();
    if !shown.is_empty() {
        let shown = request::for_people(request, shown);
        let text = report.diagnostics(&shown, |name| request::text_of(request, name));
        report.styled_note(&text);
    }
    if analysis.has_errors() {
        return Ok(false);
    }
    if let Some(region) = analysis.rds_region.as_deref().filter(|region| !rds::is_known(region)) {
        report.warning(format!(
            "no RDS certificates are known for {region}: the pods get Amazon's public root \
             certificates, which may not work for its databases"
        ));
    }
    Ok(true)
}

/// Checks that a file has a service, so that there is something to render.
///
/// # Errors
///
/// Fails with what the file is instead.
pub(super) fn check_has_services(file: &ServiceFile) -> anyhow::Result<()> {
    match without_services(file) {
        Some(reason) => bail!(reason),
        None => Ok(()),
    }
}

/// Returns what to say about a file without a service; none if it has one.
pub(super) fn without_services(file: &ServiceFile) -> Option<String> {
    let name = file.name();
    if file.has_services() {
        None
    } else if file.is_environment_file() {
        Some(format!(
            "{name} is an environment file, expected a service file\n  \
             help: pass the file that has {name} in its `environments`"
        ))
    } else {
        Some(format!(
            "{name} has no `k8s-service` module, so there is nothing to render\n  \
             help: pass a service file, or add a module of the type `k8s-service`"
        ))
    }
}
