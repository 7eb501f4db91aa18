//! The place that a layer was applied to: environment, AWS account and cluster.

use serde_json::{Value, json};

use crate::testbed::{Run, Service, environment, exists, get, kubectl_ok, record_fault, setting};

const ENVIRONMENT: &str = "optakit.dev/environment";
const ACCOUNT: &str = "optakit.dev/account";
const CLUSTER: &str = "optakit.dev/cluster-uid";

/// Returns the recorded environment, account and cluster.
fn recorded(service: &Service) -> [Value; 3] {
    let name = format!("optakit-{}", service.layer);
    let parent = get(&["-n", &service.layer, "configmap", &name]);
    [ENVIRONMENT, ACCOUNT, CLUSTER].map(|key| parent["metadata"]["annotations"][key].clone())
}

/// Changes or removes annotations of the parent of the `ApplySet`.
fn annotate(service: &Service, annotations: &[&str]) {
    let name = format!("optakit-{}", service.layer);
    let command = ["-n", &service.layer, "annotate", "--overwrite", "configmap", &name];
    kubectl_ok(&[&command, annotations].concat());
}

/// Runs each command that writes.
fn commands(service: &Service) -> [Run; 7] {
    service.write("more.env", "OTHER=b\n");
    [
        service.secret(&["set", "KEY"], "value"),
        service.secret(&["import", "more.env"], ""),
        service.secret(&["delete", "KEY"], ""),
        service.run("apply", &["--skip-aws"]),
        service.run("rollback", &[]),
        service.run("takeover", &[]),
        service.run("destroy", &["--yes"]),
    ]
}

#[test]
fn first_apply_records_the_place() {
    let service = Service::new("recorded", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    let place = recorded(&service);
    let system = get(&["namespace", "kube-system"]);
    assert_eq!(place, [json!("staging"), json!("123456789012"), system["metadata"]["uid"].clone()]);
    // An older version of Optakit recorded nothing.
    annotate(
        &service,
        &[&format!("{ENVIRONMENT}-"), &format!("{ACCOUNT}-"), &format!("{CLUSTER}-")],
    );
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    assert_eq!(recorded(&service), place);
    service.update("acme/api:2", "");
    service.apply(&["--skip-aws"]).succeeds();
    assert_eq!(recorded(&service), place, "the next write keeps the place");
}

#[test]
fn commands_that_write_stop_in_another_cluster() {
    let service = Service::new("relocated", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&["--skip-aws"]).succeeds();
    annotate(&service, &[&format!("{CLUSTER}=f00d")]);
    let uid = get(&["namespace", "kube-system"])["metadata"]["uid"].clone();
    let uid = uid.as_str().expect("a UID");
    let before = service.written_versions();
    service.update("acme/api:3", "");
    for run in commands(&service) {
        run.fails()
            .reports("`relocated` was applied to a different environment")
            .reports(&format!("cluster UID `{uid}`, but it was applied to cluster UID `f00d`"))
            .reports("--accept-cluster");
    }
    assert_eq!(service.written_versions(), before);
    assert!(!exists(&["-n", "relocated", "secret", "manual-secrets"]));
    for command in [&["plan"][..], &["apply", "--dry-run"], &["destroy", "--dry-run"]] {
        service.run(command[0], &command[1..]).reports("but it was applied to cluster UID `f00d`");
    }
    // Commands that only read accept any place.
    for command in ["status", "history", "drift"] {
        service.run(command, &[]).succeeds();
    }
    service.apply(&["--skip-aws", "--accept-cluster"]).succeeds();
    assert_eq!(recorded(&service)[2], uid);
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    record_fault(
        "The context of the kubeconfig belongs to another cluster than before",
        "Every command that writes stops and names both clusters.",
    );
}

#[test]
fn bundle_of_another_environment_is_refused() {
    let service = Service::new("misplaced", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    let before = service.written_versions();
    service.write("env/staging.yml", &environment("210987654321"));
    service.update("acme/api:1", "");
    service
        .apply(&["--skip-aws"])
        .fails()
        .reports("AWS account `210987654321`, but it was applied to AWS account `123456789012`");
    let production = environment("123456789012").replace("name: staging", "name: production");
    service.write("env/staging.yml", &production);
    service.update("acme/api:1", "");
    let bundle = "misplaced-production.bundle.json";
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let apply = |arguments: &[&str]| {
        let command = ["apply", bundle, "--kubeconfig", &kubeconfig, "--skip-aws", "--yes"];
        service.run_alone(&[&command, arguments].concat())
    };
    apply(&[])
        .fails()
        .reports("environment `production`, but it was applied to environment `staging`");
    assert_eq!(recorded(&service)[0], "staging");
    assert_eq!(service.written_versions(), before);
    apply(&["--accept-cluster"]).succeeds();
    assert_eq!(recorded(&service)[0], "production");
    record_fault(
        "A bundle of another environment or AWS account is applied",
        "The apply stops before it writes anything, and names both.",
    );
}

#[test]
fn accepted_place_is_recorded_by_every_command() {
    let service = Service::new("accepted", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "");
    service.apply(&["--skip-aws"]).succeeds();
    let place = recorded(&service);
    for command in ["secret", "rollback"] {
        annotate(&service, &[&format!("{ENVIRONMENT}=production"), &format!("{CLUSTER}=f00d")]);
        match command {
            "secret" => service.secret(&["set", "KEY", "--accept-cluster"], "value"),
            command => service.run(command, &["--accept-cluster"]),
        }
        .succeeds();
        assert_eq!(recorded(&service), place, "{command}");
    }
    annotate(&service, &[&format!("{CLUSTER}=f00d")]);
    service.run("destroy", &["--yes", "--accept-cluster"]).succeeds();
    assert_eq!(service.versions(), [""; 0]);
}
