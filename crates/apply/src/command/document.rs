//! The output of commands that print one document.

use serde_json::Value;

use crate::cli::DocumentFormat;
use crate::report::Report;

/// Prints a document in a format.
pub(super) fn print(document: &Value, format: DocumentFormat, report: &Report) {
    let json = format!("{document:#}\n");
    match format {
        DocumentFormat::Json => report.json(&json),
        DocumentFormat::Yaml => report.yaml(&json),
    }
}
