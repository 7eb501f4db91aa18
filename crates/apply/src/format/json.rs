//! The JSON of `--format json`.

use optakit_core::api::Severity;
use optakit_core::rule::rule_url;
use serde::Serialize;
use serde_json::json;

use crate::environment_diagnostic::EnvironmentDiagnostic;

/// Formats diagnostics as one JSON array.
pub(crate) fn json<'a>(diagnostics: impl Iterator<Item = &'a EnvironmentDiagnostic>) -> String {
    let rows: Vec<Row<'_>> = diagnostics.map(row).collect();
    format!("{:#}\n", json!(rows))
}

#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    severity: Severity,
    rule: &'a str,
    /// The page that documents the rule.
    docs: String,
    path: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    fixes: Vec<FixRow<'a>>,
    /// The environments in which the problem occurs.
    environments: &'a [String],
}

#[derive(Serialize)]
struct FixRow<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditRow<'a>>,
}

#[derive(Serialize)]
struct EditRow<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'a str,
}

fn row(found: &EnvironmentDiagnostic) -> Row<'_> {
    let diagnostic = &found.diagnostic;
    let place = diagnostic.place;
    let fixes = diagnostic.fixes.iter().map(|fix| FixRow {
        title: &fix.title,
        safe: fix.safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| EditRow {
                line: edit.place.line,
                column: edit.place.column,
                end_line: edit.place.end_line,
                end_column: edit.place.end_column,
                text: &edit.text,
            })
            .collect(),
    });
    Row {
        file: &diagnostic.file,
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
        severity: diagnostic.severity,
        rule: diagnostic.rule,
        docs: rule_url(diagnostic.rule),
        path: &diagnostic.path,
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        fixes: fixes.collect(),
        environments: &found.environments,
    }
}
