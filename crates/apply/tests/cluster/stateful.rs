//! Services with persistent storage.

use serde_json::Value;

use crate::testbed::{Service, create_volumes, exists, get, ready_pods};

const FIXED: &str = "    min_containers: 2\n    max_containers: 2\n    \
                     autoscaling_target_cpu_percentage: 0\n    \
                     autoscaling_target_mem_percentage: 0\n";

fn storage(gibibytes: u32) -> String {
    format!("{FIXED}    persistent_storage: [{{path: /data, size: {gibibytes}}}]\n")
}

/// Returns a service with two pods that have a volume each.
fn service(layer: &str) -> Service {
    let service = Service::new(layer, "acme/api:1", &storage(10));
    let claim = |pod: usize| format!("opta-persistent-0-{layer}-api-k8s-service-{pod}");
    create_volumes(layer, &[claim(0), claim(1)], service.folder());
    service
}

fn stateful_set(layer: &str) -> Value {
    get(&["-n", layer, "statefulset", &format!("{layer}-api-k8s-service")])
}

/// Returns name and size of each claim of a layer.
fn claims(layer: &str) -> Vec<(String, String)> {
    let list = get(&["-n", layer, "persistentvolumeclaims"]);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let items = list["items"].as_array().expect("a list").iter();
    let claim = |claim: &Value| {
        let size = &claim["spec"]["resources"]["requests"]["storage"];
        (text(&claim["metadata"]["name"]), text(size))
    };
    items.map(claim).collect()
}

#[test]
fn stateful_set_is_written_awaited_and_pruned() {
    let service = service("stateful");
    service.apply(&[]).succeeds().reports("ready        StatefulSet stateful-api-k8s-service");
    assert_eq!(ready_pods("stateful").len(), 2);
    assert!(exists(&["-n", "stateful", "service", "api-headless"]));
    service.apply(&[]).succeeds().reports("nothing to change");
    service.run("status", &[]).succeeds().prints("stateful-api-k8s-service  2/2 ready  acme/api:1");
    service.update("acme/api:2", &storage(10));
    service.apply(&[]).succeeds();
    let image = &stateful_set("stateful")["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, "acme/api:2");
    service.run("destroy", &["--yes"]).succeeds();
    assert!(!exists(&["-n", "stateful", "statefulset", "stateful-api-k8s-service"]));
    assert_eq!(claims("stateful").len(), 2, "claims are never deleted");
}

#[test]
fn failed_stateful_set_is_rolled_back() {
    let service = service("statefail");
    service.apply(&[]).succeeds();
    service.update("acme/not-found:2", &storage(10));
    service
        .apply(&[])
        .fails()
        .reports("StatefulSet statefail-api-k8s-service is not ready")
        .reports("image `acme/not-found:2` cannot be pulled")
        .reports("rolled back to revision 1");
    let image = &stateful_set("statefail")["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, "acme/api:1");
    assert_eq!(ready_pods("statefail").len(), 2);
}
