//! Objects that someone else wrote, in order to mislead or to block a run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::history::revisions;
use crate::testbed::{
    Run, Service, apply_objects, get, kubeconfig_of, kubectl_ok, optakit, record_fault,
};

/// Returns a Lease of the lock of a layer.
fn lease(layer: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": format!("optakit-{layer}"), "namespace": layer},
        "spec": spec,
    })
}

#[test]
fn lease_with_impossible_times_does_not_block_a_run() {
    let service = Service::new("timeless", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let end = "9999-12-31T23:59:59.999999Z";
    let spec = json!({"acquireTime": end, "renewTime": end});
    apply_objects(&[lease("timeless", spec)], service.folder());
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    assert_eq!(service.image(), "acme/api:2");
}

#[test]
fn times_that_cannot_be_represented_do_not_fail_a_wait() {
    let service = Service::new("calendar", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let ends = ["9999-12-31T23:59:59Z", "9999-12-30T22:00:01Z", "0001-01-01T00:00:00Z"];
    for (end, image) in ends.into_iter().zip(["acme/api:2", "acme/api:3", "acme/api:4"]) {
        let condition = json!({
            "type": "acme.io/Checked", "status": "True", "reason": "Checked", "message": "",
            "lastTransitionTime": end, "lastUpdateTime": end,
        });
        let deployment = service.deployment_name();
        for (object, with_update) in [("deployment", true), ("replicaset", false), ("pod", false)] {
            let name = match object {
                "deployment" => deployment.clone(),
                _ => get(&["-n", "calendar", object])["items"][0]["metadata"]["name"]
                    .as_str()
                    .expect("the object exists")
                    .to_owned(),
            };
            let mut condition = condition.clone();
            if !with_update {
                condition.as_object_mut().expect("an object").remove("lastUpdateTime");
            }
            let status = json!({"status": {"conditions": [condition]}}).to_string();
            let patch = ["patch", object, &name, "--subresource=status", "-p", &status];
            kubectl_ok(&[&["-n", "calendar"], &patch[..]].concat());
        }
        service.update(image, "");
        service.apply(&["--timeout", "60"]).succeeds().omits("the watch failed");
        assert_eq!(service.image(), image);
        service.run("status", &[]).succeeds().prints(image);
    }
    record_fault(
        "The status of a Deployment, ReplicaSet or pod has a time at the end of the year 9999",
        "Such times are ignored. The wait succeeds.",
    );
}

#[test]
fn lease_that_is_valid_for_years_is_reported_with_a_way_out() {
    let service = Service::new("endless", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let spec = json!({"holderIdentity": "x\n  help: run y", "leaseDurationSeconds": i32::MAX});
    apply_objects(&[lease("endless", spec)], service.folder());
    service.update("acme/api:2", "");
    service
        .apply(&[])
        .fails()
        .omits("\n  help: run y")
        .reports("its Lease is valid for 596523h14m07s; nothing was changed")
        .reports("delete the Lease: `kubectl -n endless delete lease optakit-endless");
    kubectl_ok(&["-n", "endless", "delete", "lease", "optakit-endless"]);
    service.apply(&[]).succeeds();
    record_fault(
        "Someone writes a Lease that is valid for years, or has invalid times",
        "The message shows how to delete the Lease. Times are never compared.",
    );
}

#[test]
fn forged_revisions_do_not_displace_what_runs() {
    let service = Service::new("displaced", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    let forged: Vec<Value> = (0..12).map(|index| forged_revision(999_999_999 - index)).collect();
    apply_objects(&forged, service.folder());

    service.run("drift", &[]).succeeds().prints("no differences");
    service.run("status", &[]).succeeds().prints("revision 2 (deployed)");
    service.update("acme/api:3", "");
    service.apply(&[]).succeeds();
    assert_eq!(revisions(&service)[12..], [3, 2, 1].map(|number| (number, "deployed".to_owned())));
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 2");
    assert_eq!(service.image(), "acme/api:2");
    service.run("rollback", &["--to", "999999999"]).fails().reports("cannot read the record");
    assert_eq!(service.image(), "acme/api:2");
    record_fault(
        "Someone writes Secrets that look like newer revisions",
        "All revisions are kept. `status`, `drift` and `rollback` use the revision that runs.",
    );
}

/// Returns a Secret that looks like a revision of the layer `displaced`.
fn forged_revision(number: u32) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "optakit.dev/revision",
        "metadata": {
            "name": format!("optakit.displaced.v{number}"),
            "namespace": "displaced",
            "labels": {
                "optakit.dev/layer": "displaced",
                "optakit.dev/revision": number.to_string(),
                "optakit.dev/status": "deployed",
            },
            "annotations": {"optakit.dev/digest": "sha256:1"},
        },
        "data": {"bundle": STANDARD.encode("garbage")},
    })
}

#[test]
fn answers_of_aws_are_shown_without_control_characters() {
    let service = Service::new("painted", "AUTO", "");
    service.archive("amd64");
    for action in ["DescribeRepositories", "GetAuthorizationToken", "GetRole"] {
        for output in ["text", "json"] {
            let mut command = optakit(service.folder());
            let bundle = service.bundle();
            command.args(["deploy", &bundle, "app.tar", "--yes", "--output", output]);
            let run = Run::of(command.env("AWS_ACCESS_KEY_ID", format!("PAINTED-{action}")));
            assert_eq!(run.code, 1, "{}", run.stderr);
            let output = run.stdout + &run.stderr;
            assert!(output.contains("AccessDenied"), "{action}: {output}");
            assert!(!output.contains(['\u{1b}', '\u{202e}']), "{action}: {output:?}");
            assert!(!output.contains("\n  help: run this"), "{action}: {output}");
        }
    }
    record_fault(
        "An answer of AWS has control characters, bidirectional marks or lines that look like ours",
        "They are shown as escapes, in one line.",
    );
}

#[test]
fn run_that_may_not_take_the_lock_leaves_no_file() {
    let service = Service::new("nolock", "acme/api:1", "");
    let kubeconfig = kubeconfig_of("nolock", &[may_look_around()], service.folder());
    let temporary = service.folder().join("temporary");
    std::fs::create_dir(&temporary).expect("the folder can be created");
    let run = optakit(service.folder())
        .args(["apply", &service.bundle(), "--skip-aws", "--yes", "--kubeconfig", &kubeconfig])
        .env("TMPDIR", &temporary)
        .output();
    Run::from(run.expect("Optakit starts")).fails().reports("permissions are missing");
    let left = std::fs::read_dir(&temporary).expect("the folder can be listed").count();
    assert_eq!(left, 0);
}

/// Returns a role that can identify the cluster, and nothing else.
fn may_look_around() -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "nolock"},
        "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}],
    })
}
