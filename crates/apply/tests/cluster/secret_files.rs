//! `optakit secret import`: what is stored, what is refused, and dry runs.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::testbed::{Service, exists, get, kubectl_ok};

/// Returns the values of the Secret `manual-secrets`.
pub(crate) fn stored(service: &Service) -> BTreeMap<String, String> {
    let secret = get(&["-n", &service.layer, "secret", "manual-secrets"]);
    let data = secret["data"].as_object().cloned().unwrap_or_default();
    let decoded = |value: &Value| {
        let bytes = STANDARD.decode(value.as_str().expect("text")).expect("Base64");
        String::from_utf8(bytes).expect("UTF-8")
    };
    data.iter().map(|(name, value)| (name.clone(), decoded(value))).collect()
}

fn pairs(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn imported_values_are_stored_as_written() {
    let service = Service::new("imported", "acme/api:1", "");
    let key = "-----BEGIN X-----\nabc=\n-----END X-----";
    service.write(
        "all.env",
        &format!(
            "\u{feff}PW=pa$HOME$word\r\nX=\"x${{PATH}}y\"\nJ={{\"a\":1}}\nDIR=C:\\dir\\new\n\
             TITLE=two words\nmy-key=1\nKEY={key}\nexport Q='a # b' # comment\nHASH=hunter2 # b\n"
        ),
    );
    let expected = pairs(&[
        ("PW", "pa$HOME$word"),
        ("X", "x${PATH}y"),
        ("J", "{\"a\":1}"),
        ("DIR", "C:\\dir\\new"),
        ("TITLE", "two words"),
        ("my-key", "1"),
        ("KEY", key),
        ("Q", "a # b"),
        ("HASH", "hunter2 # b"),
    ]);
    let run = service.secret(&["import", "all.env"], "").succeeds().omits("hunter2");
    run.reports("all.env:11: the value contains ` #`, and Optakit stores the whole value");
    assert_eq!(stored(&service), expected);

    service.write("map.json", "{\"J\": \"{\\\"b\\\":2}\", \"PORT\": 5432}");
    service.secret(&["import", "map.json"], "").succeeds();
    service.secret(&["import", "-", "--from", "yaml"], "DIR: |-\n  one\n  two\n").succeeds();
    let changed = pairs(&[("J", "{\"b\":2}"), ("PORT", "5432"), ("DIR", "one\ntwo")]);
    let mut expected = expected;
    expected.extend(changed);
    assert_eq!(stored(&service), expected, "other keys are kept");
}

#[test]
fn refused_files_change_nothing() {
    let service = Service::new("import-refused", "acme/api:1", "");
    service.write("bad.env", "A=1\nhunter2\nB='hunter3\n");
    let run = service.secret(&["import", "bad.env"], "").fails();
    let run = run.omits("hunter").reports("bad.env:2: the line has no `=`");
    run.reports("bad.env:3: the quote at the start of the value is not closed");
    assert!(!exists(&["namespace", "import-refused"]), "nothing is changed");
    service.write("empty.env", "A=1\nB=\n");
    service
        .secret(&["import", "empty.env"], "")
        .fails()
        .reports("empty.env:2: the value of `B` is empty");
    service.secret(&["import", "empty.env", "--allow-empty"], "").succeeds();
    assert_eq!(stored(&service), pairs(&[("A", "1"), ("B", "")]));
}

#[test]
fn dry_run_of_an_import_lists_names_and_changes_nothing() {
    let service = Service::new("import-preview", "acme/api:1", "    secrets: [A]\n");
    service.write("a.env", "A=hunter2\nB=1\nC=2\n");
    let preview = service.secret(&["import", "a.env", "--dry-run"], "").succeeds();
    assert_eq!(preview.output(), "new      A\nnew      B\nnew      C");
    assert!(!exists(&["namespace", "import-preview"]), "nothing is changed");

    service.secret(&["import", "a.env"], "").succeeds();
    service.write("b.env", "A=hunter3\nB=1\nD=3\n");
    let before = get(&["-n", "import-preview", "secret", "manual-secrets"]);
    let preview = service.secret(&["import", "b.env", "--dry-run"], "").succeeds().omits("hunter");
    assert_eq!(preview.output(), "changed  A\nsame     B\nnew      D");
    let preview = service.secret(&["import", "b.env", "--dry-run", "-o", "json"], "").succeeds();
    let found: Value = serde_json::from_str(preview.output()).expect("JSON");
    assert_eq!(found["secrets"][0], json!({ "name": "A", "change": "changed" }));
    let after = get(&["-n", "import-preview", "secret", "manual-secrets"]);
    assert_eq!(before["metadata"]["resourceVersion"], after["metadata"]["resourceVersion"]);
}

#[test]
fn secrets_larger_than_the_limit_are_refused_before_the_write() {
    let service = Service::new("large-secrets", "acme/api:1", "");
    let half = "x".repeat(600 * 1024);
    service.write("large.env", &format!("ONE={half}\nTWO={half}\n"));
    service.secret(&["import", "large.env"], "").fails().reports("would be larger than 1 MiB");
    assert!(!exists(&["namespace", "large-secrets"]), "nothing is changed");
    service.secret(&["set", "ONE"], &half).succeeds();
    service.secret(&["set", "TWO"], &half).fails().reports("would be larger than 1 MiB");
    service.secret(&["set", "ONE"], &format!("{half}y")).succeeds();
    assert_eq!(stored(&service).len(), 1);
}

#[test]
fn keys_of_others_are_kept() {
    let service = Service::new("shared-secret", "acme/api:1", "");
    kubectl_ok(&["create", "namespace", "shared-secret"]);
    let create = ["create", "secret", "generic", "manual-secrets", "--from-literal=OTHER=1"];
    kubectl_ok(&[&["-n", "shared-secret"][..], &create].concat());
    service.secret(&["set", "OWN"], "2").succeeds();
    service.write("a.env", "MORE=3\n");
    service.secret(&["import", "a.env"], "").succeeds();
    service.secret(&["delete", "OWN"], "").succeeds();
    assert_eq!(stored(&service), pairs(&[("OTHER", "1"), ("MORE", "3")]));
}
