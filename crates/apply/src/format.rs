//! Diagnostics for other programs: the project's own JSON, SARIF 2.1.0 and GitHub's annotations.

use std::collections::BTreeMap;

use optakit_core::api::Diagnostic;
use serde::Serialize;
use serde_json::json;

/// One JSON array, the shape of which is documented.
pub(crate) fn json<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>) -> String {
    let rows: Vec<Row<'_>> = diagnostics.map(row).collect();
    pretty(&json!(rows))
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// A SARIF log of one run
/// (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>). Columns count characters.
pub(crate) fn sarif<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>) -> String {
    let diagnostics: Vec<&Diagnostic> = diagnostics.collect();
    let rules: BTreeMap<&str, ()> =
        diagnostics.iter().map(|diagnostic| (diagnostic.rule, ())).collect();
    let rules: Vec<_> = rules.into_keys().map(|id| json!({ "id": id })).collect();
    let results: Vec<_> = diagnostics.iter().map(|diagnostic| sarif_result(diagnostic)).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "optakit", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn sarif_result(diagnostic: &Diagnostic) -> serde_json::Value {
    let level = match diagnostic.severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    };
    let text = match &diagnostic.help {
        Some(help) => format!("{}. {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": location(&diagnostic.file, diagnostic.place) }],
    });
    if let Some(label) = &diagnostic.label {
        let related = json!({ "physicalLocation": location(&label.file, label.place), "message": { "text": label.message } });
        result["relatedLocations"] = json!([related]);
    }
    let fixes: Vec<_> = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let replacements: Vec<_> = fix
                .edits
                .iter()
                .map(|edit| json!({ "deletedRegion": region(edit.place), "insertedContent": { "text": edit.text } }))
                .collect();
            let change = json!({ "artifactLocation": artifact(&diagnostic.file), "replacements": replacements });
            json!({ "description": { "text": fix.title }, "artifactChanges": [change] })
        })
        .collect();
    if !fixes.is_empty() {
        result["fixes"] = json!(fixes);
    }
    result
}

fn location(file: &str, place: optakit_core::api::Place) -> serde_json::Value {
    json!({ "artifactLocation": artifact(file), "region": region(place) })
}

/// A relative path as the URI reference that SARIF wants.
fn artifact(file: &str) -> serde_json::Value {
    let uri: String = file
        .replace('\\', "/")
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "/._-~".contains(c) {
                c.to_string()
            } else {
                escape_uri(c)
            }
        })
        .collect();
    json!({ "uri": uri })
}

fn escape_uri(c: char) -> String {
    let mut buffer = [0; 4];
    c.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn region(place: optakit_core::api::Place) -> serde_json::Value {
    json!({ "startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column })
}

/// Workflow commands that GitHub shows beside the line
/// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).
pub(crate) fn github<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>) -> String {
    let line = |diagnostic: &Diagnostic| {
        let level = match diagnostic.severity {
            "error" => "error",
            "warning" => "warning",
            _ => "notice",
        };
        let place = diagnostic.place;
        let text = match &diagnostic.help {
            Some(help) => format!("{}\n{help}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        format!(
            "::{level} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
            escape_property(&diagnostic.file),
            place.line,
            place.column,
            place.end_line,
            place.end_column,
            escape_property(diagnostic.rule),
            escape_message(&text)
        )
    };
    diagnostics.map(line).collect()
}

fn escape_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// A diagnostic in the documented shape of `--format json`.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    severity: &'a str,
    rule: &'a str,
    path: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    fixes: Vec<FixRow<'a>>,
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

fn row(diagnostic: &Diagnostic) -> Row<'_> {
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
        path: &diagnostic.path,
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        fixes: fixes.collect(),
    }
}
