//! Services with persistent storage.

use serde_json::{Value, json};

use crate::testbed::{
    Service, apply_objects, create_namespace, create_volumes, exists, get, kubectl_ok, ready_pods,
    record_fault, until,
};

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
        .reports("rolled back to revision");
    let image = &stateful_set("statefail")["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, "acme/api:1");
    assert_eq!(ready_pods("statefail").len(), 2);
    record_fault(
        "A pod of a StatefulSet cannot pull its image",
        "The apply reports the pod, and rolls the StatefulSet back. The other pods keep running.",
    );
}

/// Returns the UIDs of the pods of a layer.
fn pods(layer: &str) -> Vec<String> {
    let list = get(&["-n", layer, "pods"]);
    let items = list["items"].as_array().expect("a list").iter();
    items.map(|pod| pod["metadata"]["uid"].to_string()).collect()
}

#[test]
fn volumes_grow_without_a_restart() {
    let service = service("growing");
    service.apply(&[]).succeeds();
    let (before, uid) = (pods("growing"), stateful_set("growing")["metadata"]["uid"].clone());
    service.update("acme/api:1", &storage(20));
    let grows = "opta-persistent-0 10Gi → 20Gi; the StatefulSet is created again, its pods stay";
    service.run("plan", &[]).exits(2).prints(grows).prints("(nothing restarts)");
    service.apply(&[]).succeeds().reports(grows);
    assert_ne!(stateful_set("growing")["metadata"]["uid"], uid);
    assert!(claims("growing").iter().all(|(_, size)| size == "20Gi"), "{:?}", claims("growing"));
    assert_eq!(pods("growing"), before, "no pod restarts");
    service.apply(&[]).succeeds().reports("nothing to change");
    service.update("acme/api:1", &storage(5));
    let written = service.written_versions();
    service
        .apply(&[])
        .fails()
        .reports("the volume `opta-persistent-0` of StatefulSet growing-api-k8s-service would")
        .reports("shrink from 20Gi to 5Gi, but a volume cannot shrink")
        .reports("nothing was changed");
    assert_eq!(service.written_versions(), written);
    service.run("rollback", &[]).succeeds();
    assert!(claims("growing").iter().all(|(_, size)| size == "20Gi"), "{:?}", claims("growing"));
    assert_eq!(pods("growing"), before, "no pod restarts");
    record_fault(
        "A volume would shrink",
        "The apply refuses the change before anything is written. A rollback keeps the volume.",
    );
}

#[test]
fn field_can_be_removed_after_a_volume_grew() {
    let service = service("grown");
    service.apply(&[]).succeeds();
    let variable = "    env_vars: {REMOVED_LATER: \"1\"}\n";
    service.update("acme/api:1", &format!("{}{variable}", storage(20)));
    service.apply(&[]).succeeds();
    assert!(stateful_set("grown").to_string().contains("\"name\":\"REMOVED_LATER\""));
    service.update("acme/api:1", &storage(20));
    service.apply(&[]).succeeds();
    let template = stateful_set("grown")["spec"]["template"].to_string();
    assert!(!template.contains("REMOVED_LATER"), "{template}");
}

#[test]
fn autoscaled_pods_stay_when_their_volumes_grow() {
    let scaled = |size: u32| {
        format!("    min_containers: 1\n    persistent_storage: [{{path: /data, size: {size}}}]\n")
    };
    let service = Service::new("growscaled", "acme/api:1", &scaled(10));
    let claim = |pod: usize| format!("opta-persistent-0-growscaled-api-k8s-service-{pod}");
    create_volumes("growscaled", &[claim(0), claim(1), claim(2)], service.folder());
    service.apply(&[]).succeeds();
    let set = "statefulset/growscaled-api-k8s-service";
    kubectl_ok(&["-n", "growscaled", "scale", set, "--replicas", "3"]);
    until("three pods are ready", || ready_pods("growscaled").len() == 3);
    let before = pods("growscaled");
    service.update("acme/api:1", &scaled(20));
    service.apply(&[]).succeeds();
    assert_eq!(pods("growscaled"), before, "no pod is deleted or restarted");
    service.apply(&[]).succeeds().reports("nothing to change");
    service.update("acme/api:2", &scaled(20));
    service.apply(&[]).succeeds();
    assert_eq!(stateful_set("growscaled")["spec"]["replicas"], 3);
    service.apply(&[]).succeeds().reports("nothing to change");
}

#[test]
fn volume_that_cannot_grow_is_reported_before_anything_is_written() {
    let service = Service::new("notgrowing", "acme/api:1", &storage(10));
    let claim = |pod: usize| format!("opta-persistent-0-notgrowing-api-k8s-service-{pod}");
    create_volumes("notgrowing", &[claim(0), claim(1)], service.folder());
    // The claims have no StorageClass, so they are bound to volumes without one.
    let class = json!({"storageClassName": ""});
    for pod in [0, 1] {
        let mut claim = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": claim(pod), "namespace": "notgrowing"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "10Gi"}},
            },
        });
        claim["spec"]["storageClassName"] = class["storageClassName"].clone();
        let volume = format!("notgrowing-{}", claim["metadata"]["name"].as_str().expect("a name"));
        let patch = json!({"spec": class}).to_string();
        kubectl_ok(&["patch", "pv", &volume, "--type=merge", "-p", &patch]);
        if pod == 0 {
            create_namespace("notgrowing");
        }
        apply_objects(&[claim], service.folder());
    }
    service.apply(&[]).succeeds();
    service.update("acme/api:1", &storage(20));
    let before = service.written_versions();
    service
        .apply(&[])
        .fails()
        .reports("resizing PersistentVolumeClaim opta-persistent-0-notgrowing-api-k8s-service-")
        .reports("storageclass that provisions the pvc must support resize");
    assert_eq!(service.written_versions(), before);
    record_fault(
        "The StorageClass of a volume does not allow a larger size",
        "A dry run finds this. The apply names the claim, and nothing is written.",
    );
}

#[test]
fn service_gets_and_loses_volumes() {
    let service = Service::new("switching", "acme/api:1", FIXED);
    let claim = |pod: usize| format!("opta-persistent-0-switching-api-k8s-service-{pod}");
    create_volumes("switching", &[claim(0), claim(1)], service.folder());
    service.apply(&[]).succeeds();
    service.update("acme/api:1", &storage(10));
    let to_stateful_set = "changes from a Deployment to a StatefulSet: the new pods start with \
                           empty volumes";
    service
        .run("plan", &[])
        .exits(2)
        .reports(to_stateful_set)
        .prints("will delete  Deployment switching-api-k8s-service");
    service.apply(&[]).succeeds().reports(to_stateful_set);
    assert!(!exists(&["-n", "switching", "deployment", "switching-api-k8s-service"]));
    assert_eq!(stateful_set("switching")["spec"]["replicas"], 2);
    service.update("acme/api:1", FIXED);
    service
        .apply(&[])
        .succeeds()
        .reports("changes from a StatefulSet to a Deployment: the new pods have no volumes")
        .reports("get pvc -l app.kubernetes.io/instance=switching-api");
    assert!(!exists(&["-n", "switching", "statefulset", "switching-api-k8s-service"]));
    assert_eq!(claims("switching").len(), 2, "claims are never deleted");
}
