//! The checks before an apply.

use serde_json::{Value, json};

use crate::testbed::{DIGEST, Service, kubeconfig_of, record_fault};

#[test]
fn everything_missing_is_reported_at_once() {
    let service = Service::new("narrow", "AUTO", "    secrets: [STRIPE_KEY]\n");
    let all = ["", "apps", "policy", "autoscaling", "networking.k8s.io"];
    let rules = json!([
        {
            "apiGroups": all,
            "resources": ["*"],
            "verbs": ["get", "list", "watch", "create", "patch"],
        },
        {
            "apiGroups": ["", "apps", "policy", "autoscaling"],
            "resources": ["*"],
            "verbs": ["delete"],
        },
    ]);
    let read = json!([
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "patch"]},
    ]);
    let role = |kind: &str, metadata: Value, rules: Value| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": kind,
            "metadata": metadata,
            "rules": rules,
        })
    };
    let roles = [
        role("Role", json!({"name": "deployer", "namespace": "narrow"}), rules),
        role("ClusterRole", json!({"name": "narrow-reader"}), read),
    ];
    let kubeconfig = kubeconfig_of("narrow", &roles, service.folder());
    service
        .apply_with(&["--kubeconfig", &kubeconfig, "--image-digest", DIGEST])
        .fails()
        .reports("permissions are missing in the cluster; secrets are missing")
        .reports("the image is not in ECR")
        .reports("nothing was changed")
        .reports(&format!("the repository `opta-narrow-api` has no image {DIGEST}"))
        .reports("get, create, update, delete leases.coordination.k8s.io to lock the layer")
        .omits("pods")
        .reports("optakit secret set STRIPE_KEY");
    assert_eq!(service.versions(), [""; 0]);
    record_fault(
        "Permissions, secrets and the image are missing at the same time",
        "All of them are reported at once, before anything is written.",
    );
}

#[test]
fn rejected_objects_are_all_reported_and_nothing_is_changed() {
    let service = Service::new("refused", "acme/api:1", "    public_uri: all\n");
    let bundle = service.folder().join(service.bundle());
    let text = std::fs::read_to_string(&bundle).expect("the bundle exists");
    let invalid = text
        .replace("\"targetPort\": \"main\"", "\"targetPort\": \"Not A Port\"")
        .replace("\"pathType\": \"ImplementationSpecific\"", "\"pathType\": \"Odd\"");
    std::fs::write(&bundle, &invalid).expect("the bundle can be written");
    service
        .apply(&[])
        .fails()
        .reports("the bundle was modified after it was built")
        .reports("pathType: Odd");
    service
        .apply(&["--allow-modified"])
        .fails()
        .reports("the API server rejects Service api")
        .reports("the API server rejects Ingress refused-api-k8s-service-0");
    assert_eq!(service.versions(), [""; 0]);
    record_fault(
        "The API server rejects two of the objects",
        "Both are reported and nothing is changed.",
    );
}
