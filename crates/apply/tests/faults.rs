//! Applies that are killed, and an API server that is overloaded or loses connections.

#[allow(dead_code, unused_imports, reason = "these tests use a part of the testbed")]
mod testbed;

use std::process::Stdio;

use serde_json::Value;
use testbed::faulty::{FaultyProxy, KUBECONFIG};
use testbed::{Service, get, optakit, record_fault};

/// The highest number of writes that an apply can need.
const MOST_WRITES: usize = 40;
/// The lowest number of writes that an apply can need.
const FEWEST_WRITES: usize = 5;

/// Returns kind and name of the objects that Optakit creates for itself.
fn own_objects(layer: &str) -> Vec<String> {
    let label = "app.kubernetes.io/managed-by=optakit";
    let list = get(&["-n", layer, "leases,configmaps,secrets", "-l", label]);
    let objects = list["items"].as_array().expect("a list").iter();
    objects.map(|object| format!("{} {}", object["kind"], object["metadata"]["name"])).collect()
}

#[test]
fn apply_retries_errors_and_lost_answers() {
    let service = Service::new("stormy", "acme/api:1", "    max_containers: 4\n");
    let proxy = FaultyProxy::start(&service);
    proxy.set_mode("storm");
    for (image, changes) in [("acme/api:1", true), ("acme/api:1", false), ("acme/api:2", true)] {
        service.update(image, "    max_containers: 4\n");
        let run = service.apply_with(&["--kubeconfig", KUBECONFIG, "--skip-aws"]).succeeds();
        assert_eq!(run.stderr.contains("nothing to change"), !changes, "{}", run.stderr);
    }
    assert_eq!(service.image(), "acme/api:2");
    let objects = own_objects("stormy");
    let revisions = objects.iter().filter(|name| name.contains("optakit.stormy.v")).count();
    assert_eq!(revisions, 2, "a retry does not record a revision twice");
    record_fault(
        "The API server answers 429 and 500, drops connections and loses answers",
        "The apply succeeds. No revision is recorded twice.",
    );
}

/// When the layer is deleted between two applies.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    FromNothing,
    FromTheLastApply,
}

/// Kills an apply at its first write, then at its second write, and so on until an apply ends
/// without reaching the write. Applies again each time.
fn kill_at_every_write(layer: &str, start: Start) {
    // Each update changes another field, and adds or removes the Ingress.
    let fields = [
        format!("    max_containers: 4\n    public_uri: {layer}.acme.io/v1\n"),
        "    max_containers: 5\n".to_owned(),
    ];
    let service = Service::new(layer, "acme/api:0", &fields[0]);
    let proxy = FaultyProxy::start(&service);
    let mut number = 0;
    loop {
        number += 1;
        assert!(number < MOST_WRITES, "an apply needs fewer writes");
        service.update(&format!("acme/api:{number}"), &fields[number % 2]);
        if start == Start::FromNothing && number > 1 {
            service.run("destroy", &["--yes"]).succeeds();
        }
        proxy.set_mode(&format!("hold={number}"));
        let mut child = optakit(service.folder())
            .args(["apply", &service.bundle(), "--kubeconfig", KUBECONFIG, "--skip-aws", "--yes"])
            .stderr(Stdio::null())
            .spawn()
            .expect("Optakit starts");
        if !proxy.holds(&mut child) {
            assert!(child.wait().expect("Optakit exits").success());
            break;
        }
        child.kill().expect("Optakit is running");
        child.wait().expect("Optakit ends");
        assert_next_apply_repairs(&service, number);
    }
    assert!(number > FEWEST_WRITES, "an apply needs more than {number} writes");
    assert_destroy_leaves_nothing(&service);
}

/// Asserts that the next apply finishes what the killed one began.
fn assert_next_apply_repairs(service: &Service, write: usize) {
    service.apply(&["--skip-aws"]).succeeds();
    assert_eq!(service.image(), format!("acme/api:{write}"), "after write {write}");
    let ingresses = get(&["-n", &service.layer, "ingresses"]);
    let ingresses = ingresses["items"].as_array().expect("a list").len();
    assert_eq!(ingresses, (write + 1) % 2, "after write {write}");
    let has_lock = own_objects(&service.layer).iter().any(|name| name.contains("Lease"));
    assert!(!has_lock, "after write {write}: the lock was not released");
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}

fn assert_destroy_leaves_nothing(service: &Service) {
    service.run("destroy", &["--yes"]).succeeds();
    assert_eq!(own_objects(&service.layer), [""; 0]);
    let kinds = "deployments,services,serviceaccounts,hpa,pdb,ingresses";
    let left = get(&["-n", &service.layer, kinds]);
    let left = left["items"].as_array().expect("a list").iter();
    let names: Vec<&Value> = left.map(|object| &object["metadata"]["name"]).collect();
    assert_eq!(names, ["default"], "every namespace has the service account `default`");
}

#[test]
fn next_apply_finishes_a_killed_update() {
    kill_at_every_write("killed", Start::FromTheLastApply);
    record_fault(
        "`kill -9` at each write of an update, one after the other",
        "The next apply finishes the update. The lock is released and nothing is left over.",
    );
}

#[test]
fn next_apply_finishes_a_killed_first_apply() {
    kill_at_every_write("killedfirst", Start::FromNothing);
    record_fault(
        "`kill -9` at each write of a first apply",
        "The next apply finishes it. A destroy then leaves nothing.",
    );
}
