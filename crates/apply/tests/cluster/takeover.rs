//! The takeover of a service from Helm.

use std::path::Path;

use serde_json::{Value, json};

use crate::testbed::helm::{
    helm, helm_with_config_maps, install_changed, install_with_config_maps, install_with_helm,
    with_hash_names,
};
use crate::testbed::ingress_webhook::IngressWebhook;
use crate::testbed::{
    PodWatch, Service, create_namespace, exists, get, kubeconfig_of, kubectl_ok, ready_pods,
    record_fault,
};

/// Returns the UIDs of the ReplicaSets of a namespace.
fn replica_sets(namespace: &str) -> Vec<String> {
    let sets = get(&["-n", namespace, "replicasets"]);
    let sets = sets["items"].as_array().expect("a list").iter();
    sets.map(|set| set["metadata"]["uid"].to_string()).collect()
}

/// A service with one Ingress, in a namespace that exists. Its bundle restarts no pod.
fn service(layer: &str, fields: &str) -> Service {
    create_namespace(layer);
    let service = Service::new(layer, "acme/api:1", fields);
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2021"]).succeeds();
    service
}

const INGRESS: &str = "    public_uri: \"api.{parent.domain}/v1\"\n    healthcheck_path: /health\n";

#[test]
fn takeover_restarts_no_pod() {
    let service = Service::new("taken", "acme/api:1", &format!("    min_containers: 2\n{INGRESS}"));
    create_namespace("taken");
    install_with_helm(&service);
    let deployment = "deployment/taken-api-k8s-service";
    kubectl_ok(&["-n", "taken", "scale", deployment, "--replicas", "3"]);
    kubectl_ok(&["-n", "taken", "rollout", "status", deployment, "--timeout=60s"]);
    let (pods, sets) = (ready_pods("taken"), replica_sets("taken"));
    assert_eq!((pods.len(), sets.len()), (3, 1));

    service
        .apply(&[])
        .fails()
        .reports("belongs to the Helm release `taken-api`")
        .reports("optakit takeover");
    // The default profile would change the pods: nothing happens, and the difference is shown.
    service
        .run("takeover", &[])
        .fails()
        .reports("pods would restart; nothing was changed")
        .reports("+        \"seccompProfile\": {");

    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2021"]).succeeds();
    let before = service.versions();
    service
        .run("takeover", &["--dry-run"])
        .succeeds()
        .reports("will adopt   Deployment taken-api-k8s-service")
        .reports("dry run: nothing was changed");
    assert_eq!(service.versions(), before);
    service
        .run("takeover", &[])
        .succeeds()
        .reports("1 record of Helm release taken-api in Secrets of namespace taken")
        .reports("terraform state rm 'module.api.helm_release.k8s-service'");
    assert_belongs_to_optakit("taken", "taken-api-k8s-service");
    assert_eq!(service.deployment()["spec"]["replicas"], 3, "takeover keeps the replicas");
    assert_release_is_archived("taken", "taken-api");

    service.apply(&[]).succeeds().reports("nothing to change");
    assert_eq!((ready_pods("taken"), replica_sets("taken")), (pods, sets));
    service.run("takeover", &[]).succeeds().reports("already taken over");
}

#[test]
fn annotation_that_helm_does_not_manage_is_removed() {
    let service = service("takenbare", "");
    install_with_helm(&service);
    let clear = "[{\"op\":\"replace\",\"path\":\"/metadata/managedFields\",\"value\":[{}]}]";
    kubectl_ok(&["-n", "takenbare", "patch", "service", "api", "--type=json", "-p", clear]);
    service.run("takeover", &[]).succeeds();
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}

fn assert_belongs_to_optakit(namespace: &str, name: &str) {
    let deployment = get(&["-n", namespace, "deployment", name, "--show-managed-fields"]);
    let metadata = &deployment["metadata"];
    assert_eq!(metadata["labels"]["app.kubernetes.io/managed-by"], "optakit");
    let text = metadata.to_string();
    assert!(!text.contains("meta.helm.sh") && !text.contains("helm.sh/chart"), "{text}");
    let fields = metadata["managedFields"].as_array().expect("a list");
    assert!(fields.iter().all(|field| field["manager"] != "helm"), "{fields:?}");
}

fn assert_release_is_archived(layer: &str, release: &str) {
    let listed = helm(&["list", "--namespace", "default", "--short"]).succeeds();
    assert!(!listed.stdout.contains(release), "{}", listed.stdout);
    helm(&["uninstall", release, "--namespace", "default"]).fails().reports("not found");
    let label = format!("optakit.dev/helm-release={release}");
    let archived = get(&["-n", layer, "secrets", "-l", &label]);
    assert_eq!(archived["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn records_in_config_maps_are_archived_too() {
    let service = service("takenmap", "");
    install_with_config_maps(&service);
    let pods = ready_pods("takenmap");
    service
        .run("takeover", &[])
        .succeeds()
        .reports("archived     1 record of Helm release takenmap-api")
        .omits("has no records");
    assert_eq!(ready_pods("takenmap"), pods);
    let uninstall = ["uninstall", "takenmap-api", "--namespace", "default"];
    helm_with_config_maps(&uninstall).fails().reports("not found");
    let label = "optakit.dev/helm-release=takenmap-api";
    let archived = get(&["-n", "takenmap", "secrets", "-l", label]);
    let annotations = &archived["items"][0]["metadata"]["annotations"];
    assert_eq!(annotations["optakit.dev/helm-record-kind"], "ConfigMap");
    record_fault(
        "Helm stores its records in ConfigMaps (`HELM_DRIVER=configmap`)",
        "The takeover finds, archives and deletes them.",
    );
}

#[test]
fn release_without_records_is_reported() {
    let service = service("takensql", "");
    install_with_helm(&service);
    // With HELM_DRIVER=sql, the cluster has no records.
    kubectl_ok(&["-n", "default", "delete", "secret", "-l", "owner=helm,name=takensql-api"]);
    service
        .run("takeover", &[])
        .succeeds()
        .reports("release takensql-api has no records in Secrets or ConfigMaps")
        .reports("HELM_DRIVER=sql");
}

#[test]
fn takeover_of_a_service_without_helm_is_rejected() {
    let service = service("takennever", "");
    service.run("takeover", &[]).fails().reports("no object of takennever belongs to a Helm");
}

#[test]
fn ingress_with_another_name_is_taken_over_by_its_host() {
    let service = service("takenhash", INGRESS);
    let _webhook = IngressWebhook::start(&service);
    install_changed(&service, with_hash_names(&service));
    let ingresses = || {
        let list = get(&["-n", "takenhash", "ingresses"]);
        let items = list["items"].as_array().expect("a list").iter();
        items
            .map(|item| {
                let metadata = &item["metadata"];
                let manager = &metadata["labels"]["app.kubernetes.io/managed-by"];
                (metadata["uid"].clone(), manager.clone(), metadata["annotations"].clone())
            })
            .collect::<Vec<_>>()
    };
    let before = ingresses();
    service.run("takeover", &[]).succeeds();
    let after = ingresses();
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].0, before[0].0, "the Ingress stays the same object");
    assert_eq!(after[0].1, "optakit");
    assert!(after[0].2.get("meta.helm.sh/release-name").is_none(), "{after:?}");
    service.apply(&[]).succeeds().reports("nothing to change");
    service.update("acme/api:1", "    public_uri: \"web.{parent.domain}\"\n");
    service.apply(&["--skip-aws"]).succeeds();
    assert_eq!(ingresses().len(), 1);
}

#[test]
fn objects_that_the_bundle_does_not_contain_are_deleted_by_the_next_apply() {
    let service = service("takenrest", &format!("    min_containers: 2\n{INGRESS}"));
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret\n  \
                  namespace: takenrest\nstringData: {password: hunter2}\n";
    install_changed(&service, |manifests| format!("{manifests}---\n{secret}"));
    let fixed = "    min_containers: 1\n    max_containers: 1\n    \
                 autoscaling_target_cpu_percentage: 0\n    autoscaling_target_mem_percentage: 0\n";
    service.update("acme/api:1", &format!("{fixed}    healthcheck_path: /health\n"));
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2021"]).succeeds();
    let deployment = "deployment/takenrest-api-k8s-service";
    kubectl_ok(&["-n", "takenrest", "scale", deployment, "--replicas", "2"]);
    kubectl_ok(&["-n", "takenrest", "rollout", "status", deployment, "--timeout=60s"]);
    let mut watch = PodWatch::start(&service);
    let taken = service
        .run("takeover", &[])
        .succeeds()
        .reports("will keep    Secret secret")
        .reports("HorizontalPodAutoscaler takenrest-api-k8s-service  (not in the bundle")
        .omits("hunter2");
    assert!(taken.stderr.contains("Ingress takenrest-api-k8s-service-0  (not in the bundle"));
    let counts = watch.counts();
    assert!(counts.iter().all(|count| count.wanted == 2 && count.ready == 2), "{counts:?}");
    service
        .run("plan", &[])
        .exits(2)
        .prints("replicas 2 → 1")
        .prints("will delete  Ingress takenrest-api-k8s-service-0")
        .prints("will delete  HorizontalPodAutoscaler takenrest-api-k8s-service");
    service.apply(&["--skip-aws"]).succeeds();
    assert!(!exists(&["-n", "takenrest", "hpa", "takenrest-api-k8s-service"]));
    assert!(exists(&["-n", "takenrest", "secret", "secret"]));
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}

#[test]
fn release_with_pods_of_another_service_is_rejected() {
    let service = service("takenmore", "");
    let other = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: other\n  \
                 namespace: takenmore\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    \
                 metadata: {labels: {a: b}}\n    spec:\n      \
                 containers: [{name: x, image: acme/other}]\n";
    install_changed(&service, |manifests| format!("{manifests}---\n{other}"));
    service
        .run("takeover", &[])
        .fails()
        .reports("also contains Deployment other of namespace takenmore")
        .reports("nothing was changed");
    helm(&["status", "takenmore-api", "--namespace", "default"]).succeeds();
}

#[test]
fn missing_permission_for_the_release_is_reported_before_any_change() {
    let group = "rbac.authorization.k8s.io/v1";
    let all = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    let named = json!({"name": "takendenied", "namespace": "takendenied"});
    let roles: [Value; 2] = [
        json!({"apiVersion": group, "kind": "Role", "metadata": named, "rules": all}),
        json!({
            "apiVersion": group, "kind": "ClusterRole", "metadata": {"name": "takendenied"},
            "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "patch"]}],
        }),
    ];
    let service = Service::new("takendenied", "acme/api:1", "");
    let kubeconfig = kubeconfig_of("takendenied", &roles, service.folder());
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2021"]).succeeds();
    install_with_helm(&service);
    let takeover = |kubeconfig: &str| {
        let bundle = Path::new(&service.bundle()).to_string_lossy().into_owned();
        service.run_alone(&["takeover", &bundle, "--kubeconfig", kubeconfig, "--yes"])
    };
    takeover(&kubeconfig)
        .fails()
        .reports("list, delete secrets to archive the records of Helm in namespace default")
        .reports("nothing was changed");
    let label = "app.kubernetes.io/managed-by=optakit";
    let ours = get(&["-n", "takendenied", "leases,configmaps,secrets,services", "-l", label]);
    assert_eq!(ours["items"], json!([]), "nothing is written");
    record_fault(
        "A takeover may not delete the records of Helm",
        "The takeover fails before it changes anything, and names the missing permissions.",
    );
}

#[test]
fn status_names_the_helm_release_of_a_service() {
    let service = Service::new("helmed", "acme/api:1", "");
    create_namespace("helmed");
    install_with_helm(&service);
    service
        .run("status", &[])
        .fails()
        .reports("Deployment helmed-api-k8s-service belongs to the Helm release `helmed-api`")
        .reports("optakit takeover");
}
