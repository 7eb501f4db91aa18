//! Tests of `optakit init`.

use crate::program::{SERVICE, folder, run};

const OPTIONS: [&str; 5] = ["init", "--name", "shop", "--account-id", "123456789012"];

fn init(more: &[&str]) -> Vec<&'static str> {
    // The arguments of a test live as long as the test.
    let more: Vec<&'static str> = more.iter().map(|text| &*text.to_string().leak()).collect();
    [&OPTIONS[..], &more].concat()
}

#[test]
fn the_files_of_every_template_validate() {
    for template in ["web", "worker", "grpc", "postgres"] {
        let folder = folder(SERVICE);
        let outcome = run(&folder, &init(&["new", "--template", template]));
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        assert_eq!(outcome.out, "new/opta.yml\nnew/staging.yml\n");
        assert!(outcome.err.contains("optakit validate new/opta.yml"), "{}", outcome.err);
        let outcome = run(&folder, &["validate", "--strict", "new"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{template}");
        assert_eq!(run(&folder, &["fmt", "--check", "new/opta.yml", "new/staging.yml"]).code, 0);
    }
}

#[test]
fn an_existing_file_stays_without_force() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &init(&[]));
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
    assert!(outcome.err.starts_with("error: ./opta.yml already exists\n"), "{}", outcome.err);
    assert!(!folder.path().join("service/staging.yml").exists());
    assert_eq!(run(&folder, &init(&["--force", "--env", "production"])).code, 0);
    assert!(folder.path().join("service/production.yml").exists());
}

#[test]
fn without_a_terminal_the_missing_options_are_named() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &["init", "new"]);
    assert_eq!(outcome.code, 64);
    assert!(
        outcome.err.starts_with("error: `--name` and `--account-id` are required, because"),
        "{}",
        outcome.err
    );
    assert!(!folder.path().join("service/new").exists());
}

#[test]
fn an_invalid_value_writes_nothing() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &["init", "new", "--name", "shop", "--account-id", "12"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("`account_id` has 2 digits, expected 12"), "{}", outcome.err);
    assert!(!folder.path().join("service/new").exists());
}

#[test]
fn the_names_of_the_files_are_json_or_yaml_on_request() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &init(&["new", "-o", "json"]));
    let found: serde_json::Value = serde_json::from_str(&outcome.out).expect("JSON");
    assert_eq!(found, serde_json::json!({ "files": ["new/opta.yml", "new/staging.yml"] }));
    let outcome = run(&folder, &init(&["new", "--force", "-o", "yaml"]));
    assert_eq!(outcome.out, "files:\n  - new/opta.yml\n  - new/staging.yml\n");
}

#[test]
fn the_next_commands_have_quotes_where_a_shell_needs_them() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &init(&["new $(x)"]));
    assert!(outcome.err.contains("  optakit validate 'new $(x)/opta.yml' "), "{}", outcome.err);
}
