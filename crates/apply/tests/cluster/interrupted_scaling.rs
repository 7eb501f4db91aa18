//! Runs that are killed or delayed while the number of pods is about to change.

use std::process::{Child, Stdio};

use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::{
    Service, create_volumes, get, kubectl_ok, optakit, ready_pods, record_fault, until,
};

/// The highest number of writes that an apply can need.
const MOST_WRITES: usize = 40;

fn start_apply(service: &Service) -> Child {
    let bundle = service.bundle();
    let arguments = ["apply", &bundle, "--kubeconfig", KUBECONFIG, "--skip-aws", "--yes"];
    let mut command = optakit(service.folder());
    command.args(arguments).stderr(Stdio::null()).spawn().expect("Optakit starts")
}

/// Returns the UIDs of the pods of a layer.
fn pods(layer: &str) -> Vec<String> {
    let list = get(&["-n", layer, "pods"]);
    let items = list["items"].as_array().expect("a list").iter();
    items.map(|pod| pod["metadata"]["uid"].to_string()).collect()
}

#[test]
fn autoscaler_that_scales_during_an_apply_does_not_undercut_the_new_minimum() {
    let automatic =
        |min: u32, max: u32| format!("    min_containers: {min}\n    max_containers: {max}\n");
    let service = Service::new("undercut", "acme/api:1", &automatic(2, 6));
    service.apply(&["--skip-aws"]).succeeds();
    let proxy = FaultyProxy::start(&service);
    let deployment = format!("deployment/{}", service.deployment_name());
    let scale =
        |count: &str| kubectl_ok(&["-n", "undercut", "scale", &deployment, "--replicas", count]);
    let mut held = 0;
    for number in 1.. {
        assert!(number < MOST_WRITES, "an apply needs fewer writes");
        service.update("acme/api:1", &automatic(2, 6));
        service.apply(&["--skip-aws"]).succeeds();
        scale("5");
        until("five pods are ready", || ready_pods("undercut").len() == 5);
        service.update("acme/api:1", &automatic(4, 6));
        proxy.set_mode(&format!("gate={number}"));
        let mut child = start_apply(&service);
        if !proxy.holds(&mut child) {
            assert!(child.wait().expect("Optakit exits").success());
            break;
        }
        let autoscaler = get(&["-n", "undercut", "hpa", &service.deployment_name()]);
        // The autoscaler does this while it has the old limits.
        let has_old_limits = autoscaler["spec"]["minReplicas"] == 2;
        if has_old_limits {
            scale("3");
            held += 1;
        }
        proxy.set_mode("none");
        assert!(child.wait().expect("Optakit exits").success());
        let count = service.deployment()["spec"]["replicas"].clone();
        assert!(!has_old_limits || count == 4, "after write {number}: {count}");
    }
    assert!(held > 2, "{held} writes were held");
    record_fault(
        "An autoscaler with the old limits scales down while an apply raises the minimum",
        "The apply raises the number of pods to the new minimum after it wrote the autoscaler.",
    );
}

#[test]
fn killed_replacement_of_a_stateful_set_keeps_the_number_of_pods() {
    let scaled = |size: usize| {
        format!("    min_containers: 1\n    persistent_storage: [{{path: /data, size: {size}}}]\n")
    };
    let service = Service::new("growkill", "acme/api:1", &scaled(10));
    let claim = |pod: usize| format!("opta-persistent-0-growkill-api-k8s-service-{pod}");
    create_volumes("growkill", &[claim(0), claim(1), claim(2)], service.folder());
    service.apply(&["--skip-aws"]).succeeds();
    let set = "statefulset/growkill-api-k8s-service";
    kubectl_ok(&["-n", "growkill", "scale", set, "--replicas", "3"]);
    until("three pods are ready", || ready_pods("growkill").len() == 3);
    let before = pods("growkill");
    let proxy = FaultyProxy::start(&service);
    for number in 1.. {
        assert!(number < MOST_WRITES, "an apply needs fewer writes");
        service.update("acme/api:1", &scaled(10 + number));
        proxy.set_mode(&format!("hold={number}"));
        let mut child = start_apply(&service);
        if !proxy.holds(&mut child) {
            assert!(child.wait().expect("Optakit exits").success());
            break;
        }
        child.kill().expect("Optakit is running");
        child.wait().expect("Optakit ends");
        service.apply(&["--skip-aws"]).succeeds();
        assert_eq!(pods("growkill"), before, "after write {number}: no pod is deleted");
        service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    }
    assert_eq!(pods("growkill"), before, "no pod is deleted");
    record_fault(
        "An apply is killed while it replaces an autoscaled StatefulSet",
        "The next apply creates the StatefulSet with the number of pods that are left.",
    );
}
