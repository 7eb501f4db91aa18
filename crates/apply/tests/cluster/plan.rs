//! Plans and drift.

use serde_json::Value;

use crate::testbed::{Service, exists, kubectl_ok};

#[test]
fn plan_of_a_new_service_writes_nothing() {
    let service = Service::new("unborn", "acme/api:1", "    public_uri: all\n");
    service
        .run("plan", &[])
        .exits(2)
        .prints("will create  Namespace unborn")
        .prints("unborn: 6 changes");
    assert!(!exists(&["namespace", "unborn"]));
}

#[test]
fn plan_shows_each_change_and_its_effect() {
    let service =
        Service::new("planned", "acme/api:1", "    public_uri: \"api.{parent.domain}\"\n");
    service.apply(&[]).succeeds();
    assert_eq!(service.run("plan", &[]).succeeds().output(), "planned: no changes");
    service.update("acme/api:2", "    max_containers: 7\n");
    let plan = service
        .run("plan", &[])
        .exits(2)
        .prints("will change  Deployment planned-api-k8s-service  (rolling restart)")
        .prints("-            \"image\": \"acme/api:1\"")
        .prints("+            \"image\": \"acme/api:2\"")
        .prints("will change  HorizontalPodAutoscaler planned-api-k8s-service  (scaling)")
        .prints("will delete  Ingress planned-api-k8s-service-0  (deletion)");
    assert!(plan.output().ends_with("planned: 3 changes"), "{}", plan.stdout);
    let json = service.run("plan", &["--output", "json"]).exits(2);
    let json: Value = serde_json::from_str(&json.stdout).expect("the plan is JSON");
    let changes = json["changes"].as_array().expect("a list").iter();
    let effects: Vec<&str> = changes.filter_map(|change| change["effect"].as_str()).collect();
    assert_eq!(effects, ["rolling restart", "scaling", "deletion"]);
    assert_eq!(service.image(), "acme/api:1", "a plan writes nothing");
}

#[test]
fn saved_plan_is_applied_only_while_it_is_current() {
    let service = Service::new("saved", "acme/api:1", "");
    let save = || service.run("plan", &["--save", "plan.json"]).exits(2);
    let apply = || service.apply(&["--plan", "plan.json"]);
    save();
    apply().succeeds();
    service.update("acme/api:2", "");
    apply().fails().reports("it was made for the bundle");
    save();
    kubectl_ok(&["-n", "saved", "annotate", "service", "api", "touched=yes"]);
    apply().fails().reports("Service api has changed since");
    assert_eq!(service.image(), "acme/api:1", "nothing was changed");
    save();
    apply().succeeds();
}

#[test]
fn drift_shows_the_changes_of_others() {
    let service = Service::new("drifted", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.run("drift", &[]).succeeds().prints("drifted: no differences from revision 1");
    let deployment = "deployment/drifted-api-k8s-service";
    kubectl_ok(&["-n", "drifted", "set", "image", deployment, "k8s-service=acme/api:other"]);
    // A new bundle that was not applied is not drift.
    service.update("acme/api:1", "    max_containers: 9\n");
    let drift = service
        .run("drift", &[])
        .exits(2)
        .prints("changed  Deployment drifted-api-k8s-service")
        .prints("`acme/api:other`, expected `acme/api:1`  (kubectl-set, ")
        .prints("drifted: 1 difference from revision 1");
    assert!(!drift.stdout.contains("will "), "{}", drift.stdout);
}
