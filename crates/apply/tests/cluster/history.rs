//! The history of revisions: what is recorded, what is kept, and what is not trusted.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::testbed::{Service, apply_objects, get, kubectl_ok, optakit, record_fault, setting};

/// Returns number and status of the revisions, newest first.
#[track_caller]
pub(crate) fn revisions(service: &Service) -> Vec<(u32, String)> {
    let history = service.run("history", &[]).succeeds();
    let revision = |line: &str| {
        let mut words = line.split_whitespace();
        let number = words.next().expect("a number").parse().expect("a number");
        (number, words.next().expect("a status").to_owned())
    };
    history.stdout.lines().skip(1).map(revision).collect()
}

/// Returns the statuses of the revisions, newest first.
#[track_caller]
fn statuses(service: &Service) -> Vec<String> {
    revisions(service).into_iter().map(|(_, status)| status).collect()
}

/// Starts an apply and waits until it has written an image.
fn start_apply(service: &Service, image: &str) -> Child {
    let child = optakit(service.folder())
        .args(["apply", &service.bundle(), "--skip-aws", "--yes", "--kubeconfig"])
        .arg(setting("OPTAKIT_TEST_KUBECONFIG"))
        .stderr(Stdio::null())
        .spawn()
        .expect("Optakit starts");
    while service.image() != image {
        std::thread::yield_now();
    }
    child
}

#[test]
fn ten_failed_runs_keep_the_last_deployed_revision() {
    let service = Service::new("manyfailed", "acme/api:1", "");
    service.apply(&[]).succeeds();
    for tag in 2..=13 {
        service.update(&format!("image-not-found/api:{tag}"), "");
        service.apply(&["--on-failure", "keep"]).fails();
    }
    let statuses = statuses(&service);
    assert_eq!(statuses.len(), 11, "ten failed revisions and the deployed one: {statuses:?}");
    assert_eq!(statuses[10], "deployed");
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1");
    assert_eq!(service.image(), "acme/api:1");
    record_fault(
        "Twelve applies fail, one after the other",
        "The last deployed revision stays in the history. A rollback restores it.",
    );
}

#[test]
fn interrupted_run_is_recorded() {
    let service = Service::new("stopped", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/failing-probe:2", "");
    let mut child = start_apply(&service, "acme/failing-probe:2");
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill starts").success());
    assert!(!child.wait().expect("Optakit exits").success());
    assert_eq!(statuses(&service), ["interrupted", "deployed"]);
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1");
    assert_eq!(service.image(), "acme/api:1");
}

#[test]
fn killed_run_is_recorded_by_the_next_one() {
    let service = Service::new("slain", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/failing-probe:2", "");
    let mut child = start_apply(&service, "acme/failing-probe:2");
    child.kill().expect("Optakit is running");
    child.wait().expect("Optakit ends");
    // Its lock still exists, but the process that had it is gone.
    assert_eq!(statuses(&service), ["interrupted", "deployed"]);
    service.update("image-not-found/api:3", "");
    service.apply(&["--wait-lock", "60"]).fails().reports("rolled back to revision 1");
    assert_eq!(statuses(&service), ["deployed", "failed", "interrupted", "deployed"]);
    assert_eq!(service.image(), "acme/api:1");
    record_fault(
        "`kill -9` while pods start, then an apply that fails",
        "The killed run is recorded as interrupted. The rollback restores what ran before both.",
    );
}

#[test]
fn foreign_secrets_are_not_revisions() {
    let service = Service::new("strangesecrets", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let secret = |name: &str, kind: &str, labels: Value| {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": kind,
            "metadata": {"name": name, "namespace": "strangesecrets", "labels": labels},
        })
    };
    let labels = |number: &str| {
        json!({
            "optakit.dev/layer": "strangesecrets",
            "optakit.dev/revision": number,
            "optakit.dev/status": "deployed",
        })
    };
    let objects = [
        secret("optakit.strangesecrets.v2", "Opaque", json!({})),
        secret("optakit.strangesecrets.v3", "Opaque", labels("3")),
        secret("optakit.strangesecrets.v4", "optakit.dev/revision", json!({})),
        secret("backup", "optakit.dev/revision", labels("9")),
        secret("optakit.strangesecrets.v4294967295", "optakit.dev/revision", labels("4294967295")),
    ];
    apply_objects(&objects, service.folder());
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    let numbers: Vec<u32> = revisions(&service).iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [5, 1], "the next free number is used");
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1");
    for object in &objects {
        let name = object["metadata"]["name"].as_str().expect("a name");
        get(&["-n", "strangesecrets", "secret", name]);
    }
    record_fault(
        "Secrets of others have the name or the labels of a revision",
        "They are ignored and kept. The next free number is used.",
    );
}

/// Returns a comment that gzip cannot make much smaller.
fn incompressible_comment(bytes: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
        char::from(b'0' + u8::try_from((state >> 33) % 75).expect("a small number"))
    };
    let line = |_| format!("# {}\n", (0..100).map(|_| next()).collect::<String>());
    (0..bytes / 103).map(line).collect()
}

#[test]
fn large_revision_is_kept_and_restored() {
    let service = Service::new("large", "acme/api:1", &incompressible_comment(3_000_000));
    service.apply(&[]).succeeds();
    let secrets = get(&["-n", "large", "secrets", "-l", "optakit.dev/revision=1"]);
    let secrets = secrets["items"].as_array().expect("a list").len();
    assert!(secrets > 1, "the bundle does not fit into one Secret");
    service.update("image-not-found/api:2", "");
    service.apply(&[]).fails().reports("rolled back to revision 1");
    assert_eq!(service.image(), "acme/api:1");
    service.update("acme/api:3", "");
    service.apply(&[]).succeeds();
    service.run("destroy", &["--yes"]).succeeds();
    let left = get(&["-n", "large", "secrets", "-l", "optakit.dev/layer=large"]);
    assert_eq!(left["items"], json!([]), "a destroy deletes all parts");
    record_fault(
        "A bundle does not fit into a Secret",
        "It is recorded in several Secrets, and a rollback restores it.",
    );
}

#[test]
fn run_that_cannot_be_recorded_changes_nothing() {
    let service = Service::new("unrecorded", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let quota = json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "secrets", "namespace": "unrecorded"},
        "spec": {"hard": {"secrets": "1"}},
    });
    apply_objects(&[quota], service.folder());
    kubectl_ok(&[
        "-n",
        "unrecorded",
        "wait",
        "resourcequota/secrets",
        "--for=jsonpath={.status.used.secrets}=1",
    ]);
    let before = service.written_versions();
    service.update("acme/api:2", "");
    service
        .apply(&["--timeout", "2"])
        .fails()
        .reports("the run cannot be recorded in the history; nothing was changed")
        .reports("exceeded quota");
    assert_eq!(service.written_versions(), before);
    record_fault(
        "The API server rejects the record of a run",
        "The apply fails before it changes an object.",
    );
}

#[test]
fn changed_revision_is_refused() {
    let service = Service::new("editedrevision", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    let digest = format!("optakit.dev/digest=sha256:{}", "0".repeat(64));
    kubectl_ok(&[
        "-n",
        "editedrevision",
        "annotate",
        "--overwrite",
        "secret",
        "optakit.editedrevision.v1",
        &digest,
    ]);
    service
        .run("rollback", &["--to", "1"])
        .fails()
        .reports("revision 1 was changed after it was recorded");
    // What runs now is not known any more if its revision was changed.
    kubectl_ok(&[
        "-n",
        "editedrevision",
        "annotate",
        "--overwrite",
        "secret",
        "optakit.editedrevision.v2",
        &digest,
    ]);
    service
        .run("rollback", &[])
        .fails()
        .reports("the record of revision 2, which runs now, does not match its digest");
    assert_eq!(service.image(), "acme/api:2");
}

#[test]
fn history_of_an_earlier_version_is_read() {
    let service = Service::new("earlier", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    // An earlier version did not name what runs now.
    let unmarked = ["optakit.dev/revision-", "optakit.dev/digest-"];
    kubectl_ok(
        &[&["-n", "earlier", "annotate", "configmap", "optakit-earlier"], &unmarked[..]].concat(),
    );
    service.apply(&[]).succeeds().reports("nothing to change");
    assert_eq!(statuses(&service), ["deployed", "deployed"]);
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1");
    assert_eq!(service.image(), "acme/api:1");
}

#[test]
fn newest_revision_of_an_earlier_version_may_not_be_what_runs() {
    let service = Service::new("outgrown", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    // An earlier version did not keep a large revision, and did not name what runs now.
    kubectl_ok(&["-n", "outgrown", "delete", "secret", "optakit.outgrown.v2"]);
    let unmarked = ["optakit.dev/revision-", "optakit.dev/digest-"];
    kubectl_ok(
        &[&["-n", "outgrown", "annotate", "configmap", "optakit-outgrown"], &unmarked[..]].concat(),
    );
    service.update("image-not-found/api:3", "");
    service
        .apply(&[])
        .fails()
        .reports("was not rolled back, and nothing was deleted")
        .reports("the newest revision, 1, is not what runs now");
    assert_eq!(service.image(), "image-not-found/api:3");
}
