//! Rollbacks: after a failed apply, and by `optakit rollback`.

use serde_json::{Value, json};

use super::history::revisions;
use crate::testbed::{
    Service, apply_objects, exists, get, kubectl, kubectl_ok, ready_pods, record_fault, setting,
};

#[test]
fn rollback_keeps_the_old_pods() {
    let service = Service::new("backed", "acme/api:1", "    min_containers: 2\n");
    service.apply(&[]).succeeds();
    let pods = ready_pods("backed");
    assert_eq!(pods.len(), 2);
    service.update("image-not-found/api:2", "    min_containers: 2\n");
    service
        .apply(&[])
        .fails()
        .reports("rolling back to revision 1")
        .reports("rolled back to revision 1");
    assert_eq!(ready_pods("backed"), pods);
    assert_eq!(service.image(), "acme/api:1");
    let history = service.run("history", &[]);
    let statuses: Vec<Vec<&str>> = history
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().take(2).collect())
        .collect();
    assert_eq!(statuses, [["3", "deployed"], ["2", "failed"], ["1", "deployed"]]);
    service.run("status", &[]).succeeds().prints("backed-api-k8s-service  2/2 ready  acme/api:1");
    record_fault(
        "The pods of a new revision cannot start",
        "The revision that ran before is applied again. Its pods keep their UIDs.",
    );
}

#[test]
fn status_does_not_count_pods_of_earlier_revisions() {
    let service = Service::new("counted", "acme/api:1", "    min_containers: 2\n");
    service.apply(&[]).succeeds();
    service.update("image-not-found/api:2", "    min_containers: 2\n");
    service.apply(&["--on-failure", "keep"]).fails();
    service
        .run("status", &[])
        .fails()
        .prints("counted-api-k8s-service  0/2 ready  image-not-found/api:2")
        .prints("    old pods               2/2 ready  acme/api:1  (revision 1)");
}

#[test]
fn ten_revisions_are_kept_and_can_be_rolled_back_to() {
    let service = Service::new("revised", "acme/api:1", "");
    for tag in 1..=12 {
        service.update(&format!("acme/api:{tag}"), "");
        service.apply(&[]).succeeds();
    }
    let numbers =
        || -> Vec<u32> { revisions(&service).into_iter().map(|(number, _)| number).collect() };
    assert_eq!(numbers(), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    service.apply(&[]).succeeds().reports("nothing to change");
    assert_eq!(numbers()[0], 12, "an apply without changes adds no revision");
    service
        .run("rollback", &["--to", "1"])
        .fails()
        .reports("no revision 1; the history has 12, 11");
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 11");
    assert_eq!(service.image(), "acme/api:11");
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 10");
    assert_eq!(service.image(), "acme/api:10");
    service.run("rollback", &["--to", "5"]).succeeds().reports("rolled back to revision 5");
    assert_eq!(service.image(), "acme/api:5");
    assert_eq!(numbers()[0], 15);
}

/// The fields of a release that a rollback must restore.
const GOOD: &str = "    min_containers: 2\n    max_containers: 4\n    \
                    public_uri: good.acme.io/v1\n    \
                    env_vars:\n      - {name: MODE, value: good}\n";
const BAD: &str = "    min_containers: 3\n    max_containers: 9\n    \
                   public_uri: bad.acme.io/v2\n    \
                   env_vars:\n      - {name: MODE, value: bad}\n";

/// Asserts that everything is as the release with the fields [`GOOD`] made it.
fn assert_is_good(service: &Service) {
    assert_eq!(service.image(), "acme/api:1");
    let deployment = service.deployment();
    let env = &deployment["spec"]["template"]["spec"]["containers"][0]["env"];
    assert!(env.to_string().contains("good") && !env.to_string().contains("bad"), "{env}");
    let name = service.deployment_name();
    let autoscaler = get(&["-n", &service.layer, "hpa", &name]);
    assert_eq!(autoscaler["spec"]["minReplicas"], 2);
    assert_eq!(autoscaler["spec"]["maxReplicas"], 4);
    let ingresses = get(&["-n", &service.layer, "ingress"]);
    let hosts: Vec<_> = ingresses["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|ingress| &ingress["spec"]["rules"][0]["host"])
        .collect();
    assert_eq!(hosts, ["good.acme.io"]);
}

#[test]
fn rollback_restores_everything_that_the_release_changed() {
    let service = Service::new("restored", "acme/api:1", GOOD);
    service.apply(&[]).succeeds();
    // A release that works, so that all its objects are written.
    service.update("acme/api:2", BAD);
    service.apply(&[]).succeeds();
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1");
    assert_is_good(&service);
    // A release that fails.
    service.update("image-not-found/api:3", BAD);
    service.apply(&[]).fails().reports("rolled back to revision 3");
    assert_is_good(&service);
    record_fault(
        "A release changes the image, variables, autoscaler and Ingress, and then fails",
        "The rollback restores all of them.",
    );
}

/// Writes a service file with several modules.
fn write_modules(service: &Service, modules: &[(&str, &str)]) {
    let mut text = format!(
        "name: {}\nenvironments:\n  - {{name: staging, path: env/staging.yml}}\nmodules:\n",
        service.layer
    );
    for (name, image) in modules {
        text.push_str(&format!(
            "  - {{type: k8s-service, name: {name}, image: \"{image}\", port: {{http: 80}}}}\n"
        ));
    }
    service.write("opta.yml", &text);
    service.run_alone(&["bundle", "--quiet"]).succeeds();
}

#[test]
fn failed_apply_deletes_nothing_if_what_runs_is_not_recorded() {
    let service = Service::new("unknown", "acme/api:1", "");
    service.apply(&[]).succeeds();
    write_modules(&service, &[("api", "acme/api:1"), ("web", "acme/web:1")]);
    service.apply(&[]).succeeds();
    kubectl_ok(&["-n", "unknown", "delete", "secret", "optakit.unknown.v2"]);
    write_modules(&service, &[("api", "image-not-found/api:3"), ("web", "acme/web:1")]);
    service
        .apply(&[])
        .fails()
        .reports("was not rolled back, and nothing was deleted")
        .reports("revision 2, which runs now, is not in the history");
    let web = ["-n", "unknown", "deployment", "unknown-web-k8s-service"];
    assert!(exists(&web));
    service.run("rollback", &[]).fails().reports("nothing was rolled back or deleted");
    // The user chooses a revision. It does not contain `web`, which may be what ran before.
    service
        .run("rollback", &["--to", "1"])
        .succeeds()
        .reports("; kept ")
        .reports("rolled back to revision 1");
    assert!(exists(&web));
    assert_eq!(service.image(), "acme/api:1");
    record_fault(
        "The revision that runs is missing in the history, and an apply fails",
        "Nothing is rolled back or deleted, and the message says so.",
    );
}

/// A policy that rejects writes of objects, but not their dry runs.
struct Policy(String);

impl Policy {
    const MESSAGE: &str = "rejected by the policy of the test";

    /// Creates a policy for the namespace of a service. Waits until the API server uses it.
    /// `allows` is the CEL expression of the objects that are allowed.
    fn deny(service: &Service, group: &str, resource: &str, allows: &str) -> Self {
        let name = &service.layer;
        let kind = |kind: &str, spec: Value| {
            json!({
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": kind,
                "metadata": {"name": name},
                "spec": spec,
            })
        };
        let dry_run = "has(request.dryRun) && request.dryRun";
        let probe = "object.metadata.name == 'probe'";
        let rules = |group: &str, resource: &str| {
            json!({
                "apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
                "resources": [resource],
            })
        };
        let policy = kind(
            "ValidatingAdmissionPolicy",
            json!({
                "failurePolicy": "Fail",
                "matchConstraints": {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}},
                    "resourceRules": [rules(group, resource), rules("", "configmaps")],
                },
                "validations": [{
                    "expression": format!(
                        "({dry_run}) || (object.kind == 'ConfigMap' ? !({probe}) : {allows})"
                    ),
                    "message": Self::MESSAGE,
                }],
            }),
        );
        let binding = kind(
            "ValidatingAdmissionPolicyBinding",
            json!({"policyName": name, "validationActions": ["Deny"]}),
        );
        apply_objects(&[policy, binding], service.folder());
        let probe = ["-n", name, "create", "configmap", "probe"];
        while kubectl(&probe).status.success() {
            kubectl_ok(&["-n", name, "delete", "configmap", "probe"]);
        }
        Self(name.clone())
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"] {
            kubectl(&["delete", kind, &self.0]);
        }
    }
}

#[test]
fn failed_rollback_names_both_causes() {
    let service = Service::new("twicefailed", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let rejects_old = "object.spec.template.spec.containers.all(c, c.image != 'acme/api:1')";
    let policy = Policy::deny(&service, "apps", "deployments", rejects_old);
    service.update("image-not-found/api:2", "");
    service
        .apply(&[])
        .fails()
        .reports("the rollout failed, and the rollback to revision 1 failed too")
        .reports("rollout: Deployment twicefailed-api-k8s-service is not ready")
        .reports(Policy::MESSAGE);
    drop(policy);
    record_fault("An apply fails, and its rollback fails too", "The message names both causes.");
}

#[test]
fn rollback_to_a_failed_revision_needs_a_yes() {
    let service = Service::new("doubtful", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("image-not-found/api:2", "");
    service.apply(&[]).fails().reports("rolled back to revision 1");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    service
        .run_alone(&["rollback", &service.bundle(), "--kubeconfig", &kubeconfig, "--to", "2"])
        .fails()
        .reports("revision 2 was not deployed: its status is `failed`")
        .reports("pass `--yes`");
    assert_eq!(service.image(), "acme/api:1");
    service.run("rollback", &["--to", "2", "--yes"]).fails().reports("cannot be pulled");
    // The revision before the one that failed is the one that the first rollback recorded.
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 3");
    assert_eq!(service.image(), "acme/api:1");
}

#[test]
fn apply_that_stops_between_two_writes_is_rolled_back() {
    let service = Service::new("partial", "acme/api:1", "    max_containers: 4\n");
    service.apply(&[]).succeeds();
    let policy = Policy::deny(&service, "networking.k8s.io", "ingresses", "false");
    service.update("acme/api:2", "    max_containers: 5\n    public_uri: partial.acme.io\n");
    service.apply(&[]).fails().reports(Policy::MESSAGE).reports("rolled back to revision 1");
    drop(policy);
    assert_eq!(service.image(), "acme/api:1");
    let autoscaler = get(&["-n", "partial", "hpa", &service.deployment_name()]);
    assert_eq!(autoscaler["spec"]["maxReplicas"], 4);
    let statuses: Vec<String> = revisions(&service).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["deployed", "partial", "deployed"]);
    record_fault(
        "The API server rejects an object in the middle of an apply",
        "The run is recorded as partial. Everything that it changed is restored.",
    );
}

#[test]
fn a_rollback_to_a_rollback_names_both_revisions() {
    let service = Service::new("backagain", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 1,");
    service.update("acme/api:4", "");
    service.apply(&[]).succeeds();
    service
        .run("rollback", &["--to", "3"])
        .succeeds()
        .reports("rolled back to revision 3 (revision 1 again)");
    service.run("history", &[]).succeeds().prints("rollback to revision 1");
}
