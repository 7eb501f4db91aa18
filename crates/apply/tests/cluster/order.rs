//! The order of the requests of an apply, and what they contain.

use serde_json::{Value, json};

use super::history::revisions;
use crate::testbed::faulty::{FaultyProxy, KUBECONFIG, Request};
use crate::testbed::{Run, Service, Terminal, apply_objects, exists, kubectl_ok, optakit};

/// The kinds of an applied set, as the parent lists them.
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";

/// Two addresses, of which a later release removes the second.
const TWO_URIS: &str = "    public_uri: [\"a.{parent.domain}\", \"b.{parent.domain}\"]\n";
const ONE_URI: &str = "    public_uri: [\"a.{parent.domain}\"]\n";

/// Applies a service through a proxy.
fn apply_through(service: &Service, options: &[&str]) -> Run {
    let bundle = service.bundle();
    let mut command = optakit(service.folder());
    command.args(["apply", &bundle, "--kubeconfig", KUBECONFIG, "--skip-aws", "--yes"]);
    Run::of(command.args(options))
}

/// Returns the position of the first request that writes an object of a resource.
fn position(requests: &[Request], method: &str, resource: &str) -> usize {
    let found = requests.iter().position(|request| request.writes(method, resource));
    found.unwrap_or_else(|| panic!("no {method} of {resource}: {requests:#?}"))
}

#[test]
fn kinds_are_announced_before_the_first_object_is_written() {
    let service = Service::new("announced", "acme/api:1", TWO_URIS);
    let proxy = FaultyProxy::start(&service);
    apply_through(&service, &[]).succeeds();
    let requests = proxy.requests();
    let parent = position(&requests, "PATCH", "optakit-announced");
    for resource in ["serviceaccounts", "services", "deployments", "ingresses"] {
        assert!(parent < position(&requests, "PATCH", resource), "{resource}");
    }
    let parent: Value = serde_json::from_str(&requests[parent].body).expect("the body is JSON");
    let kinds = parent["metadata"]["annotations"][KINDS].as_str().unwrap_or_default();
    assert_eq!(
        kinds,
        "Deployment.apps,HorizontalPodAutoscaler.autoscaling,Ingress.networking.k8s.io,Service,\
         ServiceAccount"
    );
}

#[test]
fn old_objects_are_deleted_by_their_uid_after_the_rollout() {
    let service = Service::new("removed", "acme/api:1", TWO_URIS);
    service.apply(&["--skip-aws"]).succeeds();
    let old = ["-n", "removed", "ingress", "removed-api-k8s-service-1"];
    let uid = crate::testbed::get(&old)["metadata"]["uid"].clone();

    // A rollout that fails deletes nothing.
    service.update("acme/failing-probe:2", ONE_URI);
    let proxy = FaultyProxy::start(&service);
    apply_through(&service, &["--timeout", "20"]).fails();
    let requests = proxy.requests();
    assert!(requests.iter().all(|request| !request.writes("DELETE", "ingresses")));
    assert_eq!(crate::testbed::get(&old)["metadata"]["uid"], uid);

    service.update("acme/api:2", ONE_URI);
    let proxy = FaultyProxy::start(&service);
    apply_through(&service, &[]).succeeds();
    let requests = proxy.requests();
    let deletion = position(&requests, "DELETE", "ingresses");
    assert!(position(&requests, "PATCH", "deployments") < deletion);
    let body: Value = serde_json::from_str(&requests[deletion].body).expect("the body is JSON");
    assert_eq!(body["preconditions"], json!({"uid": uid}));
    assert!(!exists(&old));
}

/// Returns how often a Lease was read.
fn reads_of_lease(proxy: &FaultyProxy) -> usize {
    let requests = proxy.requests();
    let is_read = |request: &&Request| request.method == "GET" && request.path.contains("/leases/");
    requests.iter().filter(is_read).count()
}

/// Waits until a run has read the Lease again, after a change.
fn wait_for_reads(proxy: &FaultyProxy) {
    let before = reads_of_lease(proxy);
    while reads_of_lease(proxy) < before + 2 {
        std::thread::yield_now();
    }
}

#[test]
fn a_run_that_waits_for_a_lock_plans_after_the_wait() {
    let service = Service::new("patient", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "");
    let lease = |time: &str| {
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "optakit-patient", "namespace": "patient"},
            "spec": {
                "holderIdentity": "ann@laptop/17",
                "leaseDurationSeconds": 30,
                "acquireTime": "2026-01-01T00:00:00.000000Z",
                "renewTime": time,
            },
        })
    };
    apply_objects(&[lease("2026-01-01T00:00:00.000000Z")], service.folder());
    let proxy = FaultyProxy::start(&service);
    let bundle = service.bundle();
    let arguments = ["apply", &bundle, "--kubeconfig", KUBECONFIG, "--skip-aws", "--yes"];
    let arguments = [&arguments[..], &["--wait-lock", "120"]].concat();
    let run = Terminal::start(&service, &[], &arguments);
    run.shows("waiting for the lock of ann@laptop/17");
    // The other run renews its lock. Without `--wait-lock`, the apply would fail now.
    wait_for_reads(&proxy);
    apply_objects(&[lease("2026-01-01T00:00:10.000000Z")], service.folder());
    wait_for_reads(&proxy);
    // The other run changes what the plan depends on, and ends.
    kubectl_ok(&["-n", "patient", "delete", "service", "api"]);
    kubectl_ok(&["-n", "patient", "delete", "lease", "optakit-patient"]);
    run.exits(0);
    assert!(exists(&["-n", "patient", "service", "api"]), "the plan was made after the wait");
    assert_eq!(service.image(), "acme/api:2");
    assert_eq!(revisions(&service).len(), 2);
}

#[test]
fn ctrl_c_during_a_wait_for_a_lock_ends_the_run() {
    let service = Service::new("impatient", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "");
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "optakit-impatient", "namespace": "impatient"},
        "spec": {"holderIdentity": "ann@laptop/17", "leaseDurationSeconds": 3600},
    });
    apply_objects(&[lease], service.folder());
    let proxy = FaultyProxy::start(&service);
    let bundle = service.bundle();
    let arguments = ["apply", &bundle, "--kubeconfig", KUBECONFIG, "--skip-aws", "--yes"];
    let mut run = Terminal::start(&service, &[], &arguments);
    run.shows("waiting for the lock of ann@laptop/17");
    run.types("\u{3}");
    run.exits(130);
    assert!(proxy.requests().iter().all(|request| !request.writes("PATCH", "deployments")));
    assert!(exists(&["-n", "impatient", "lease", "optakit-impatient"]), "it is not our lock");
    assert_eq!(service.image(), "acme/api:1");
}
