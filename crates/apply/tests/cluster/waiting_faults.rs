//! The wait and the writes while parts of the cluster are away for a moment.

use serde_json::{Value, json};

use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::{
    BackgroundRun, Service, apply_objects, create_namespace, exists, kubectl, kubectl_ok,
    record_fault, until,
};

/// Creates a validating webhook that nothing answers.
fn install_dead_webhook(service: &Service, group: &str, resource: &str) {
    let name = json!({"kubernetes.io/metadata.name": service.layer});
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": service.layer},
        "webhooks": [{
            "name": format!("{}.acme.io", service.layer),
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "failurePolicy": "Fail",
            "timeoutSeconds": 2,
            "namespaceSelector": {"matchLabels": name},
            "rules": [{
                "apiGroups": [group], "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"], "resources": [resource],
            }],
            // No program listens on the port of `discard`.
            "clientConfig": {"url": "https://127.0.0.1:9/"},
        }],
    });
    if !exists(&["namespace", &service.layer]) {
        create_namespace(&service.layer);
    }
    apply_objects(&[webhook], service.folder());
    // A new webhook is not active at once.
    let try_it = object_to_try(resource, &service.layer);
    let path = service.folder().join("try.json");
    std::fs::write(&path, try_it.to_string()).expect("the object can be written");
    let path = path.display().to_string();
    let create = ["create", "--dry-run=server", "-f", &path];
    until("the webhook is active", || !kubectl(&create).status.success());
}

fn object_to_try(resource: &str, namespace: &str) -> Value {
    let metadata = json!({"name": "try", "namespace": namespace});
    match resource {
        "pods" => json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
            "spec": {"containers": [{"name": "try", "image": "acme/try"}]},
        }),
        "deployments" => json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {
                "selector": {"matchLabels": {"app": "try"}},
                "template": {
                    "metadata": {"labels": {"app": "try"}},
                    "spec": {"containers": [{"name": "try", "image": "acme/try"}]},
                },
            },
        }),
        _ => json!({
            "apiVersion": "v1", "kind": "Service", "metadata": metadata,
            "spec": {"ports": [{"port": 80}]},
        }),
    }
}

fn remove_webhook(service: &Service) {
    kubectl_ok(&["delete", "validatingwebhookconfiguration", &service.layer]);
}

#[test]
fn webhook_of_the_pods_that_is_away_is_waited_for() {
    let service = Service::new("webhookpods", "acme/api:1", "");
    install_dead_webhook(&service, "", "pods");
    let mut run = BackgroundRun::apply(&service, &["--timeout", "120"]);
    run.reports("failed calling webhook \"webhookpods.acme.io\"");
    remove_webhook(&service);
    run.finish().succeeds().reports("ready        Deployment webhookpods-api-k8s-service");
    record_fault(
        "A webhook for pods is away for some seconds",
        "The apply shows the webhook, waits for it and succeeds.",
    );
}

#[test]
fn webhook_of_a_write_that_is_away_is_waited_for() {
    let service = Service::new("webhookwrites", "acme/api:1", "");
    install_dead_webhook(&service, "", "services");
    let mut run = BackgroundRun::apply(&service, &["--timeout", "120"]);
    run.reports("failed calling webhook \"webhookwrites.acme.io\"");
    remove_webhook(&service);
    run.finish().succeeds().omits("the API server rejects");
    record_fault(
        "A webhook for Services is away for some seconds, at the dry run or at the write",
        "The apply shows the webhook, repeats the request and succeeds.",
    );
}

#[test]
fn webhook_that_stays_away_fails_at_the_timeout() {
    let service = Service::new("webhookgone", "acme/api:1", "");
    install_dead_webhook(&service, "", "services");
    service
        .apply(&["--skip-aws", "--timeout", "4"])
        .fails()
        .reports("failed calling webhook \"webhookgone.acme.io\"");
    remove_webhook(&service);
}

#[test]
fn rollback_repeats_requests_for_the_timeout_of_the_service_file() {
    let service = Service::new("webhookback", "acme/api:1", "    timeout: 5\n");
    service.apply(&[]).succeeds();
    service.update("acme/api:2", "    timeout: 5\n");
    service.apply(&[]).succeeds();
    install_dead_webhook(&service, "apps", "deployments");
    service.run("rollback", &[]).fails().reports("the request is retried for up to 5 s");
    remove_webhook(&service);
    service.run("rollback", &[]).succeeds();
}

#[test]
fn ctrl_c_ends_a_repeated_request() {
    let service = Service::new("webhookstop", "acme/api:1", "");
    install_dead_webhook(&service, "", "services");
    let mut run = BackgroundRun::apply(&service, &["--timeout", "300"]);
    run.reports("failed calling webhook \"webhookstop.acme.io\"");
    run.signal("INT");
    run.finish().exits(130).reports("nothing was changed");
    assert!(!exists(&["-n", "webhookstop", "lease", "optakit-webhookstop"]));
    remove_webhook(&service);
}

#[test]
fn old_rejection_of_pods_does_not_fail_the_next_apply() {
    create_namespace("rejected");
    let label = "pod-security.kubernetes.io/enforce";
    let restricted = format!("{label}=restricted");
    kubectl_ok(&["label", "namespace", "rejected", &restricted]);
    let service = Service::new("rejected", "acme/api:1", "");
    let rejected = "violates PodSecurity \"restricted:latest\"";
    service.apply(&["--timeout", "300"]).fails().reports(rejected).omits("timed out");
    kubectl_ok(&["label", "namespace", "rejected", &format!("{label}-")]);
    // The removal of a label is not active at once.
    let create = ["-n", "rejected", "run", "try", "--image=acme/try", "--dry-run=server"];
    until("pods are allowed", || kubectl(&create).status.success());
    // The ReplicaSet keeps the condition until its controller tries again.
    service.apply(&["--timeout", "300"]).succeeds();
    record_fault(
        "A ReplicaSet still reports the rejected pods of the last run",
        "The condition counts only if it changes after the write: the apply succeeds.",
    );
}

#[test]
fn quota_that_frees_up_is_waited_for() {
    create_namespace("quotafree");
    let service = Service::new("quotafree", "acme/api:1", "");
    let hard = "--hard=pods=0,services=0,count/replicasets.apps=0";
    kubectl_ok(&["-n", "quotafree", "create", "quota", "full", hard]);
    let seen = "--for=jsonpath={.status.hard.services}=0";
    kubectl_ok(&["-n", "quotafree", "wait", seen, "quota/full", "--timeout=30s"]);
    let mut run = BackgroundRun::apply(&service, &["--timeout", "120"]);
    run.reports("exceeded quota: full, requested: services=1");
    let more = |hard: Value| {
        let patch = json!({"spec": {"hard": hard}}).to_string();
        kubectl_ok(&["-n", "quotafree", "patch", "quota", "full", "-p", &patch]);
    };
    more(json!({"services": "5"}));
    run.reports("exceeded quota: full, requested: count/replicasets.apps=1");
    more(json!({"count/replicasets.apps": "5"}));
    run.reports("exceeded quota: full, requested: pods=1");
    more(json!({"pods": "5"}));
    run.finish().succeeds().reports("ready        Deployment quotafree-api-k8s-service");
    record_fault(
        "The quota is used up, and frees up later",
        "The apply shows the quota, waits for it and succeeds.",
    );
}

#[test]
fn wait_survives_watches_that_break() {
    for mode in ["cut", "gone"] {
        let service = Service::new(format!("watch-{mode}"), "acme/slow-start:1", "");
        let proxy = FaultyProxy::start(&service);
        proxy.set_mode(mode);
        let arguments = ["--kubeconfig", KUBECONFIG, "--skip-aws", "--timeout", "120"];
        service.apply_with(&arguments).succeeds().reports("ready        Deployment");
    }
    record_fault(
        "Every watch breaks after its first change, or is answered with 410",
        "The wait starts the watches again and succeeds.",
    );
}
