//! The wait for pods: what counts as a failure, and when.

use serde_json::{Value, json};

use crate::testbed::{
    BackgroundRun, Service, apply_objects, create_namespace, exists, get, kubectl_ok, record_fault,
    until,
};

const PROBE: &str = "    healthcheck_path: /\n";

/// Changes the Deployments of a bundle.
fn change_deployments(service: &Service, change: impl Fn(&mut Value)) {
    let path = service.folder().join(service.bundle());
    let text = std::fs::read_to_string(&path).expect("the bundle can be read");
    let mut bundle: Value = serde_json::from_str(&text).expect("a bundle is JSON");
    let manifests = bundle["manifests"].as_array_mut().expect("a bundle has manifests");
    manifests.iter_mut().filter(|object| object["kind"] == "Deployment").for_each(change);
    std::fs::write(path, bundle.to_string()).expect("the bundle can be written");
}

/// Changes the image of a service, with a short `progressDeadlineSeconds`.
fn update_with_deadline(service: &Service, image: &str) {
    service.update(image, "");
    change_deployments(service, |deployment| {
        deployment["spec"]["progressDeadlineSeconds"] = 2.into();
    });
}

/// Returns the fields of the module, and a second module `web`.
fn with_web(image: &str) -> String {
    format!("  - type: k8s-service\n    name: web\n    image: {image}\n    port: {{http: 8000}}\n")
}

#[test]
fn old_deadline_does_not_fail_the_next_rollout() {
    let service = Service::new("deadline", "acme/api:1", "");
    let arguments = ["--allow-modified", "--timeout", "60"];
    update_with_deadline(&service, "acme/api:1");
    service.apply(&arguments).succeeds();
    update_with_deadline(&service, "acme/failing-probe:2");
    service
        .apply(&[&arguments[..], &["--on-failure", "keep"]].concat())
        .fails()
        .reports("no progress within 2 s")
        .reports("HTTP status 404");
    // The pods of the first rollout still run, and the old condition stays.
    update_with_deadline(&service, "acme/api:1");
    service.apply(&arguments).succeeds().omits("no progress");
    update_with_deadline(&service, "acme/failing-probe:3");
    service
        .apply(&arguments)
        .fails()
        .reports("rolled back to revision")
        .omits("the rollback failed");
    assert_eq!(service.image(), "acme/api:1");
    record_fault(
        "The Deployment still has the condition `ProgressDeadlineExceeded` of the last rollout",
        "The condition counts only if it changes after the write: the rollout succeeds.",
    );
}

#[test]
fn timeout_of_the_service_file_limits_the_wait() {
    let fields = format!("{PROBE}    timeout: 5\n");
    let service = Service::new("own-timeout", "acme/failing-probe:1", &fields);
    service.apply(&["--on-failure", "keep"]).fails().reports("no progress within 4 s");
}

#[test]
fn timeout_outlives_the_deadline_of_the_deployment() {
    let service = Service::new("outlived", "acme/slow-start:1", "");
    update_with_deadline(&service, "acme/slow-start:1");
    service
        .apply(&["--allow-modified", "--timeout", "120"])
        .succeeds()
        .reports("ProgressDeadlineExceeded")
        .reports("ready        Deployment outlived-api-k8s-service");
}

#[test]
fn paused_deployment_is_reported_before_anything_is_written() {
    let service = Service::new("paused", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let deployment = format!("deployment/{}", service.deployment_name());
    kubectl_ok(&["-n", "paused", "rollout", "pause", &deployment]);
    service.apply(&[]).succeeds().reports("is paused by `kubectl-rollout` since");
    service.update("acme/api:2", "");
    let paused = "the Deployment is paused by `kubectl-rollout` since";
    let before = service.written_versions();
    service.run("plan", &[]).exits(2).reports(paused);
    service.run("status", &[]).succeeds().reports(paused);
    service
        .apply(&[])
        .fails()
        .reports(paused)
        .reports("kubectl -n paused rollout resume deployment/paused-api-k8s-service");
    assert_eq!(service.image(), "acme/api:1");
    assert_eq!(service.written_versions(), before);
    kubectl_ok(&["-n", "paused", "rollout", "resume", &deployment]);
    service.apply(&[]).succeeds().omits("paused by");
    record_fault(
        "Someone paused the Deployment",
        "The apply names who paused it and how to resume it. Nothing is written.",
    );
}

#[test]
fn deployment_that_is_paused_during_the_wait_is_reported() {
    let service = Service::new("pausing", "acme/failing-probe:1", PROBE);
    let mut run = BackgroundRun::apply(&service, &["--timeout", "300"]);
    run.reports("the readiness probe of container");
    let deployment = format!("deployment/{}", service.deployment_name());
    kubectl_ok(&["-n", "pausing", "rollout", "pause", &deployment]);
    run.finish().fails().reports("is not ready: the Deployment is paused by `kubectl-rollout`");
}

#[test]
fn failure_of_the_second_deployment_is_reported_at_once() {
    let service = Service::new("together", "acme/failing-probe:1", &with_web("acme/not-found:1"));
    let run = service.apply(&["--timeout", "300"]).fails();
    run.reports("Deployment together-web-k8s-service is not ready")
        .reports("image `acme/not-found:1` cannot be pulled")
        .reports("not ready yet: Deployment together-api-k8s-service")
        .omits("timed out");
    record_fault(
        "The second of two Deployments fails, and the first one is not ready yet",
        "The apply fails as soon as the failure is certain, and names both Deployments.",
    );
}

#[test]
fn all_failed_deployments_are_named() {
    let service = Service::new("both", "acme/pull-denied:1", &with_web("acme/not-found:1"));
    service
        .apply(&["--timeout", "300"])
        .fails()
        .reports("both-api-k8s-service")
        .reports("both-web-k8s-service");
}

#[test]
fn missing_key_that_appears_later_is_waited_for() {
    let service = Service::new("latekey", "acme/late-key:1", "");
    let mut run = BackgroundRun::apply(&service, &["--timeout", "120"]);
    run.reports("couldn't find key TOKEN");
    kubectl_ok(&["-n", "latekey", "annotate", "pods", "--all", "key=exists"]);
    run.finish().succeeds().reports("ready        Deployment latekey-api-k8s-service");
    record_fault(
        "A key of a Secret appears after the pods started",
        "The apply shows the missing key, waits for it and succeeds.",
    );
}

#[test]
fn node_that_an_autoscaler_adds_is_waited_for() {
    let fields = "    resource_request: {cpu: 350000, memory: 128}\n";
    let service = Service::new("scaleup", "acme/api:1", fields);
    let mut run = BackgroundRun::apply(&service, &["--timeout", "120"]);
    run.reports("cannot be scheduled");
    let pod = &get(&["-n", "scaleup", "pods"])["items"][0]["metadata"];
    let event = json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "scale-up", "namespace": "scaleup"},
        "involvedObject": {
            "apiVersion": "v1", "kind": "Pod", "namespace": "scaleup",
            "name": pod["name"], "uid": pod["uid"],
        },
        "type": "Normal",
        "reason": "TriggeredScaleUp",
        "message": "pod triggered scale-up: [{nodes 3->4 (max: 9)}]",
        "source": {"component": "cluster-autoscaler"},
    });
    apply_objects(&[event], service.folder());
    run.reports("a node is added: pod triggered scale-up");
    set_cpu_of_the_node("400");
    run.finish().succeeds().reports("ready        Deployment scaleup-api-k8s-service");
    // Other tests need the node as it was.
    service.run("destroy", &["--yes"]).succeeds();
    set_cpu_of_the_node("320");
    record_fault(
        "No node has room for the pods until the cluster autoscaler adds one",
        "The apply shows what the autoscaler does, waits for the node and succeeds.",
    );
}

fn set_cpu_of_the_node(cpu: &str) {
    let patch = json!({"status": {"allocatable": {"cpu": cpu}, "capacity": {"cpu": cpu}}});
    kubectl_ok(&["patch", "node", "testbed", "--subresource=status", "-p", &patch.to_string()]);
}

#[test]
fn container_that_a_webhook_added_is_named() {
    create_namespace("meshed");
    let patch = "Object{spec: Object.spec{initContainers: \
                 [Object.spec.initContainers{name: 'mesh-init', image: 'acme/mesh:1'}]}}";
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": "mesh"},
        "spec": {
            "matchConstraints": {
                "resourceRules": [{
                    "apiGroups": [""], "apiVersions": ["v1"],
                    "operations": ["CREATE"], "resources": ["pods"],
                }],
            },
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "mutations": [{
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {"expression": patch},
            }],
        },
    });
    let name = json!({"kubernetes.io/metadata.name": "meshed"});
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": "mesh"},
        "spec": {
            "policyName": "mesh",
            "matchResources": {"namespaceSelector": {"matchLabels": name}},
        },
    });
    let service = Service::new("meshed", "acme/api:1", "");
    apply_objects(&[policy, binding], service.folder());
    // A new policy is not active at once.
    let create = ["-n", "meshed", "run", "try", "--image=acme/try", "--dry-run=server"];
    let json = ["-o", "jsonpath={.spec.initContainers[*].name}"];
    until("the policy is active", || kubectl_ok(&[&create[..], &json].concat()) == "mesh-init");
    service
        .apply(&["--timeout", "300"])
        .fails()
        .reports("init container `mesh-init` keeps crashing (CrashLoopBackOff, exit code 2)")
        .reports("a webhook added it to the pod")
        .omits("set at opta.yml");
    kubectl_ok(&["delete", "mutatingadmissionpolicybinding", "mesh"]);
    record_fault(
        "An init container that a webhook added to the pods keeps crashing",
        "The message names the container, and that the bundle does not contain it.",
    );
}

#[test]
fn ctrl_c_prints_the_state_and_releases_the_lock() {
    let service = Service::new("stopping", "acme/failing-probe:1", PROBE);
    let mut run = BackgroundRun::apply(&service, &["--timeout", "300"]);
    run.reports("the readiness probe of container");
    run.signal("INT");
    run.finish()
        .exits(130)
        .reports("stopped      Deployment stopping-api-k8s-service: 0 of 1 pods")
        .reports("apply again to complete them");
    assert!(!exists(&["-n", "stopping", "lease", "optakit-stopping"]));
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    record_fault(
        "Ctrl-C while an apply waits for pods",
        "The apply prints the state of each Deployment, releases the lock and exits with 130.",
    );
}
