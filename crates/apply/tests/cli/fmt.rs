//! Tests of `optakit fmt`.

use crate::program::{SERVICE, folder, run, run_with_input};

const MESSY: &str = "# The shop.\nname: shop   # short  \nmodules:\n- type: k8s-service\n  port:\n        http: 80  \n\n\n";
const TIDY: &str = "# The shop.\nname: shop   # short\nmodules:\n  - type: k8s-service\n    port:\n      http: 80\n";

#[test]
fn files_are_formatted_and_named() {
    let folder = folder(MESSY);
    let path = folder.path().join("service/opta.yml");
    let read = || std::fs::read_to_string(&path).expect("the file can be read");
    let outcome = run(&folder, &["fmt", "--check"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (1, "opta.yml\n"));
    assert_eq!(outcome.err, "1 file not formatted; run `optakit fmt`\n");
    assert_eq!(read(), MESSY, "a check writes nothing");
    let outcome = run(&folder, &["fmt"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "opta.yml\n"));
    assert_eq!(outcome.err, "1 file formatted, 0 files unchanged\n");
    assert_eq!(read(), TIDY);
    let outcome = run(&folder, &["fmt", "--check", "."]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""));
    assert_eq!(outcome.err, "1 file already formatted\n");
}

#[test]
fn standard_input_is_printed() {
    let folder = folder(SERVICE);
    let outcome = run_with_input(&folder, &["fmt", "-"], MESSY);
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.err.as_str()), (0, TIDY, ""));
    let outcome = run_with_input(&folder, &["fmt", "--check", "-"], MESSY);
    assert_eq!((outcome.code, outcome.out.as_str()), (1, "<stdin>\n"));
}

#[test]
fn a_syntax_error_hides_no_other_file() {
    let folder = folder("name: [\n");
    let other = folder.path().join("env/staging.yml");
    std::fs::write(&other, "a:\n    b: 1\n").expect("the file can be written");
    let outcome = run(&folder, &["fmt", "opta.yml", "../env/staging.yml"]);
    assert_eq!(outcome.code, 1);
    let error = "error: cannot format opta.yml: line 1 has a syntax error\n  help: fix the problems \
                 that `optakit validate` reports\n";
    assert!(outcome.err.starts_with(error), "{}", outcome.err);
    assert_eq!(std::fs::read_to_string(&other).expect("it is read"), "a:\n  b: 1\n");
}

#[test]
fn the_result_is_json_or_yaml_on_request() {
    let folder = folder(MESSY);
    let broken = folder.path().join("env/staging.yml");
    std::fs::write(&broken, "name: [\n").expect("the file can be written");
    let outcome = run(&folder, &["fmt", "opta.yml", "../env/staging.yml", "-o", "json"]);
    assert_eq!(outcome.code, 1);
    let found: serde_json::Value = serde_json::from_str(&outcome.out).expect("JSON");
    let error =
        "line 1 has a syntax error\n  help: fix the problems that `optakit validate` reports";
    let expected = serde_json::json!({ "files": [
        { "file": "opta.yml", "changed": true },
        { "file": "../env/staging.yml", "changed": false, "error": error },
    ] });
    assert_eq!(found, expected);
    let outcome = run(&folder, &["fmt", "opta.yml", "--output", "yaml"]);
    assert_eq!(
        (outcome.code, &*outcome.out),
        (0, "files:\n  - file: opta.yml\n    changed: false\n")
    );
    let outcome = run_with_input(&folder, &["fmt", "-", "--check", "-o", "json"], MESSY);
    let found: serde_json::Value = serde_json::from_str(&outcome.out).expect("JSON");
    assert_eq!(outcome.code, 1);
    assert_eq!(found["files"][0]["text"], TIDY);
}
