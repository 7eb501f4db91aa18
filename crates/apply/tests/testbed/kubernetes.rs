//! The control plane of the tests, by kubectl.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::setting;

/// How long a change in the cluster may take. A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs kubectl.
pub(crate) fn kubectl(arguments: &[&str]) -> Output {
    let mut command = Command::new(setting("OPTAKIT_TEST_KUBECTL"));
    command.arg("--kubeconfig").arg(setting("OPTAKIT_TEST_KUBECONFIG")).args(arguments);
    command.output().expect("kubectl starts")
}

/// Runs kubectl, which must succeed. Returns its standard output.
#[track_caller]
pub(crate) fn kubectl_ok(arguments: &[&str]) -> String {
    let output = kubectl(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kubectl {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("kubectl prints text")
}

/// Returns an object or a list.
#[track_caller]
pub(crate) fn get(arguments: &[&str]) -> Value {
    let text = kubectl_ok(&[&["get", "-o", "json"], arguments].concat());
    serde_json::from_str(&text).expect("kubectl prints JSON")
}

/// Whether an object exists.
pub(crate) fn exists(arguments: &[&str]) -> bool {
    kubectl(&[&["get"], arguments].concat()).status.success()
}

/// Repeats a check until it succeeds.
#[track_caller]
pub(crate) fn until(what: &str, check: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !check() {
        assert!(Instant::now() < end, "not yet: {what}");
    }
}

/// Creates a namespace.
#[track_caller]
pub(crate) fn create_namespace(name: &str) {
    kubectl_ok(&["create", "namespace", name]);
}

/// Returns the UIDs of the ready pods of a namespace.
pub(crate) fn ready_pods(namespace: &str) -> Vec<String> {
    let pods = get(&["-n", namespace, "pods"]);
    let is_ready = |pod: &&Value| {
        let conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
        conditions
            .into_iter()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
    };
    let pods = pods["items"].as_array().expect("a list").iter().filter(is_ready);
    let mut uids: Vec<String> = pods.map(|pod| pod["metadata"]["uid"].to_string()).collect();
    uids.sort();
    uids
}

/// Creates a namespace with the service account `deployer`, which gets these roles. Returns the
/// path of a kubeconfig for it.
pub(crate) fn kubeconfig_of(namespace: &str, roles: &[Value], folder: &Path) -> String {
    create_namespace(namespace);
    kubectl_ok(&["-n", namespace, "create", "serviceaccount", "deployer"]);
    let group = "rbac.authorization.k8s.io";
    let binding = |role: &Value| {
        let kind = role["kind"].as_str().expect("a role has a kind");
        json!({
            "apiVersion": format!("{group}/v1"),
            "kind": format!("{kind}Binding"),
            "metadata": role["metadata"],
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": namespace}],
            "roleRef": {"apiGroup": group, "kind": kind, "name": role["metadata"]["name"]},
        })
    };
    let objects: Vec<Value> = roles.iter().cloned().chain(roles.iter().map(binding)).collect();
    apply_objects(&objects, folder);
    let token = kubectl_ok(&["-n", namespace, "create", "token", "deployer"]);
    let view = kubectl_ok(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"]);
    let mut config: Value = serde_json::from_str(&view).expect("kubectl prints JSON");
    config["users"][0]["user"] = json!({"token": token.trim_end()});
    let path = folder.join("deployer.kubeconfig");
    std::fs::write(&path, config.to_string()).expect("the kubeconfig can be written");
    path.display().to_string()
}

/// Applies objects with kubectl.
#[track_caller]
pub(crate) fn apply_objects(objects: &[Value], folder: &Path) {
    let path = folder.join("objects.json");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    std::fs::write(&path, list.to_string()).expect("the objects can be written");
    kubectl_ok(&["apply", "-f", &path.display().to_string()]);
}
