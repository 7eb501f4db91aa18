//! Properties that all rules share.

use std::collections::BTreeSet;

use optakit_core::api::{self, Analysis, Choices, Diagnostic, Request, ServiceFile, analyze};
use optakit_core::check::RULES;
use optakit_core::diagnostic::{Example, Rule};

const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    \
                           account_id: 123456789012\nmodules:\n  - type: base\n  - {type: dns, domain: staging.acme.io}\n";

fn text(example: Example) -> String {
    let Example::Module(fields) = example else {
        let Example::File(text) = example else { unreachable!("an example is one of the two") };
        return text.to_owned();
    };
    let mut lines = vec!["type: k8s-service".to_owned()];
    let given = |field: &str| fields.lines().any(|line| line.starts_with(field));
    lines.extend((!given("image:")).then(|| "image: AUTO".to_owned()));
    lines.extend((!given("port:")).then(|| "port: {http: 80}".to_owned()));
    lines.extend(fields.lines().map(str::to_owned));
    let module = lines.join("\n    ");
    format!(
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n  - {module}\n"
    )
}

fn check(text: &str) -> Analysis {
    let request = Request {
        service: ServiceFile::parse("opta.yml", text),
        environment_files: [
            ("env.yml".to_owned(), Ok(ENVIRONMENT.to_owned())),
            ("env2.yml".to_owned(), Ok(ENVIRONMENT.to_owned())),
            ("missing.yml".to_owned(), Err("no such file".to_owned())),
        ]
        .into(),
        // Rules of other exposures than Opta's speak only of those.
        choices: Choices {
            image_tag: Some("a1".to_owned()),
            exposure: Some("gateway".to_owned()),
            ..Choices::default()
        },
        rds_certificates: api::RdsCertificates::always("certificates"),
        ..Request::default()
    };
    analyze(&request, false)
}

fn of<'a>(rule: &Rule, analysis: &'a Analysis) -> Vec<&'a Diagnostic> {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.rule == rule.id).collect()
}

#[test]
fn rules_have_names_of_their_own_and_documentation() {
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES {
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
        assert!(rule.doc.len() > 40 && rule.doc.ends_with(['.', '`', ')']), "{}", rule.id);
    }
}

#[test]
fn bad_examples_break_their_rule_and_good_ones_break_none() {
    for rule in RULES {
        let bad = check(&text(rule.bad));
        assert!(!of(rule, &bad).is_empty(), "{}: {:#?}", rule.id, bad.diagnostics);
        let good = check(&text(rule.good));
        // The run's tag is for the one rule about it.
        let others: Vec<_> = good
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.rule != "image-tag-ignored")
            .collect();
        assert!(others.is_empty() && of(rule, &good).is_empty(), "{}: {others:#?}", rule.id);
    }
}

#[test]
fn messages_are_written_alike() {
    for rule in RULES {
        let analysis = check(&text(rule.bad));
        for diagnostic in of(rule, &analysis) {
            assert_eq!(diagnostic.severity, rule.severity.as_str(), "{}", rule.id);
            assert!(!diagnostic.message.ends_with('.'), "{}: {}", rule.id, diagnostic.message);
            assert!(
                !diagnostic.message.starts_with(|c: char| c.is_ascii_uppercase()),
                "{}: {}",
                rule.id,
                diagnostic.message
            );
        }
    }
}

#[test]
fn after_a_fix_the_text_parses_and_the_rule_is_silent() {
    let mut fixed = 0;
    for rule in RULES {
        let before = text(rule.bad);
        let analysis = check(&before);
        for fix in of(rule, &analysis).iter().flat_map(|diagnostic| &diagnostic.fixes) {
            let mut after = before.clone();
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.byte_start));
            for edit in edits {
                after.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
            }
            let again = check(&after);
            assert!(
                of(rule, &again).is_empty(),
                "{}: {}\n{after}{:#?}",
                rule.id,
                fix.title,
                again.diagnostics
            );
            assert!(
                again.diagnostics.iter().all(|diagnostic| diagnostic.rule != "yaml-syntax"),
                "{}\n{after}",
                rule.id
            );
            fixed += 1;
        }
    }
    assert!(fixed > 10, "fixes were tried");
}

#[test]
fn places_lie_in_the_text() {
    for rule in RULES {
        let source = text(rule.bad);
        for diagnostic in &check(&source).diagnostics {
            assert!(
                diagnostic.place.byte_end <= source.len()
                    && diagnostic.place.byte_start <= diagnostic.place.byte_end,
                "{}",
                rule.id
            );
            assert!(
                source.is_char_boundary(diagnostic.place.byte_start)
                    && source.is_char_boundary(diagnostic.place.byte_end)
            );
        }
    }
}
