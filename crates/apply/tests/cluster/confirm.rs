//! The confirmation of an apply: before it, nothing is written.

use serde_json::Value;

use super::aws::aws;
use super::history::revisions;
use crate::testbed::archive::{docker_archive, layer};
use crate::testbed::{Service, exists, get, record_fault};

/// Asserts that the cluster has no lock of a layer.
fn assert_is_unlocked(service: &Service) {
    let leases = get(&["-n", &service.layer, "leases"]);
    assert_eq!(leases["items"], Value::Array(Vec::new()));
}

#[test]
fn answer_no_changes_nothing() {
    let service = Service::new("declined", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let generation = || service.deployment()["metadata"]["generation"].clone();
    let before = generation();
    service.update("acme/api:2", "    max_containers: 5\n");
    service
        .answer("n", "apply", &["--skip-aws"])
        .fails()
        .prints("will change  Deployment declined-api-k8s-service")
        .prints("cancelled; nothing was changed");
    assert_eq!(generation(), before);
    assert_eq!(service.image(), "acme/api:1");
    let autoscaler = get(&["-n", "declined", "hpa", &service.deployment_name()]);
    assert_ne!(autoscaler["spec"]["maxReplicas"], 5);
    assert_eq!(revisions(&service).len(), 1);
    assert_is_unlocked(&service);
    service.update("acme/api:1", "");
    service.answer("y", "apply", &["--skip-aws"]).succeeds();
    record_fault(
        "The user does not confirm an apply",
        "Nothing is changed, the lock is released, and the message says so.",
    );
}

#[test]
fn answer_no_after_the_namespace_was_created_names_it() {
    let service = Service::new("halfway", "acme/api:1", "");
    service
        .answer("n", "apply", &["--skip-aws"])
        .fails()
        .prints("create the namespace `halfway`")
        .prints("cancelled; the namespace was not created, and nothing was applied");
    assert!(!exists(&["namespace", "halfway"]));
    service
        .answer("y,n", "apply", &["--skip-aws"])
        .fails()
        .prints("cancelled; the Namespace `halfway` was created, nothing else was changed");
    assert!(exists(&["namespace", "halfway"]));
    assert_eq!(service.versions(), [""; 0]);
    assert_eq!(revisions(&service), []);
    assert_is_unlocked(&service);
}

#[tokio::test]
async fn deploy_pushes_and_creates_nothing_before_the_confirmation() {
    let service = Service::new("unpushed", "AUTO", "");
    docker_archive(&service.folder().join("app.tar"), "3.1", &[&layer(6, 2000)]);
    let deploy = |answers: &str| service.answer(answers, "deploy", &["app.tar"]);
    let dry_run = service.run("deploy", &["app.tar", "--dry-run"]).succeeds();
    dry_run.prints("will create  Namespace unpushed").reports("dry run: nothing was changed");
    assert!(!exists(&["namespace", "unpushed"]), "a dry run does not create the namespace");
    deploy("y,n").fails().prints("cancelled; the Namespace `unpushed` was created");
    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let repository = || ecr.describe_repositories().repository_names("opta-unpushed-api").send();
    assert!(repository().await.is_err(), "no repository was created");
    deploy("y").succeeds().prints("pushed       ");
    assert!(repository().await.is_ok());
    assert!(service.image().contains("opta-unpushed-api@sha256:"));
}

#[test]
fn rollback_is_shown_and_confirmed() {
    let service = Service::new("reconsidered", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    service
        .answer("n", "rollback", &[])
        .fails()
        .prints("will change  Deployment reconsidered-api-k8s-service  (rolling restart)")
        .prints("cancelled; nothing was changed");
    assert_eq!(service.image(), "acme/api:2");
    service.answer("y", "rollback", &[]).succeeds().prints("rolled back to revision 1");
}
