//! Releases of Helm, as Opta installed them.

use std::process::Command;

use super::{Run, Service, setting};

/// The Ingress of a service as Opta named it in 2022, after `<layer>-<module>-`.
pub(crate) const INGRESS_HASH: &str = "1f2e3d4c";

/// Runs Helm.
pub(crate) fn helm(arguments: &[&str]) -> Run {
    helm_with("secret", arguments)
}

/// Runs Helm with a driver for its records.
fn helm_with(driver: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new(setting("OPTAKIT_TEST_HELM"));
    command.arg("--kubeconfig").arg(setting("OPTAKIT_TEST_KUBECONFIG")).args(arguments);
    Run::of(command.env("HELM_DRIVER", driver))
}

/// Runs Helm, which stores its records in ConfigMaps.
pub(crate) fn helm_with_config_maps(arguments: &[&str]) -> Run {
    helm_with("configmap", arguments)
}

/// Installs what Opta's chart rendered, with records in ConfigMaps.
pub(crate) fn install_with_config_maps(service: &Service) {
    install("configmap", "opta-2021", service, str::to_owned);
}

/// Installs what Opta's chart rendered, as a release of the namespace `default`, as Opta did.
pub(crate) fn install_with_helm(service: &Service) {
    install_changed(service, str::to_owned);
}

/// Installs what Opta's chart rendered, with a change to the manifests.
pub(crate) fn install_changed(service: &Service, change: impl Fn(&str) -> String) {
    install("secret", "opta-2021", service, change);
}

/// Fields that Optakit sets, but the chart of 2022 did not.
const NOT_IN_CHART: &[&str] = &[
    "concurrencyPolicy:",
    "successfulJobsHistoryLimit:",
    "failedJobsHistoryLimit:",
    "revisionHistoryLimit:",
];

/// Installs what Opta's chart of 2022 rendered.
pub(crate) fn install_chart_of_2022(service: &Service) {
    install("secret", "opta-2022", service, |manifests| {
        let is_in_chart =
            |line: &&str| !NOT_IN_CHART.iter().any(|field| line.trim_start().starts_with(field));
        manifests.lines().filter(is_in_chart).collect::<Vec<_>>().join("\n") + "\n"
    });
}

fn install(driver: &str, profile: &str, service: &Service, change: impl Fn(&str) -> String) {
    let rendered = service.run_alone(&["render", "--quiet", "--profile", profile]).succeeds();
    let (_, rendered) = rendered.stdout.split_once("---\n").expect("the namespace is first");
    let rendered = change(rendered).replace(
        "app.kubernetes.io/managed-by: optakit",
        "app.kubernetes.io/managed-by: Helm\n    helm.sh/chart: k8s-service-0.1.0",
    );
    let chart = "apiVersion: v2\nname: k8s-service\nversion: 0.1.0\n";
    service.write("chart/Chart.yaml", chart);
    service.write("chart/templates/all.yaml", &rendered);
    let chart = service.folder().join("chart");
    let release = format!("{}-api", service.layer);
    let install = ["upgrade", "--install", &release, &chart.to_string_lossy()];
    let options = ["--namespace", "default", "--wait", "--timeout", "60s"];
    helm_with(driver, &[&install[..], &options].concat()).succeeds();
}

/// Names the first Ingress as Opta did in 2022.
pub(crate) fn with_hash_names(service: &Service) -> impl Fn(&str) -> String {
    let old = format!("{}-0\n", service.deployment_name());
    let new = format!("{}-api-{INGRESS_HASH}\n", service.layer);
    move |manifests| {
        assert!(manifests.contains(&old), "an Ingress is named {old}");
        manifests.replace(&old, &new)
    }
}
