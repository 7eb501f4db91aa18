//! The generated files are up to date.
//!
//! A test that finds a difference rewrites the file and fails once, so that the change is reviewed.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, the core does not")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use optakit_core::bundle::Bundle;
use optakit_core::check::all_rules;
use optakit_core::model::k8s_service::K8sService;
use optakit_core::{reference, schema};

fn generated(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/generated").join(name)
}

/// Writes a generated file if its text differs. Returns whether it was up to date.
fn is_current(name: &str, text: &str) -> bool {
    let path = generated(name);
    let before = fs::read_to_string(&path).unwrap_or_default();
    if before != text {
        fs::create_dir_all(path.parent().expect("the file has a folder"))
            .expect("the folder can be created");
        fs::write(&path, text).expect("the file can be written");
    }
    before == text
}

fn check(name: &str, text: &str) {
    assert!(is_current(name, text), "{name} was rewritten: review the change, then run again");
}

#[test]
fn the_field_reference_is_up_to_date() {
    check("reference.md", &reference::fields_page());
}

#[test]
fn the_index_of_rules_is_up_to_date() {
    check("rules.md", &reference::rules_page());
}

#[test]
fn every_rule_has_a_page() {
    let mut changed = Vec::new();
    let mut expected = BTreeSet::new();
    for rule in all_rules() {
        let name = format!("rules/{}.md", rule.id);
        if !is_current(&name, &reference::rule_page(rule)) {
            changed.push(name.clone());
        }
        expected.insert(generated(&name));
    }
    for entry in fs::read_dir(generated("rules")).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if !expected.contains(&path) {
            fs::remove_file(&path).expect("the file can be deleted");
            changed.push(format!("{} (deleted)", path.display()));
        }
    }
    assert!(changed.is_empty(), "pages were rewritten: {changed:#?}");
}

#[test]
fn the_page_of_exposures_is_up_to_date() {
    check("exposure.md", &reference::exposure_page());
}

#[test]
fn the_schema_is_up_to_date() {
    check("opta.schema.json", &format!("{:#}\n", schema::schema()));
}

#[test]
fn the_schema_of_the_bundle_is_up_to_date() {
    check("bundle.schema.json", &format!("{:#}\n", Bundle::schema()));
}

#[test]
fn every_field_is_explained() {
    for field in K8sService::FIELDS {
        let text = reference::explain(field.name).expect("the field is known");
        let summary = field.doc.lines().next().unwrap_or_default().trim();
        assert!(text.contains(summary), "{}", field.name);
        let is_complete = text.contains("Renders: ") && text.contains("See: https://");
        assert!(is_complete || field.name == "type", "{text}");
    }
    let cpu = reference::explain("resource_request.cpu").expect("the field is known");
    assert!(cpu.contains("millicores"), "{cpu}");
}

#[test]
fn every_rule_is_explained() {
    for rule in all_rules() {
        let text = reference::explain(rule.id).expect("the rule is known");
        assert!(text.contains(&rule.summary()[..20]) && text.contains(rule.fix), "{text}");
        assert!(text.contains(&rule.url()), "{text}");
    }
}

#[test]
fn explain_suggests_a_similar_name() {
    assert_eq!(
        reference::explain("min_container"),
        Err("there is no field or rule `min_container`, did you mean `min_containers`?".to_owned())
    );
}
