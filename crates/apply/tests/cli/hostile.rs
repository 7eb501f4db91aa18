//! Malicious text in files is shown without control characters, and a broken bundle never crashes.

use serde_json::{Value, json};

use crate::program::{SERVICE, folder, program, run};

const BUNDLE: &str = "shop-staging.bundle.json";

/// Whether a text contains what a terminal would execute, or a mark that reorders text.
fn is_hostile(text: &str) -> bool {
    text.contains(|c: char| {
        c.is_control() && !matches!(c, '\n' | '\t') || ('\u{202a}'..='\u{202e}').contains(&c)
    })
}

#[test]
fn control_characters_of_a_service_file_are_visible() {
    let hostile = SERVICE.replace("name: api", "name: \"a\u{202e}b\u{9b}2J\u{7f}\"");
    let folder = folder(&hostile);
    for arguments in [
        &["validate"] as &[&str],
        &["validate", "--format", "json"],
        &["validate", "--format", "sarif"],
        &["validate", "--format", "github"],
        &["render"],
        &["bundle"],
    ] {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.code, 1, "{}", outcome.err);
        assert!(!is_hostile(&outcome.out) && !is_hostile(&outcome.err), "{arguments:?}");
    }
    let outcome = run(&folder, &["validate"]);
    assert!(outcome.out.contains("a\\u{202e}b\\u{9b}2J"), "{}", outcome.out);
}

#[test]
fn workflow_commands_of_files_are_not_executed() {
    let hostile = SERVICE.replace("name: api", "name: \"a\\n::error file=x,line=1::owned%0A\"");
    let folder = folder(&hostile);
    let service = folder.path().join("service");
    let name = "a,b:c\n::warning::x%.yml";
    std::fs::copy(service.join("opta.yml"), service.join(name)).expect("the file can be copied");
    let outcome = run(&folder, &["validate", name, "--format", "github"]);
    assert!(!outcome.out.is_empty());
    for line in outcome.out.lines() {
        assert!(
            line.starts_with("::error file=a%2Cb%3Ac\\n%3A%3Awarning%3A%3Ax%25.yml,"),
            "{line}"
        );
    }
    // The runner reads text for people too.
    let output = program(&folder)
        .args(["bundle", "inspect", name])
        .env("GITHUB_ACTIONS", "true")
        .output()
        .expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.lines().all(|line| !line.trim_start().starts_with("::")), "{error}");
}

/// Calls a function with the pointer of every value of a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let mut below = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        pointers(value, &format!("{at}/{key}"), found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| below(&index.to_string(), value));
        }
        _ => {}
    }
}

#[test]
fn commands_reject_broken_bundles_without_a_panic() {
    let folder = folder(SERVICE);
    assert_eq!(run(&folder, &["bundle"]).code, 0);
    let path = folder.path().join("service").join(BUNDLE);
    let text = std::fs::read_to_string(&path).expect("the bundle was written");
    let mut bundle: Value = serde_json::from_str(&text).expect("the bundle is JSON");
    bundle["sourceMap"] = json!([]);
    let mut found = Vec::new();
    pointers(&bundle, "", &mut found);
    let commands: [&[&str]; 4] = [
        &["permissions", BUNDLE],
        &["plan", BUNDLE, "--kubeconfig", "missing"],
        &["bundle", "verify", BUNDLE],
        &["bundle", "inspect", BUNDLE],
    ];
    let new = [json!(null), json!("x"), json!(7), json!([]), json!({}), json!([{ "a": null }])];
    // Each value is replaced once, by each of the new values in turn.
    for (number, pointer) in found.iter().enumerate().step_by(3) {
        let mut broken = bundle.clone();
        *broken.pointer_mut(pointer).expect("a value") = new[number / 3 % new.len()].clone();
        std::fs::write(&path, broken.to_string()).expect("the bundle can be written");
        let outcome = run(&folder, commands[number % commands.len()]);
        assert!(matches!(outcome.code, 0 | 1 | 4), "{pointer}: {}", outcome.err);
        assert!(!outcome.err.contains("panicked"), "{pointer}: {}", outcome.err);
    }
}
