//! What the history records about each revision, and what it does with unfinished runs.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::history::revisions;
use crate::testbed::{
    Service, apply_objects, exists, get, kubectl, kubectl_ok, optakit, record_fault, setting,
};

/// Returns the revisions, newest first, as JSON.
#[track_caller]
fn recorded(service: &Service) -> Vec<Value> {
    let history = service.run("history", &["-o", "json"]).succeeds();
    let history: Value = serde_json::from_str(&history.stdout).expect("the history is JSON");
    assert_eq!(history["layer"], service.layer);
    history["revisions"].as_array().expect("a list").clone()
}

#[track_caller]
fn git(service: &Service, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(service.folder()).args(["-c", "user.name=Ann", "-c", "user.email=a@acme.io"]);
    let output = git.args(arguments).output().expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("git prints text").trim().to_owned()
}

/// Applies the bundle with variables of the environment.
#[track_caller]
fn apply_with_variables(service: &Service, variables: &[(&str, &str)]) {
    let mut command = optakit(service.folder());
    command.args(["apply", &service.bundle(), "--skip-aws", "--yes", "--kubeconfig"]);
    command.arg(setting("OPTAKIT_TEST_KUBECONFIG")).stdin(Stdio::null());
    for name in ["GITHUB_SHA", "GITHUB_ACTOR", "CI_COMMIT_SHA", "GITLAB_USER_LOGIN"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().expect("Optakit starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn history_has_image_author_commit_and_cause() {
    let service = Service::new("annals", "acme/api:1", "");
    let sha = "0123456789abcdef0123456789abcdef01234567";
    apply_with_variables(&service, &[("CI_COMMIT_SHA", sha), ("GITLAB_USER_LOGIN", "ann")]);
    git(&service, &["init", "--quiet"]);
    git(&service, &["add", "opta.yml"]);
    git(&service, &["commit", "--quiet", "-m", "first"]);
    let commit = git(&service, &["rev-parse", "HEAD"]);
    service.update("image-not-found/api:2", "");
    service.apply(&["--on-failure", "keep"]).fails();
    let revisions = recorded(&service);
    let [failed, first] = revisions.as_slice() else { panic!("two revisions: {revisions:?}") };
    assert_eq!((&first["image"], &first["author"]), (&json!("acme/api:1"), &json!("ann")));
    assert_eq!((&first["commit"], &first["dirty"]), (&json!(sha), &json!(false)));
    assert_eq!((&first["cause"], &first["current"]), (&Value::Null, &json!(false)));
    assert_eq!(failed["image"], "image-not-found/api:2");
    assert_eq!((&failed["commit"], &failed["dirty"]), (&json!(commit), &json!(true)));
    assert_eq!((&failed["status"], &failed["current"]), (&json!("failed"), &json!(true)));
    let cause = failed["cause"].as_str().expect("the cause is recorded");
    assert!(cause.contains("cannot be pulled (ErrImagePull)"), "{cause}");
    service.run("rollback", &[]).succeeds();
    let restored = recorded(&service).remove(0);
    assert_eq!((&restored["restores"], &restored["commit"]), (&json!(1), &json!(sha)));
    let line = service.run("history", &[]).succeeds();
    assert!(line.stdout.contains("current; rollback to revision 1"), "{}", line.stdout);
}

#[test]
fn every_rollback_is_recorded() {
    let service = Service::new("repeated", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.run("rollback", &["--to", "1"]).succeeds().reports("rolled back to revision 1");
    service.run("rollback", &["--to", "2"]).succeeds().reports("rolled back to revision 2");
    let restores: Vec<Value> =
        recorded(&service).iter().map(|revision| revision["restores"].clone()).collect();
    assert_eq!(restores, [json!(1), json!(1), Value::Null]);
}

#[test]
fn rollback_skips_revisions_without_an_image() {
    let service = Service::new("skipped", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    service.run("rollback", &["--to", "1"]).succeeds();
    // After a rollback, the only other revision is newer.
    service
        .run("rollback", &[])
        .fails()
        .reports("there is no earlier revision to roll back to")
        .reports("revision 2 was deployed later")
        .reports(&format!("optakit rollback {} --to 2 --kubeconfig", service.bundle()));
    // A release that fails after a rollback returns to the bundle of the rollback.
    service.update("image-not-found/api:3", "");
    service.apply(&[]).fails().reports("rolled back to revision 3 (revision 1 again)");
}

#[test]
fn failed_rollback_names_the_way_back() {
    let service = Service::new("wayback", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("image-not-found/api:2", "");
    service.apply(&[]).fails();
    let failed = service.run("rollback", &["--to", "2"]).fails();
    let failed = failed.reports("revision 3, which ran before, does not run now");
    let command = format!("rollback {} --to 3 --kubeconfig", service.bundle());
    let failed = failed.reports(&command);
    let last = failed.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with("error: the rollback failed: "), "{last}");
    assert!(last.contains("cannot be pulled"), "{last}");
    service.run("rollback", &["--to", "3"]).succeeds();
    assert_eq!(service.image(), "acme/api:1");
}

#[test]
fn killed_run_is_shown_as_interrupted_when_its_lock_has_expired() {
    let service = Service::new("vanished", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let secret = ["-n", "vanished", "secret", "optakit.vanished.v1"];
    let relabel = |status: &str| {
        let label = format!("optakit.dev/status={status}");
        kubectl_ok(&[&["label", "--overwrite"], &secret[..], &[&label]].concat());
    };
    relabel("applying");
    let lease = |holder: &str, seconds: i32| {
        json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": "optakit-vanished", "namespace": "vanished"},
            "spec": {"holderIdentity": holder, "leaseDurationSeconds": seconds},
        })
    };
    apply_objects(&[lease("another-run", 30)], service.folder());
    assert_eq!(revisions(&service), [(1, "applying".to_owned())], "the lock was just written");
    kubectl_ok(&["-n", "vanished", "delete", "lease", "optakit-vanished"]);
    assert_eq!(revisions(&service), [(1, "interrupted".to_owned())]);
    let status = service.run("status", &[]).succeeds();
    status.prints("revision 1 (interrupted)");
    assert_eq!(
        get(&secret)["metadata"]["labels"]["optakit.dev/status"],
        "applying",
        "`history` writes nothing"
    );
}

#[test]
fn next_run_deletes_parts_that_a_killed_run_left() {
    let service = Service::new("orphaned", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let part = |name: &str, number: &str, kind: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": kind,
            "metadata": {
                "name": name, "namespace": "orphaned",
                "labels": {"optakit.dev/layer": "orphaned", "optakit.dev/revision": number},
            },
        })
    };
    let ours = "optakit.dev/revision-part";
    let objects = [
        part("optakit.orphaned.v2.part3", "2", ours),
        part("optakit.orphaned.v2.part2", "2", ours),
        part("optakit.orphaned.v7.part2", "7", ours),
        part("backup-of-a-part", "2", "Opaque"),
    ];
    apply_objects(&objects, service.folder());
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    let secrets = kubectl_ok(&["-n", "orphaned", "get", "secrets", "-o", "name"]);
    assert!(!secrets.contains(".part"), "{secrets}");
    assert!(exists(&["-n", "orphaned", "secret", "backup-of-a-part"]), "it is not ours");
    assert_eq!(revisions(&service).len(), 2);
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1");
    record_fault(
        "`kill -9` between two parts of a large revision",
        "The next run deletes the parts.",
    );
}

#[test]
fn apply_deletes_nothing_if_what_runs_is_not_recorded() {
    let uri = "    public_uri: unrecalled.acme.io\n";
    let service = Service::new("unrecalled", "acme/api:1", uri);
    service.apply(&[]).succeeds();
    let parent = ["-n", "unrecalled", "configmap", "optakit-unrecalled"];
    kubectl_ok(&["-n", "unrecalled", "delete", "secret", "optakit.unrecalled.v1"]);
    service.update("acme/api:2", "");
    let kept = "nothing is deleted; kept Ingress unrecalled-api-k8s-service-0";
    service
        .run("plan", &["--skip-aws"])
        .exits(2)
        .reports("revision 1, which runs now, is not in the history")
        .reports(kept)
        .reports("optakit.dev/keep");
    service.apply(&[]).succeeds().reports(kept).omits("will delete");
    let ingress = ["-n", "unrecalled", "ingress", "unrecalled-api-k8s-service-0"];
    assert!(exists(&ingress));
    // It stays a member, so the next apply deletes it: now the history has what runs.
    let kinds = get(&parent)["metadata"]["annotations"].to_string();
    assert!(kinds.contains("Ingress.networking.k8s.io"), "{kinds}");
    service.apply(&[]).succeeds().reports("will delete  Ingress unrecalled-api-k8s-service-0");
    assert!(!kubectl(&[&["get"], &ingress[..]].concat()).status.success());
    record_fault(
        "The revision that runs is missing in the history, and an apply removes an object",
        "The object stays, and the message names it. The apply after it deletes the object.",
    );
}

#[test]
fn apply_deletes_nothing_if_the_record_of_what_runs_is_damaged() {
    let service = Service::new("damaged", "acme/api:1", "    public_uri: damaged.acme.io\n");
    service.apply(&[]).succeeds();
    let name = ["-n", "damaged", "secret", "optakit.damaged.v1"];
    let mut record = get(&name);
    kubectl_ok(&[&["delete"], &name[..]].concat());
    record["data"]["bundle"] = json!("AAAA");
    for field in ["uid", "resourceVersion", "managedFields", "creationTimestamp"] {
        record["metadata"].as_object_mut().expect("metadata").remove(field);
    }
    apply_objects(&[record], service.folder());
    service.update("acme/api:2", "");
    service
        .apply(&[])
        .succeeds()
        .reports("the record of revision 1, which runs now, is damaged; nothing is deleted")
        .omits("will delete");
    assert!(exists(&["-n", "damaged", "ingress", "damaged-api-k8s-service-0"]));
}

#[test]
fn ten_slots_are_for_deployed_revisions() {
    let service = Service::new("slots", "acme/api:1", "");
    service.apply(&[]).succeeds();
    for tag in 2..=11 {
        service.update(&format!("image-not-found/api:{tag}"), "");
        service.apply(&["--on-failure", "keep"]).fails();
        service.update(&format!("acme/api:{tag}"), "");
        service.apply(&[]).succeeds();
    }
    let statuses: Vec<String> = revisions(&service).into_iter().map(|(_, status)| status).collect();
    let count = |status: &str| statuses.iter().filter(|other| *other == status).count();
    assert_eq!((count("deployed"), count("failed")), (10, 10));
}

#[test]
fn max_history_limits_the_revisions_that_are_kept() {
    let service = Service::new("short-history", "acme/api:1", "    max_history: 2\n");
    service.apply(&[]).succeeds();
    for tag in 2..=4 {
        service.update(&format!("acme/api:{tag}"), "    max_history: 2\n");
        service.apply(&[]).succeeds();
    }
    let numbers: Vec<u32> = revisions(&service).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [4, 3]);
}
