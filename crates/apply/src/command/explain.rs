//! `optakit explain` and `optakit schema`.

use anyhow::anyhow;
use optakit_core::bundle::Bundle;
use optakit_core::{reference, schema as json_schema};
use serde_json::json;

use super::document;
use crate::cli::{ExplainArgs, ResultFormat, SchemaArgs, SchemaName};
use crate::outcome::Outcome;
use crate::report::Report;

/// Prints the documentation of a topic, a field or a rule, or the list of topics.
///
/// # Errors
///
/// Fails if there is no topic, field or rule with this name.
pub(crate) fn run(arguments: &ExplainArgs, report: &Report) -> anyhow::Result<Outcome> {
    let text = match &arguments.name {
        Some(name) => reference::explain(name).map_err(|fault| anyhow!(fault))?,
        None => reference::topics(),
    };
    let json = || format!("{:#}\n", json!({ "name": arguments.name, "text": text }));
    match arguments.output {
        ResultFormat::Text => report.result(&text),
        ResultFormat::Json => report.json(&json()),
        ResultFormat::Yaml => report.yaml(&json()),
    }
    Ok(Outcome::Succeeded)
}

/// Prints the JSON Schema of opta.yml or of the bundle.
pub(crate) fn schema(arguments: &SchemaArgs, report: &Report) -> Outcome {
    let schema = match arguments.name {
        SchemaName::Service => json_schema::schema(),
        SchemaName::Bundle => Bundle::schema(),
    };
    document::print(&schema, arguments.output, report);
    Outcome::Succeeded
}
