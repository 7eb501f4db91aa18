//! `optakit status`.

use super::connect::with_service;
use super::service_status::LayerStatus;
use super::status_output::{json, names, text, wide};
use crate::cli::{ListFormat, StatusArgs};
use crate::outcome::Outcome;
use crate::report::Report;
use crate::session::{Access, AwsUse};

/// Prints pods, images and the current revision. Exit code 1 unless all pods are of the newest
/// revision and ready.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the namespace does not exist.
pub(crate) fn run(arguments: &StatusArgs, report: &Report) -> anyhow::Result<Outcome> {
    with_service(&arguments.service, AwsUse::Read, Access::Read, report, async |session| {
        let status = LayerStatus::read(&session).await?;
        match arguments.output {
            ListFormat::Text => report.result(&text(&session, &status)),
            ListFormat::Wide => report.result(&wide(&session, &status)),
            ListFormat::Json => report.json(&json(&session, &status)),
            ListFormat::Yaml => report.yaml(&json(&session, &status)),
            ListFormat::Name => report.result(&names(&status)),
        }
        for warning in &status.warnings {
            report.warning(warning);
        }
        Ok(if status.is_ready() { Outcome::Succeeded } else { Outcome::Failed })
    })
}
