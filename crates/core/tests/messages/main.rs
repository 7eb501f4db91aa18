//! The message, the help and the fix of diagnostics, and the values that references get.

mod help;
mod links;
mod names;
mod probes;
mod references;
mod values;

use optakit_core::api::{Analysis, Choices, Diagnostic, Request, ServiceFile, SourceText, analyze};

const AWS: &str = "\
name: staging
org_name: acme
providers:
  aws: {region: us-east-1, account_id: 123456789012}
modules:
  - {type: base}
";
const GOOGLE: &str = "\
name: staging
org_name: acme
providers:
  google: {region: us-central1, project: acme}
modules:
  - {type: base}
";
/// The start of a service file with one environment.
const HEAD: &str = "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n";

/// Returns a service file with other modules before its service, and lines of the service.
fn service(modules: &str, lines: &str) -> String {
    let modules: String = modules.lines().map(|line| format!("  - {line}\n")).collect();
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    let service = "  - type: k8s-service\n    name: api\n    image: a\n    port: {http: 80}\n";
    format!("{HEAD}{modules}{service}{lines}")
}

fn request(service: &str, environment: &str, values: Option<&str>) -> Request {
    Request {
        service: ServiceFile::parse("opta.yml", service),
        environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
        values: values
            .map(|text| SourceText { name: "values.yml".to_owned(), text: text.to_owned() }),
        choices: Choices::default(),
        ..Request::default()
    }
}

fn check(service: &str, environment: &str, values: Option<&str>) -> Analysis {
    analyze(&request(service, environment, values), false)
}

/// Returns the only diagnostic of a rule.
#[track_caller]
fn only<'a>(analysis: &'a Analysis, rule: &str) -> &'a Diagnostic {
    let found: Vec<_> = analysis.diagnostics.iter().filter(|found| found.rule == rule).collect();
    let [found] = found.as_slice() else { panic!("{:#?}", analysis.diagnostics) };
    found
}

/// Returns message and help of the only diagnostic of a rule.
#[track_caller]
fn words<'a>(analysis: &'a Analysis, rule: &str) -> (&'a str, &'a str) {
    let found = only(analysis, rule);
    (&found.message, found.help.as_deref().unwrap_or_default())
}

/// Returns the text after the first fix of a diagnostic.
fn fixed(text: &str, diagnostic: &Diagnostic) -> Option<String> {
    let fix = diagnostic.fixes.first()?;
    let mut text = text.to_owned();
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
    }
    Some(text)
}
