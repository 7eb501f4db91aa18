//! What is generated and committed: rewritten here when it has changed, which fails once, so that
//! the change is seen.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, the core does not")]

use std::path::Path;

use optakit_core::{reference, schema};

fn same(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/generated").join(name);
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    if before != text {
        std::fs::create_dir_all(path.parent().expect("it has one"))
            .expect("the folder can be made");
        std::fs::write(&path, text).expect("it can be written");
        panic!(
            "{name} was out of date and has been written anew: look at the change, then run again"
        );
    }
}

#[test]
fn the_reference_of_fields_is_up_to_date() {
    same("reference.md", &reference::fields_page());
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    same("rules.md", &reference::rules_page());
}

#[test]
fn the_page_of_exposures_is_up_to_date() {
    same("exposure.md", &reference::exposure_page());
}

#[test]
fn the_schema_is_up_to_date() {
    same("opta.schema.json", &format!("{:#}\n", schema::schema()));
}

#[test]
fn the_schema_of_the_bundle_is_up_to_date() {
    same("bundle.schema.json", &format!("{:#}\n", optakit_core::bundle::Bundle::schema()));
}

#[test]
fn every_field_and_rule_can_be_explained() {
    for field in optakit_core::model::k8s_service::K8sService::FIELDS {
        let said = reference::explain(field.name).expect("a field is known");
        assert!(
            said.contains(field.doc.lines().next().unwrap_or_default().trim()),
            "{}",
            field.name
        );
        assert!(
            said.contains("Becomes: ") && (field.name == "type" || said.contains("See: https://")),
            "{said}"
        );
    }
    for rule in optakit_core::check::RULES {
        assert!(reference::explain(rule.id).expect("a rule is known").contains(rule.doc));
    }
    assert_eq!(
        reference::explain("min_container"),
        Err("there is no field or rule `min_container`, did you mean `min_containers`?".to_owned())
    );
    assert!(reference::explain("resource_request.cpu").expect("known").contains("millicores"));
}
