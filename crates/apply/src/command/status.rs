//! `optakit status`.

use super::connect::with_service;
use super::service_status::LayerStatus;
use super::status_output::{json, text};
use crate::cli::{ResultFormat, StatusArgs};
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
            ResultFormat::Text => report.result(&text(&session, &status)),
            ResultFormat::Json => report.json(&json(&session, &status)),
            ResultFormat::Yaml => report.yaml(&json(&session, &status)),
        }
        for warning in &status.warnings {
            report.warning(warning);
        }
        Ok(if status.is_ready() { Outcome::Succeeded } else { Outcome::Failed })
    })
}
