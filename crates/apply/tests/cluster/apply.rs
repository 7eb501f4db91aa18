//! An apply: what it writes, and what it leaves alone.

use crate::testbed::{Service, exists, get, kubectl_ok, record_fault};

#[test]
fn second_apply_writes_nothing() {
    let fields = "    min_containers: 2\n    public_uri: \"api.{parent.domain}/v1\"\n";
    let service = Service::new("twice", "acme/api:1", fields);
    let first = service
        .apply(&[])
        .succeeds()
        .reports("created      Namespace twice")
        .reports("ready        Deployment twice-api-k8s-service");
    let last = first.stderr.trim_end();
    assert!(last.ends_with("available at api.staging.acme.io/v1"), "{last}");
    let ready = &service.deployment()["status"]["readyReplicas"];
    assert_eq!(ready, 2, "a new Deployment starts with the minimum of its autoscaler");
    // The controller of the autoscaler writes its status at any time.
    let versions = || {
        let mut versions = service.versions();
        versions.retain(|line| !line.starts_with("\"HorizontalPodAutoscaler\""));
        versions
    };
    let before = versions();
    assert_eq!(before.len(), 5, "{before:?}");
    service.apply(&[]).succeeds().reports("nothing to change");
    assert_eq!(versions(), before);
}

#[test]
fn routes_of_the_gateway_api_are_applied() {
    let fields = "    public_uri: \"api.{parent.domain}/v1\"\n";
    let service = Service::new("routed", "acme/api:1", fields);
    let gateway = ["--exposure", "gateway", "--gateway", "infra/public"];
    service.run_alone(&[&["bundle", "--quiet"], &gateway[..]].concat()).succeeds();
    let applied = service.apply(&[]).succeeds();
    let last = applied.stderr.trim_end();
    assert!(last.ends_with("available at api.staging.acme.io/v1"), "{last}");
    let route = get(&["-n", "routed", "httproute", "routed-api-k8s-service-0"]);
    let parent = &route["spec"]["parentRefs"][0];
    assert_eq!((&parent["name"], &parent["namespace"]), (&"public".into(), &"infra".into()));
    service.apply(&[]).succeeds().reports("nothing to change");
}

#[test]
fn apply_keeps_the_number_of_replicas() {
    let service = Service::new("scaled", "acme/api:1", "    max_containers: 5\n");
    service.apply(&[]).succeeds();
    let deployment = "deployment/scaled-api-k8s-service";
    kubectl_ok(&["-n", "scaled", "scale", deployment, "--replicas", "4"]);
    service.update("acme/api:2", "    max_containers: 5\n");
    service.apply(&[]).succeeds();
    assert_eq!(service.deployment()["spec"]["replicas"], 4);
    assert_eq!(service.image(), "acme/api:2");
}

#[test]
fn missing_image_fails_soon_and_names_the_line() {
    let service = Service::new("broken", "acme/not-found:1", "    public_uri: all\n");
    service
        .apply(&["--timeout", "60"])
        .fails()
        .reports("image `acme/not-found:1` cannot be pulled")
        .reports("set at opta.yml:7");
    assert!(
        !exists(&["-n", "broken", "ingress", "broken-api-k8s-service-0"]),
        "no traffic is sent to pods that are not ready"
    );
    service.update("acme/api:1", "    public_uri: all\n");
    service.apply(&[]).succeeds();
    record_fault(
        "The image does not exist",
        "The apply fails before its timeout and names the line of opta.yml. The Ingress is not \
         created. The next apply succeeds.",
    );
}
