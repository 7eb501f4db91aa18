//! Runs with `--no-wait`: they write the objects, and leave the rest to the next run.

use aws_sdk_iam::Client;
use serde_json::Value;

use super::history::revisions;
use crate::aws::aws;
use crate::iam_changes::{bucket, document};
use crate::testbed::{Service, exists, record_fault};

/// Returns the fields of the module, and a second module `web`.
fn with_web(image: &str) -> String {
    format!("  - type: k8s-service\n    name: web\n    image: {image}\n    port: {{http: 8000}}\n")
}

fn statuses(service: &Service) -> Vec<String> {
    revisions(service).into_iter().map(|(number, status)| format!("{number} {status}")).collect()
}

#[test]
fn run_without_a_wait_is_continued_by_the_next_run() {
    let service = Service::new("unwaited", "acme/api:1", &with_web("acme/web:1"));
    service.apply(&[]).succeeds();
    let web = ["-n", "unwaited", "deployment", "unwaited-web-k8s-service"];
    service.update("acme/slow-start:2", "");
    service
        .apply(&["--skip-aws", "--no-wait"])
        .succeeds()
        .reports("will delete  Deployment unwaited-web-k8s-service")
        .reports(", did not wait for the pods")
        .reports("the pods may not be ready; run `optakit apply unwaited-staging.bundle.json")
        .omits("ready        Deployment");
    assert_eq!(service.image(), "acme/slow-start:2");
    assert!(exists(&web), "old objects stay");
    assert_eq!(statuses(&service), ["2 applied", "1 deployed"]);
    service.run("status", &[]).prints("revision 2 (applied)");
    service.apply(&["--skip-aws", "--no-wait"]).succeeds();
    assert_eq!(statuses(&service), ["2 applied", "1 deployed"], "the same bundle is recorded once");

    service.apply(&["--skip-aws"]).succeeds().reports("ready        Deployment unwaited-api");
    assert!(!exists(&web), "the next run deletes old objects");
    assert_eq!(statuses(&service), ["3 deployed", "2 applied", "1 deployed"]);

    service.update("image-not-found/api:3", "");
    service.apply(&["--skip-aws", "--no-wait"]).succeeds().omits("rolling back");
    service
        .run("rollback", &["--skip-aws", "--no-wait"])
        .succeeds()
        .reports("rolled back to revision 3")
        .reports(
            "the pods may not be ready; run `optakit rollback unwaited-staging.bundle.json \
                  --to 3",
        );
    assert_eq!(service.image(), "acme/slow-start:2");
    assert_eq!(statuses(&service)[..2], ["5 applied", "4 applied"]);
    service.run("rollback", &["--skip-aws", "--to", "3"]).succeeds();
    assert_eq!(statuses(&service)[0], "6 deployed");
    record_fault(
        "A run with `--no-wait` ends before the pods are ready",
        "Old objects stay. The next run waits, deletes them and is recorded as deployed.",
    );
}

#[test]
fn failed_run_after_one_without_a_wait_rolls_back_before_both() {
    let service = Service::new("unwaited-failed", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("image-not-found/api:2", "");
    service.apply(&["--skip-aws", "--no-wait"]).succeeds();
    service.apply(&["--skip-aws"]).fails().reports("rolled back to revision");
    assert_eq!(service.image(), "acme/api:1");
}

#[test]
fn events_say_that_the_run_did_not_wait() {
    let service = Service::new("unwaited-events", "acme/api:1", "");
    let waited = |arguments: &[&str]| {
        let run = service.run("apply", &[&["-o", "json", "--skip-aws"], arguments].concat());
        let done = run.stdout.lines().find(|line| line.contains("\"event\":\"done\""));
        let done: Value = serde_json::from_str(done.expect("an event")).expect("JSON");
        done["waited"].clone()
    };
    assert_eq!(waited(&["--no-wait"]), false);
    assert_eq!(waited(&[]), true);
}

#[tokio::test]
async fn permissions_are_withdrawn_by_the_run_that_waits() {
    let service = Service::new("unwaited-iam", "acme/api:1", &bucket("acme-first", "read"));
    let (iam, role) = (Client::new(&aws().await), "staging-unwaited-iam-api");
    service.apply_with(&[]).succeeds();
    service.update("acme/api:2", &bucket("acme-second", "read"));
    service.apply_with(&["--no-wait"]).succeeds().omits("withdrawn");
    let both = document(&iam, role).await;
    assert!(both.contains("acme-first") && both.contains("acme-second"), "{both}");
    service.apply_with(&[]).succeeds().reports("withdrawn");
    let second = document(&iam, role).await;
    assert!(!second.contains("acme-first") && second.contains("acme-second"), "{second}");
}
