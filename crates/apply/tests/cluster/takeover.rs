//! The takeover of a service from Helm.

use std::path::Path;
use std::process::Command;

use crate::testbed::{Run, Service, create_namespace, get, kubectl_ok, ready_pods, setting};

/// Writes a chart with one template.
fn write_chart(folder: &Path, manifests: &str) {
    let chart = folder.join("chart");
    std::fs::create_dir_all(chart.join("templates")).expect("the folder can be created");
    std::fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: k8s-service\nversion: 0.1.0\n")
        .expect("the chart can be written");
    std::fs::write(chart.join("templates/all.yaml"), manifests).expect("the chart can be written");
}

fn helm(arguments: &[&str]) -> Run {
    let mut command = Command::new(setting("OPTAKIT_TEST_HELM"));
    command.arg("--kubeconfig").arg(setting("OPTAKIT_TEST_KUBECONFIG")).args(arguments);
    Run::of(&mut command)
}

/// Installs what Opta's chart rendered, as a release of the namespace `default`, as Opta did.
fn install_with_helm(service: &Service) {
    let rendered = service.run_alone(&["render", "--quiet", "--profile", "opta-2021"]).succeeds();
    let (_, rendered) = rendered.stdout.split_once("---\n").expect("the namespace is first");
    let rendered = rendered.replace(
        "app.kubernetes.io/managed-by: optakit",
        "app.kubernetes.io/managed-by: Helm\n    helm.sh/chart: k8s-service-0.1.0",
    );
    write_chart(service.folder(), &rendered);
    let chart = service.folder().join("chart");
    let release = format!("{}-api", service.layer);
    let install = ["install", &release, &chart.to_string_lossy()];
    let options = ["--namespace", "default", "--wait", "--timeout", "60s"];
    helm(&[&install[..], &options].concat()).succeeds();
}

/// Returns the UIDs of the ReplicaSets of a namespace.
fn replica_sets(namespace: &str) -> Vec<String> {
    let sets = get(&["-n", namespace, "replicasets"]);
    let sets = sets["items"].as_array().expect("a list").iter();
    sets.map(|set| set["metadata"]["uid"].to_string()).collect()
}

#[test]
fn takeover_restarts_no_pod() {
    let fields = "    min_containers: 2\n    public_uri: \"api.{parent.domain}/v1\"\n    \
                  healthcheck_path: /health\n";
    let service = Service::new("taken", "acme/api:1", fields);
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
    service
        .run("takeover", &[])
        .succeeds()
        .reports("terraform state rm 'module.api.helm_release.k8s-service'");
    assert_belongs_to_optakit("taken", "taken-api-k8s-service");
    assert_eq!(service.deployment()["spec"]["replicas"], 3, "takeover keeps the replicas");
    assert_release_is_archived("taken-api");

    service.apply(&[]).succeeds().reports("nothing to change");
    assert_eq!((ready_pods("taken"), replica_sets("taken")), (pods, sets));
    service.run("takeover", &[]).fails().reports("belongs to a Helm release");
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

fn assert_release_is_archived(release: &str) {
    let listed = helm(&["list", "--namespace", "default", "--short"]).succeeds();
    assert!(!listed.stdout.contains(release), "{}", listed.stdout);
    helm(&["uninstall", release, "--namespace", "default"]).fails().reports("not found");
    let label = format!("optakit.dev/helm-release={release}");
    let archived = get(&["-n", "default", "secrets", "-l", &label]);
    assert_eq!(archived["items"].as_array().map(Vec::len), Some(1));
}
