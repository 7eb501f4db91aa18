//! Properties that all rules share.
#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

mod limits;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use optakit_core::api::{
    Analysis, Choices, Diagnostic, RdsCertificates, Request, ServiceFile, SourceText, analyze,
    check_layers,
};
use optakit_core::check::all_rules;
use optakit_core::rule::{Example, Rule};

const ENVIRONMENT: &str = "\
name: staging
org_name: acme
providers:
  aws:
    region: us-east-1
    account_id: 123456789012
modules:
  - type: base
  - {type: dns, domain: staging.acme.io}
";

/// The files of an example.
#[derive(Clone)]
struct Files {
    service: String,
    environment: String,
    /// The values file, which a comment of the service file contains.
    values: Option<String>,
}

impl Files {
    fn of(example: Example) -> Self {
        let (fields, environment) = match example {
            Example::Environment(text) => ("", text),
            Example::File(_) => ("", ENVIRONMENT),
            Example::Module(fields) => (fields, ENVIRONMENT),
        };
        let service = match example {
            Example::File(text) => text.to_owned(),
            Example::Environment(_) | Example::Module(_) => service_file(fields),
        };
        let values = service.split_once("# vars:").map(|(_, rest)| format!("vars:{rest}"));
        Self { service, environment: environment.to_owned(), values }
    }

    /// Returns the file of a diagnostic.
    fn of_diagnostic(&mut self, diagnostic: &Diagnostic) -> &mut String {
        match &mut self.values {
            Some(values) if diagnostic.file == "values.yml" => values,
            _ if diagnostic.file == "opta.yml" => &mut self.service,
            _ => &mut self.environment,
        }
    }
}

/// Returns a service file with these fields of a service.
fn service_file(fields: &str) -> String {
    let has = |field: &str| fields.lines().any(|line| line.starts_with(field));
    let mut lines = vec!["type: k8s-service"];
    lines.extend((!has("image:")).then_some("image: AUTO"));
    lines.extend((!has("port:")).then_some("port: {http: 80}"));
    lines.extend(fields.lines());
    let module = lines.join("\n    ");
    format!(
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n  - {module}\n"
    )
}

fn check(files: &Files) -> Analysis {
    let values = "modules: {db: {db_password: \"a@b\"}}\n".to_owned();
    let profile = files.service.contains("opta-2022").then(|| "opta-2022".to_owned());
    // Some rules are about the exposure `nginx`, and one is about the others.
    let of_nginx = ["tcp_ports", "opta-2022", "$arg_user", "ingress_extra_annotations"];
    let is_nginx = of_nginx.iter().any(|word| files.service.contains(word));
    let exposure = if is_nginx { "nginx" } else { "gateway" };
    let request = Request {
        // One rule is about a secret value.
        values: files
            .service
            .contains("db_password")
            .then_some(values)
            .or_else(|| files.values.clone())
            .map(|text| SourceText { name: "values.yml".to_owned(), text }),
        own_values: true,
        variables: Default::default(),
        service: ServiceFile::parse("opta.yml", &files.service),
        environment_files: [
            ("env.yml".to_owned(), Ok(files.environment.clone())),
            ("env2.yml".to_owned(), Ok(ENVIRONMENT.to_owned())),
            ("missing.yml".to_owned(), Err("no such file".to_owned())),
        ]
        .into(),
        // One rule is about image tags.
        choices: Choices {
            profile,
            image_tag: Some("a1".to_owned()),
            exposure: Some(exposure.to_owned()),
            ..Choices::default()
        },
        rds_certificates: RdsCertificates::always("certificates"),
    };
    let mut analysis = analyze(&request, false);
    // One rule is about several files.
    let other =
        ServiceFile::parse("blog.yml", &service_file("").replace("name: shop", "name: blog"));
    let other = Request { service: other, ..request.clone() };
    let found = check_layers([&other, &request]).into_iter().map(|(_, found)| found);
    analysis.diagnostics.extend(found);
    analysis
}

fn diagnostics_of<'a>(rule: &Rule, analysis: &'a Analysis) -> Vec<&'a Diagnostic> {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.rule == rule.id).collect()
}

/// Returns the names of the constants that `rule!` declares, in all files below a folder.
fn declared_rules(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            names.extend(declared_rules(&path));
            continue;
        }
        let text = fs::read_to_string(&path).expect("the source can be read");
        let declarations = text.split("\nrule! {\n").skip(1);
        names.extend(declarations.filter_map(|rest| {
            let (name, _) = rest.split_once("pub static ")?.1.split_once(':')?;
            Some(name.to_owned())
        }));
    }
    names
}

#[test]
fn the_id_of_a_rule_is_the_name_of_its_constant() {
    let names = declared_rules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let expected: BTreeSet<String> =
        names.iter().map(|name| name.to_lowercase().replace('_', "-")).collect();
    let ids: BTreeSet<String> = all_rules().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(ids, expected, "every declared rule is in RULE_FAMILIES");
    assert_eq!((ids.len(), names.len()), (all_rules().count(), all_rules().count()));
}

#[test]
fn every_rule_is_documented() {
    for rule in all_rules() {
        let text = rule.text();
        assert!(text.len() > 40 && text.ends_with(['.', '`']), "{}: {text}", rule.id);
        assert!(rule.fix.ends_with('.'), "{}: {}", rule.id, rule.fix);
    }
}

#[test]
fn bad_examples_break_their_rule_and_good_examples_break_no_rule() {
    for rule in all_rules() {
        let bad = check(&Files::of(rule.bad));
        assert!(!diagnostics_of(rule, &bad).is_empty(), "{}: {:#?}", rule.id, bad.diagnostics);
        let good = check(&Files::of(rule.good));
        // The image tag of the request is for `image-tag-ignored`.
        let others: Vec<&Diagnostic> = good
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.rule != "image-tag-ignored")
            .collect();
        let own = diagnostics_of(rule, &good);
        assert!(others.is_empty() && own.is_empty(), "{}: {others:#?}", rule.id);
    }
}

#[test]
fn messages_start_in_lower_case_and_have_no_full_stop() {
    for rule in all_rules() {
        let analysis = check(&Files::of(rule.bad));
        for diagnostic in diagnostics_of(rule, &analysis) {
            let message = &diagnostic.message;
            assert_eq!(diagnostic.severity, rule.severity, "{}", rule.id);
            assert!(!message.ends_with('.'), "{}: {message}", rule.id);
            let is_upper = message.starts_with(|c: char| c.is_ascii_uppercase());
            assert!(!is_upper, "{}: {message}", rule.id);
        }
    }
}

#[test]
fn after_a_fix_the_text_parses_and_follows_the_rule() {
    let mut fixed = 0;
    for rule in all_rules() {
        let before = Files::of(rule.bad);
        let analysis = check(&before);
        let diagnostics = diagnostics_of(rule, &analysis);
        let fixes = diagnostics
            .iter()
            .flat_map(|diagnostic| diagnostic.fixes.iter().map(move |fix| (diagnostic, fix)));
        for (diagnostic, fix) in fixes {
            let mut after = before.clone();
            let text = after.of_diagnostic(diagnostic);
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| Reverse(edit.place.byte_start));
            for edit in edits {
                text.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
            }
            let again = check(&after);
            let (id, found) = (rule.id, &again.diagnostics);
            assert!(
                diagnostics_of(rule, &again).is_empty(),
                "{id}: {fix:?}\n{}{found:#?}",
                after.service
            );
            let parses = found.iter().all(|diagnostic| diagnostic.rule != "yaml-syntax");
            assert!(parses, "{id}\n{}", after.service);
            fixed += 1;
        }
    }
    assert!(fixed > 10, "{fixed} fixes were tried");
}

#[test]
fn places_are_inside_the_text() {
    for rule in all_rules() {
        let mut files = Files::of(rule.bad);
        for diagnostic in &check(&files).diagnostics {
            let (start, end) = (diagnostic.place.byte_start, diagnostic.place.byte_end);
            let text = files.of_diagnostic(diagnostic);
            assert!(start <= end && text.get(start..end).is_some(), "{}", rule.id);
        }
    }
}
