//! Texts that others wrote in the cluster do not look like lines of the output.

use serde_json::json;

use crate::testbed::{Service, kubectl_ok, record_fault};

#[test]
fn line_breaks_of_others_are_escaped() {
    let service = Service::new("lines", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let author = "optakit.dev/author=ann\n   9  deployed     2026-01-01T00:00:00Z  evil:1";
    kubectl_ok(&["-n", "lines", "annotate", "--overwrite", "secret", "optakit.lines.v1", author]);
    let name = service.deployment_name();
    let image = "acme/api:1\n  fake-service  9/9 ready  ok:1  (revision 1)";
    let container = json!({"name": "k8s-service", "image": image});
    let patch = json!({"spec": {"template": {"spec": {"containers": [container]}}}});
    kubectl_ok(&["-n", "lines", "patch", "deployment", &name, "-p", &patch.to_string()]);
    for command in ["status", "history", "drift", "plan"] {
        let run = service.run(command, &[]);
        for line in run.stdout.lines().chain(run.stderr.lines()) {
            let start = line.trim_start();
            assert!(!start.starts_with("fake-service"), "{command}: {line}");
            assert!(!start.starts_with("9  deployed"), "{command}: {line}");
        }
    }
    service.run("status", &[]).prints("acme/api:1\\n  fake-service");
    service.run("history", &[]).succeeds().prints("ann\\n   9  deployed");
    record_fault(
        "An image or an annotation of a revision contains line breaks that look like other rows",
        "`status`, `history`, `list` and `drift` print them as escapes.",
    );
}

#[test]
fn services_of_the_status_follow_from_the_checked_bundle() {
    let service = Service::new("invented", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let images = json!({service.deployment_name(): "acme/api:1", "invented-fake": "evil:1"});
    let images = format!("optakit.dev/images={images}");
    let secret = "optakit.invented.v1";
    kubectl_ok(&["-n", "invented", "annotate", "--overwrite", "secret", secret, &images]);
    let run = service.run("status", &[]).succeeds();
    assert!(!run.stdout.contains("fake"), "{}", run.stdout);
}

#[test]
fn a_missing_parent_of_the_set_is_named() {
    let service = Service::new("parentless", "acme/api:1", "");
    service.apply(&[]).succeeds();
    kubectl_ok(&["-n", "parentless", "delete", "configmap", "optakit-parentless"]);
    let missing = "the ConfigMap `optakit-parentless`, which names the revision, is missing";
    service.run("drift", &[]).fails().reports(missing);
    service.run("status", &[]).reports(missing);
}
