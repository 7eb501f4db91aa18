//! Takeovers that are killed at each of their writes.

use std::process::Stdio;

use serde_json::Value;

use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::helm::{helm, install_changed, with_hash_names};
use crate::testbed::{
    Service, create_namespace, get, kubectl_ok, optakit, ready_pods, record_fault,
};

/// The highest number of writes that a takeover can need.
const MOST_WRITES: usize = 60;
/// The lowest number of writes that a takeover can need.
const FEWEST_WRITES: usize = 10;

/// The fields of the service: an autoscaler and two Ingresses, one of which has another name.
const FIELDS: &str = "    min_containers: 2\n    public_uri: [\"a.{parent.domain}\", \
                      \"b.{parent.domain}\"]\n    healthcheck_path: /health\n";

/// Installs a service with Helm, in two revisions. Returns it with its running pods.
fn installed(layer: &str) -> (Service, Vec<String>) {
    create_namespace(layer);
    let service = Service::new(layer, "acme/api:1", FIELDS);
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2021"]).succeeds();
    for _ in 0..2 {
        install_changed(&service, with_hash_names(&service));
    }
    let deployment = format!("deployment/{}", service.deployment_name());
    kubectl_ok(&["-n", layer, "scale", &deployment, "--replicas", "2"]);
    kubectl_ok(&["-n", layer, "rollout", "status", &deployment, "--timeout=60s"]);
    let pods = ready_pods(layer);
    assert_eq!(pods.len(), 2);
    (service, pods)
}

/// Removes what differs between two equal objects, and the name of the layer.
fn normalized(mut object: Value, layer: &str) -> String {
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    let is_random =
        |key: &str| ["uid", "resourceVersion", "creationTimestamp", "generation"].contains(&key);
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|key, _| !is_random(key));
        if let Some(fields) = metadata.get_mut("managedFields").and_then(Value::as_array_mut) {
            // Controllers write at any time.
            fields.retain(|field| field["manager"] != "kube-controller-manager");
            for field in fields {
                field["time"] = Value::Null;
            }
        }
    }
    for field in ["clusterIP", "clusterIPs"] {
        if let Some(spec) = object["spec"].as_object_mut() {
            spec.remove(field);
        }
    }
    // The bundle, and so its digest, and the ID of the ApplySet contain the name of the layer.
    object["metadata"]["annotations"]["optakit.dev/digest"].take();
    object["metadata"]["labels"]["applyset.kubernetes.io/part-of"].take();
    object["metadata"]["labels"]["applyset.kubernetes.io/id"].take();
    object.to_string().replace(layer, "LAYER")
}

/// Returns the objects of a layer, without what differs between two layers.
fn state(layer: &str) -> Vec<String> {
    let kinds = "serviceaccounts,services,deployments,hpa,pdb,ingresses,configmaps,leases";
    let list = get(&["-n", layer, kinds, "--show-managed-fields"]);
    let items = list["items"].as_array().expect("a list").clone();
    let is_ours = |item: &Value| item["metadata"]["name"] != "kube-root-ca.crt";
    let mut objects: Vec<String> =
        items.into_iter().filter(is_ours).map(|item| normalized(item, layer)).collect();
    let secrets = get(&["-n", layer, "secrets"]);
    for secret in secrets["items"].as_array().expect("a list") {
        let name = secret["metadata"]["name"].as_str().expect("a name").replace(layer, "LAYER");
        // The name of an archived record ends with a digest of its data.
        let name = match name.rsplit_once('.') {
            Some((name, _)) if name.contains("helm-archive") => name,
            _ => &name,
        };
        objects.push(format!("{} {name}", secret["type"]));
    }
    objects.sort();
    objects
}

/// Asserts that a takeover is complete.
#[track_caller]
fn assert_taken_over(service: &Service, pods: &[String], expected: Option<&[String]>, when: &str) {
    let layer = &service.layer;
    service.run("takeover", &[]).succeeds();
    assert_eq!(ready_pods(layer), pods, "{when}: no pod restarts");
    let release = format!("{layer}-api");
    let selector = format!("owner=helm,name={release}");
    let records = get(&["-n", "default", "secrets", "-l", &selector]);
    assert_eq!(records["items"], serde_json::json!([]), "{when}: the records are deleted");
    helm(&["uninstall", &release, "--namespace", "default"]).fails().reports("not found");
    let state = state(layer);
    assert!(!state.iter().any(|object| object.contains("meta.helm.sh")), "{when}: {state:#?}");
    if let Some(expected) = expected {
        assert_same_objects(&state, expected, when);
    }
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}

/// Asserts that two lists of objects are equal, and shows the first difference.
#[track_caller]
fn assert_same_objects(state: &[String], expected: &[String], when: &str) {
    for (left, right) in state.iter().zip(expected) {
        assert_eq!(left, right, "{when}");
    }
    assert_eq!(state.len(), expected.len(), "{when}");
}

#[test]
fn next_takeover_finishes_a_killed_one() {
    let (service, pods) = installed("takenwhole");
    service.run("takeover", &[]).succeeds();
    let expected = state("takenwhole");
    assert_taken_over(&service, &pods, Some(&expected), "without an interruption");
    let mut number = 0;
    loop {
        number += 1;
        assert!(number < MOST_WRITES, "a takeover needs fewer writes");
        let (service, pods) = installed(&format!("takenkill{number}"));
        let proxy = FaultyProxy::start(&service);
        proxy.set_mode(&format!("hold={number}"));
        let mut child = optakit(service.folder())
            .args(["takeover", &service.bundle(), "--kubeconfig", KUBECONFIG, "--yes"])
            .stderr(Stdio::null())
            .spawn()
            .expect("Optakit starts");
        let is_held = proxy.holds(&mut child);
        drop(child.kill());
        child.wait().expect("Optakit ends");
        if !is_held {
            break;
        }
        assert_taken_over(&service, &pods, Some(&expected), &format!("after write {number}"));
        kubectl_ok(&["delete", "namespace", &service.layer, "--wait=false"]);
    }
    assert!(number > FEWEST_WRITES, "a takeover needs more than {number} writes");
    record_fault(
        "`kill -9` at each write of a takeover, one after the other",
        "The next takeover finishes it: the same objects, no record of Helm, no restarted pod.",
    );
}
