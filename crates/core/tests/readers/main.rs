//! Reads generated texts as Opta (ruamel.yaml) and kubectl (sigs.k8s.io/yaml) do. What both read
//! with the same meaning, Optakit reads with this meaning too.
//!
//! `scripts/setup-yaml-readers.sh` installs both readers. `OPTAKIT_YAML_READERS` is their folder.
//! Without it, the test counts as skipped.

mod texts;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use optakit_core::api::{SourceText, read_data};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// How many texts are compared. About an eighth of them are valid for both readers.
const TEXTS: usize = 16_000;
/// How many differences are printed, the shortest first.
const SHOWN: usize = 5;

/// Returns the data that a reader finds in each text. `None` if it rejects the text.
fn read_with(program: &Path, texts: &[String]) -> Vec<Option<Value>> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("scripts/setup-yaml-readers.sh has installed the reader");
    let mut input = child.stdin.take().expect("the input is a pipe");
    let lines: String = texts.iter().map(|text| format!("{}\n", Value::from(&**text))).collect();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(lines.as_bytes()).expect("the reader takes all texts"));
        child.wait_with_output().expect("the reader ends")
    });
    let printed = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let found: Vec<Option<Value>> = printed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"))
        .map(|mut line| line.get_mut("data").map(Value::take))
        .collect();
    assert_eq!(found.len(), texts.len(), "{} answers each text", program.display());
    found
}

/// Whether two readers found the same. `1` and `1.0` are the same number.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|found| is_same(value, found)))
        }
        _ => one == other,
    }
}

/// Adds the test to the skipped ones that `make test` counts.
fn skip(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{reason}, and CI is set");
    let test = "readers::texts_that_opta_and_kubectl_read_alike_are_read_alike";
    if let Some(folder) = std::env::var_os("OPTAKIT_SKIPPED") {
        let line = serde_json::json!({ "test": test, "reason": reason });
        std::fs::write(Path::new(&folder).join("readers.json"), line.to_string())
            .expect("the folder exists");
    }
}

#[test]
fn texts_that_opta_and_kubectl_read_alike_are_read_alike() {
    let Some(folder) = std::env::var_os("OPTAKIT_YAML_READERS") else {
        return skip("OPTAKIT_YAML_READERS is not set");
    };
    let mut runner = TestRunner::new(Config::default());
    let texts: Vec<String> = (0..TEXTS)
        .map(|_| texts::text().new_tree(&mut runner).expect("a text").current())
        .collect();
    let opta = read_with(&Path::new(&folder).join("opta"), &texts);
    let kubectl = read_with(&Path::new(&folder).join("kubectl"), &texts);
    let (mut compared, mut differences) = (0, Vec::new());
    for ((text, opta), kubectl) in texts.iter().zip(opta).zip(kubectl) {
        let (Some(opta), Some(kubectl)) = (opta, kubectl) else { continue };
        if !is_same(&opta, &kubectl) {
            continue;
        }
        compared += 1;
        let found = read_data(&SourceText { name: "opta.yml".to_owned(), text: text.clone() });
        if !found.as_ref().is_some_and(|found| is_same(&opta, found)) {
            differences.push((text, opta, found));
        }
    }
    assert!(compared > TEXTS / 20, "only {compared} texts are compared");
    differences.sort_by_key(|(text, ..)| text.len());
    let shown = differences.iter().take(SHOWN).map(|(text, opta, found)| {
        let found = found.as_ref().map_or_else(|| "an error".to_owned(), Value::to_string);
        format!("{text:?}\n  both readers: {opta}\n  Optakit: {found}\n")
    });
    let shown: String = shown.collect();
    let count = differences.len();
    assert!(differences.is_empty(), "{count} of {compared} texts differ:\n{shown}");
}
