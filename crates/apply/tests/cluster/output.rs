//! The output of an apply: JSON events for programs, a table for people.

use std::process::Command;

use serde_json::{Value, json};

use crate::testbed::{Service, setting};

/// Applies with `--output json`. Returns the exit code and the events.
fn events(service: &Service, arguments: &[&str]) -> (i32, Vec<Value>) {
    let run = service.run("apply", &[&["--skip-aws", "--output", "json"], arguments].concat());
    assert_eq!(run.stderr, "", "all output is on standard output");
    let parse = |line| serde_json::from_str(line).expect("each line is JSON");
    (run.code, run.stdout.lines().map(parse).collect())
}

#[test]
fn json_output_has_one_event_per_line() {
    let service = Service::new("told", "acme/api:1", "    max_containers: 3\n");
    let (code, all) = events(&service, &[]);
    let of_kind =
        |kind: &str| -> Vec<&Value> { all.iter().filter(|event| event["event"] == kind).collect() };
    assert_eq!(code, 0, "{all:#?}");
    assert_eq!(of_kind("change").len(), 4, "{all:#?}");
    assert_eq!(of_kind("applied").len(), 4, "{all:#?}");
    let ready = json!({"event": "ready", "object": "Deployment told-api-k8s-service"});
    assert_eq!(of_kind("ready"), [&ready]);
    let last = all.last().expect("there are events");
    let (event, layer, changes) = (&last["event"], &last["layer"], &last["changes"]);
    assert_eq!((event, layer), (&"done".into(), &"told".into()));
    assert_eq!(changes, 5, "the namespace is counted");

    service.update("acme/not-found:1", "    max_containers: 3\n");
    let (code, all) = events(&service, &["--on-failure", "keep"]);
    assert_eq!(code, 1);
    let error = all.last().expect("there are events");
    assert_eq!(error["event"], "error");
    let message = error["message"].as_str().expect("an error has a message");
    assert!(message.contains("cannot be pulled"), "{message}");
}

#[test]
fn yaml_output_has_one_document_per_event() {
    let service = Service::new("streamed", "acme/api:1", "");
    let apply =
        |more: &[&str]| service.run("apply", &[&["--skip-aws", "--output", "yaml"], more].concat());
    let run = apply(&["--yes"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(run.stderr, "", "all output is on standard output");
    let starts = |name: &str| run.stdout.matches(&format!("---\nevent: {name}\n")).count();
    assert_eq!((starts("change"), starts("applied")), (4, 4), "{}", run.stdout);
    let ready = "---\nevent: ready\nobject: Deployment streamed-api-k8s-service\n";
    assert!(run.stdout.contains(ready), "{}", run.stdout);
    assert!(run.stdout.contains("---\nevent: done\nlayer: streamed\n"), "{}", run.stdout);
    let dry_run = apply(&["--dry-run"]);
    assert!(!dry_run.stdout.contains("---"), "one document: {}", dry_run.stdout);
    assert!(dry_run.stdout.contains("layer: streamed\n"), "{}", dry_run.stdout);
}

#[test]
fn terminal_shows_a_table_with_progress() {
    let service = Service::new("shown", "acme/api:1", "    max_containers: 3\n");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "    max_containers: 3\n");
    let line = format!(
        "{} apply {} --skip-aws --yes --kubeconfig {}",
        env!("CARGO_BIN_EXE_optakit"),
        service.bundle(),
        setting("OPTAKIT_TEST_KUBECONFIG")
    );
    // `script` creates a terminal.
    let output = Command::new("script")
        .current_dir(service.folder())
        .args(["-qec", &line, "/dev/null"])
        .output()
        .expect("script starts");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("Deployment shown-api-k8s-service"), "{shown}");
    assert!(shown.contains("1/1 pods") && shown.contains("ready"), "{shown}");
    assert!(!shown.contains("waiting      Deployment"), "the table replaces the lines: {shown}");
}
