//! The status of a service: new and old pods.

use serde_json::{Value, json};

use crate::testbed::{Service, create_namespace, kubectl_ok};

#[track_caller]
fn status(service: &Service, code: i32) -> Value {
    let status = service.run("status", &["-o", "json"]).exits(code);
    serde_json::from_str(&status.stdout).expect("the status is JSON")
}

#[test]
fn new_and_old_pods_are_shown_per_revision() {
    let service = Service::new("generations", "acme/api:1", "    min_containers: 2\n");
    service.apply(&[]).succeeds();
    let ready = status(&service, 0);
    assert_eq!((&ready["ready"], &ready["revision"]["number"]), (&json!(true), &json!(1)));
    let new = json!({
        "revision": 1, "image": "acme/api:1", "ready": 2, "pods": 2, "current": true,
    });
    assert_eq!(ready["services"][0]["revisions"], json!([new]));
    service.update("image-not-found/api:2", "    min_containers: 2\n");
    service.apply(&["--on-failure", "keep"]).fails();
    let failed = status(&service, 1);
    assert_eq!(failed["ready"], false);
    assert_eq!(failed["revision"]["status"], "failed");
    let service_status = &failed["services"][0];
    assert_eq!((&service_status["ready"], &service_status["old"]), (&json!(0), &json!(2)));
    let old = json!({
        "revision": 1, "image": "acme/api:1", "ready": 2, "pods": 2, "current": false,
    });
    let new = json!({
        "revision": 2, "image": "image-not-found/api:2", "ready": 0, "pods": 2, "current": true,
    });
    assert_eq!(service_status["revisions"], json!([new, old]));
    service
        .run("status", &[])
        .fails()
        .prints("revision 2 (failed)")
        .prints("0/2 ready  image-not-found/api:2  (revision 2)")
        .prints("    old pods                   2/2 ready  acme/api:1  (revision 1)");
}

#[test]
fn deployment_that_does_not_exist_is_not_ready() {
    let service = Service::new("absent", "acme/api:1", "");
    create_namespace("absent");
    let never = status(&service, 1);
    assert_eq!(never["services"][0]["exists"], false, "the service was never applied");
    service.apply(&[]).succeeds();
    status(&service, 0);
    kubectl_ok(&["-n", "absent", "delete", "deployment", &service.deployment_name()]);
    let gone = status(&service, 1);
    assert_eq!(gone["services"][0]["exists"], false);
    service.run("status", &[]).fails().prints("absent-api-k8s-service  does not exist  acme/api:1");
}
