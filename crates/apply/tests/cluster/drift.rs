//! Drift: what others changed, added or removed in the cluster and in AWS.

use serde_json::{Value, json};

use super::aws::aws;
use crate::testbed::{DIGEST, Service, kubectl_ok};

const FIELDS: &str = "    env_vars:\n      - {name: MODE, value: good}\n";

/// Returns the drift as JSON.
#[track_caller]
fn drift(service: &Service, arguments: &[&str], code: i32) -> Value {
    let drift = service.run("drift", &[&["-o", "json"], arguments].concat()).exits(code);
    serde_json::from_str(&drift.stdout).expect("the drift is JSON")
}

/// Returns what and path of each difference of the object with a kind.
fn fields(drift: &Value, kind: &str) -> Vec<String> {
    let changes = drift["changes"].as_array().expect("a list").iter();
    let mut fields: Vec<String> = changes
        .filter(|change| change["kind"] == kind)
        .flat_map(|change| change["fields"].as_array().expect("a list"))
        .map(|field| {
            let text = |key: &str| field[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("what"), text("path"), text("manager"))
        })
        .collect();
    fields.sort();
    fields
}

fn patch(service: &Service, object: &str, patch: &Value) {
    kubectl_ok(&["-n", &service.layer, "patch", object, "-p", &patch.to_string()]);
}

#[test]
fn drift_names_what_was_added_changed_and_removed_and_by_whom() {
    let service = Service::new("strayed", "acme/api:1", FIELDS);
    service.apply(&[]).succeeds();
    assert_eq!(drift(&service, &[], 0)["differences"], 0);
    let deployment = format!("deployment/{}", service.deployment_name());
    let containers = json!([
        {"name": "k8s-service", "env": [{"name": "DEBUG", "value": "1"}]},
        {"name": "sidecar", "image": "acme/sidecar:1"},
    ]);
    let labels = json!({"team": "blue"});
    patch(
        &service,
        &deployment,
        &json!({
            "metadata": {"labels": labels},
            "spec": {"template": {"spec": {"containers": containers}}},
        }),
    );
    // A restart by hand changes nothing.
    kubectl_ok(&["-n", "strayed", "rollout", "restart", &deployment]);
    let container = "spec.template.spec.containers";
    assert_eq!(
        fields(&drift(&service, &[], 2), "Deployment"),
        [
            format!("added {container}[k8s-service].env[DEBUG] kubectl-patch"),
            format!("added {container}[sidecar] kubectl-patch"),
        ]
    );
    kubectl_ok(&["-n", "strayed", "set", "env", &deployment, "-c", "k8s-service", "MODE-"]);
    kubectl_ok(&["-n", "strayed", "set", "image", &deployment, "k8s-service=acme/api:other"]);
    kubectl_ok(&["-n", "strayed", "delete", "service", "api"]);
    let found = drift(&service, &[], 2);
    assert_eq!(found["revision"]["number"], 1);
    let of_deployment = fields(&found, "Deployment");
    for expected in [
        format!("changed {container}[k8s-service].image kubectl-set"),
        format!("missing {container}[k8s-service].env[MODE] kubectl-set"),
    ] {
        assert!(of_deployment.contains(&expected), "{of_deployment:?}");
    }
    let is_service = |change: &&Value| change["kind"] == "Service";
    let service_change = found["changes"].as_array().expect("a list").iter().find(is_service);
    assert_eq!(service_change.expect("the Service is missing")["what"], "missing");
    service
        .run("drift", &[])
        .exits(2)
        .prints("missing  Service api\n")
        .prints("    added    spec.template.spec.containers[sidecar]  (kubectl-patch, 20")
        .prints("[k8s-service].image: `acme/api:other`, expected `acme/api:1`  (kubectl-set, 20")
        .prints("last change by kubectl-set");
}

#[test]
fn drift_after_a_failed_run_names_the_revision_it_compares_with() {
    let service = Service::new("astray", "acme/api:1", "");
    service.apply(&[]).succeeds();
    service.update("image-not-found/api:2", "");
    service.apply(&["--on-failure", "keep"]).fails();
    let text = service
        .run("drift", &[])
        .exits(2)
        .prints("revision 2 (failed) was applied after revision 1; its changes are shown as differences")
        .prints("expected `acme/api:1`  (optakit, 20")
        .prints("astray: 1 difference from revision 1 (deployed 20");
    assert!(!text.stdout.contains("will "), "{}", text.stdout);
    let found = drift(&service, &[], 2);
    assert_eq!((&found["revision"]["number"], &found["later"]["number"]), (&json!(1), &json!(2)));
    assert_eq!(found["later"]["status"], "failed");
}

#[test]
fn drift_of_annotations_and_of_objects_that_are_not_in_the_revision() {
    let service = Service::new("extra", "acme/api:1", "    public_uri: extra.acme.io\n");
    service.apply(&[]).succeeds();
    let ingress = format!("ingress/{}-0", service.deployment_name());
    let annotate = |object: &str, annotation: &str| {
        kubectl_ok(&["-n", "extra", "annotate", object, annotation]);
    };
    annotate(&ingress, "nginx.ingress.kubernetes.io/limit-rps=5");
    annotate(&format!("deployment/{}", service.deployment_name()), "acme.io/ticket=7");
    let found = drift(&service, &[], 2);
    let key = "[nginx.ingress.kubernetes.io/limit-rps]";
    assert_eq!(
        fields(&found, "Ingress"),
        [format!("added metadata.annotations{key} kubectl-annotate")]
    );
    assert_eq!(fields(&found, "Deployment"), [""; 0], "the annotation configures nothing");
}

#[tokio::test]
async fn drift_compares_aws_unless_it_is_skipped() {
    let service = Service::new("awsdrift", "AUTO", "");
    service.apply(&["--image-digest", DIGEST]).fails().reports("the image is not in ECR");
    let digest = service.push("amd64");
    service.apply(&["--image-digest", &digest]).succeeds();
    assert_eq!(drift(&service, &[], 0)["differences"], 0);
    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let repository = "opta-awsdrift-api";
    ecr.delete_lifecycle_policy()
        .repository_name(repository)
        .send()
        .await
        .expect("the policy is deleted");
    let found = drift(&service, &[], 2);
    assert_eq!(found["aws"][0]["name"], repository);
    assert_eq!(found["aws"][0]["what"], "changed");
    assert_eq!(drift(&service, &["--skip-aws"], 0)["differences"], 0);
    service.run("drift", &[]).exits(2).prints("changed  ECR repository opta-awsdrift-api");
}

#[test]
fn drift_does_not_expect_aws_resources_that_an_apply_skipped() {
    let service = Service::new("cloudless", "AUTO", "");
    service.apply(&["--skip-aws", "--image-digest", DIGEST]).succeeds();
    service
        .run("drift", &[])
        .succeeds()
        .reports("AWS was not compared: revision 1 was applied with `--skip-aws`");
}

#[test]
fn fields_that_others_added_are_kept_and_named_with_the_way_to_remove_them() {
    let service = Service::new("additions", "acme/api:1", FIELDS);
    service.apply(&[]).succeeds();
    service.run("plan", &[]).succeeds().omits("others added fields");
    let deployment = format!("deployment/{}", service.deployment_name());
    kubectl_ok(&["-n", "additions", "set", "env", &deployment, "HACK=1"]);
    let field = "spec.template.spec.containers[k8s-service].env[HACK] (by kubectl";
    let edit = format!("kubectl -n additions edit deployment {}", service.deployment_name());
    for (command, code) in [("plan", 0), ("apply", 0), ("drift", 2)] {
        service.run(command, &[]).exits(code).reports(field).reports(&edit);
    }
    let plan = service.run("plan", &["-o", "json"]).succeeds();
    let plan: Value = serde_json::from_str(&plan.stdout).expect("the plan is JSON");
    let added = &plan["addedByOthers"][0];
    assert_eq!(added["name"], service.deployment_name());
    assert_eq!(added["fields"][0]["path"], field.split(' ').next().expect("it has words"));
    kubectl_ok(&["-n", "additions", "set", "env", &deployment, "HACK-"]);
    service.run("drift", &[]).succeeds().omits("others added fields");
}
