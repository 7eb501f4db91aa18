//! Tests of `diff`, `list`, `logs` and `doctor`.

use serde_json::{Value, json};

use crate::testbed::{Service, exists, kubeconfig_of, kubectl_ok, setting};

/// Returns a Role that may read these resources of a namespace.
fn reader(namespace: &str, rules: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "reader", "namespace": namespace}, "rules": rules,
    })
}

#[test]
fn diff_prints_only_the_changed_lines() {
    let service = Service::new("diffed", "acme/api:1", "");
    let new = service.run("diff", &[]).exits(2);
    assert!(new.stdout.starts_with("--- /dev/null\n+++ Namespace diffed\n@@ "), "{}", new.stdout);
    service.apply(&[]).succeeds();
    let none = service.run("diff", &[]).succeeds();
    assert_eq!(none.stdout, "");
    service.update("acme/api:2", "");
    let changed = service.run("diff", &[]).exits(2);
    changed
        .prints("--- Deployment diffed-api-k8s-service\n+++ Deployment diffed-api-k8s-service\n@@ ")
        .prints("-            \"image\": \"acme/api:1\"")
        .prints("+            \"image\": \"acme/api:2\"");
    let json = service.run("diff", &["-o", "json"]).exits(2);
    let json: Value = serde_json::from_str(&json.stdout).expect("one JSON object");
    assert_eq!(json["changes"][0]["name"], "diffed-api-k8s-service");
}

#[test]
fn list_shows_every_layer() {
    let service = Service::new("inventory", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let list = |arguments: &[&str]| {
        service.run_alone(&[&["list", "--kubeconfig", &kubeconfig], arguments].concat()).succeeds()
    };
    let all = list(&[]);
    let line = all.stdout.lines().find(|line| line.starts_with("inventory ")).expect("a line");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[..5], ["inventory", "staging", "1", "deployed", "1/1"], "{line}");
    assert_eq!(words[6], "api:1", "{line}");
    assert!(list(&["-o", "wide", "-n", "inventory"]).stdout.contains("acme/api:1"));
    assert_eq!(list(&["-o", "name", "-n", "inventory"]).stdout, "inventory\n");
    assert_eq!(list(&["-o", "name", "-n", "inventory", "--env", "production"]).stdout, "");
    let json: Value =
        serde_json::from_str(&list(&["-o", "json", "-n", "inventory"]).stdout).expect("JSON");
    let layer = &json["layers"][0];
    assert_eq!(layer["images"], json!(["acme/api:1"]));
    assert_eq!(layer["account"], "123456789012");
    assert_eq!(json["complete"], true);
}

#[test]
fn list_without_access_to_all_namespaces_reports_it() {
    let service = Service::new("partly", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let rules = json!([
        {"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["list", "get"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]},
    ]);
    let namespaces = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"name": "list-namespaces"},
        "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list"]}],
    });
    let folder = service.folder();
    let limited = kubeconfig_of("limited", &[reader("partly", &rules), namespaces], folder);
    let list = |kubeconfig: &str, arguments: &[&str]| {
        service.run_alone(&[&["list", "--kubeconfig", kubeconfig], arguments].concat())
    };
    let run = list(&limited, &["-o", "name"]).succeeds();
    assert_eq!(run.stdout, "partly\n");
    run.reports("warning: no access to the ConfigMaps of ").reports("kube-system");
    kubectl_ok(&["delete", "clusterrolebinding", "list-namespaces"]);
    let run = list(&limited, &["-o", "name"]);
    run.fails().reports("forbidden");
    let run = list(&limited, &["-n", "partly"]).succeeds();
    run.prints("partly").omits("warning");
}

#[test]
fn logs_choose_the_container_and_name_the_pods() {
    let service = Service::new("logged", "acme/api:1", "    min_containers: 2\n");
    service.apply(&[]).succeeds();
    let logs = |arguments: &[&str]| service.run("logs", arguments);
    let all = logs(&[]).succeeds();
    let lines: Vec<&str> = all.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{}", all.stdout);
    assert!(lines.iter().all(|line| line.starts_with("[logged-api-k8s-service-")), "{lines:?}");
    assert!(lines[1].contains("state \u{1b}[31mred"), "a pipe gets the log as it is");
    service.update("acme/api:1", "    max_containers: 1\n");
    service.apply(&[]).succeeds();
    crate::testbed::until("one pod is left", || logs(&["--tail", "1"]).stdout == "last line\n");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let layer = &["logs", "-n", "logged", "--kubeconfig", &kubeconfig, "--module", "api"];
    assert_eq!(service.run_alone(layer).succeeds().stdout.lines().count(), 3);
    let json = logs(&["--tail", "1", "-o", "json"]).succeeds();
    let json: Value = serde_json::from_str(&json.stdout).expect("one JSON object per line");
    assert_eq!((&json["line"], &json["container"]), (&json!("last line"), &json!("k8s-service")));
    logs(&["--module", "web"]).fails().reports("there are no pods of the module `web`");
    logs(&["-c", "sidecar"]).fails().reports("there are no pods with a container `sidecar`");
    let terminal = service.answer("", "logs", &[]);
    assert!(terminal.stdout.contains("state \\u{1b}[31mred"), "{}", terminal.stdout);
}

#[test]
fn doctor_reports_what_is_missing() {
    let service = Service::new("examined", "acme/api:1", "");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let doctor = |arguments: &[&str]| service.run_alone(&[&["doctor"], arguments].concat());
    doctor(&["--kubeconfig", &kubeconfig])
        .succeeds()
        .prints("ok        service file    opta.yml for the environment `staging`\n")
        .prints("ok        cluster         testbed, Kubernetes v")
        .prints(", as admin\n")
        .prints("ok        permissions     all permissions for an apply in the namespace");
    doctor(&["--kubeconfig", "missing"]).fails().prints("missing   cluster         cannot find");
    let json = doctor(&["--kubeconfig", "missing", "-o", "json"]).fails();
    let json: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert_eq!(json["complete"], false);
    service.write("opta.yml", "name: [\n");
    doctor(&["--kubeconfig", &kubeconfig]).fails().prints("missing   service file    ");
}

#[test]
fn doctor_reports_missing_permissions() {
    let service = Service::new("powerless", "AUTO", "");
    let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]);
    let kubeconfig = kubeconfig_of("powerless", &[reader("powerless", &rules)], service.folder());
    let doctor = |access_key: &str, kubeconfig: &str| {
        let mut command = crate::testbed::optakit(service.folder());
        command.args(["doctor", "--kubeconfig", kubeconfig]);
        crate::testbed::Run::of(command.env("AWS_ACCESS_KEY_ID", access_key))
    };
    doctor("test", &kubeconfig)
        .fails()
        .prints("missing   permissions     ")
        .prints("delete leases.coordination.k8s.io to lock the layer");
    let admin = setting("OPTAKIT_TEST_KUBECONFIG");
    doctor("test", &admin).succeeds().prints("ok        AWS permissions ECR and IAM can be read");
    doctor("DENIED-GetAuthorizationToken", &admin)
        .fails()
        .prints("missing   AWS permissions AWS denies ecr:GetAuthorizationToken");
}

#[test]
fn dry_runs_show_the_plan_and_change_nothing() {
    let service = Service::new("rehearsed", "acme/api:1", "");
    service.run("apply", &["--dry-run"]).succeeds().reports("dry run: nothing was changed");
    assert!(!exists(&["namespace", "rehearsed"]), "the namespace is not created");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&[]).succeeds();
    let before = service.versions();
    service
        .run("rollback", &["--dry-run"])
        .succeeds()
        .prints("-            \"image\": \"acme/api:2\"")
        .reports("dry run: nothing was changed");
    let json = service.run("apply", &["--dry-run", "-o", "json"]).succeeds();
    let json: Value = serde_json::from_str(&json.stdout).expect("one JSON object");
    assert_eq!(json["changes"], json!([]));
    let destroy = service.run("destroy", &["--dry-run"]).succeeds();
    destroy.reports("will delete  Deployment rehearsed-api-k8s-service").reports("dry run");
    assert_eq!(service.versions(), before);
}
