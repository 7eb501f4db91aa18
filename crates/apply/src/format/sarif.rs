//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use std::collections::BTreeSet;

use optakit_core::api::{Fix, Place, Severity};
use optakit_core::rule::rule_url;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::environment_diagnostic::EnvironmentDiagnostic;

/// The bytes of a path that a URI reference escapes.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'_').remove(b'-').remove(b'~');

/// Formats diagnostics as a SARIF log with one run. Columns count characters.
pub(crate) fn sarif<'a>(diagnostics: impl Iterator<Item = &'a EnvironmentDiagnostic>) -> String {
    let diagnostics: Vec<&EnvironmentDiagnostic> = diagnostics.collect();
    let rules: BTreeSet<&str> = diagnostics.iter().map(|found| found.diagnostic.rule).collect();
    let rules: Vec<Value> =
        rules.into_iter().map(|id| json!({ "id": id, "helpUri": rule_url(id) })).collect();
    let results: Vec<Value> = diagnostics.iter().map(|found| result(found)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "optakit",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(found: &EnvironmentDiagnostic) -> Value {
    let diagnostic = &found.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
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
        result["relatedLocations"] = json!([{
            "physicalLocation": location(&label.file, label.place),
            "message": { "text": label.message },
        }]);
    }
    if !found.environments.is_empty() {
        result["properties"] = json!({ "environments": found.environments });
    }
    if !diagnostic.fixes.is_empty() {
        let fixes = diagnostic.fixes.iter().map(|found| fix(&diagnostic.file, found));
        result["fixes"] = fixes.collect();
    }
    result
}

fn fix(file: &str, fix: &Fix) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": region(edit.place),
                "insertedContent": { "text": edit.text },
            })
        })
        .collect();
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{ "artifactLocation": artifact(file), "replacements": replacements }],
    })
}

fn location(file: &str, place: Place) -> Value {
    json!({ "artifactLocation": artifact(file), "region": region(place) })
}

/// Returns a path as a URI reference.
fn artifact(file: &str) -> Value {
    let path = file.replace('\\', "/");
    json!({ "uri": utf8_percent_encode(&path, ESCAPED).to_string() })
}

fn region(place: Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}
