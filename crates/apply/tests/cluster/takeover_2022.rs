//! The takeover of services that the chart of Opta 2022 installed.

use serde_json::Value;

use crate::testbed::helm::{helm, install_chart_of_2022};
use crate::testbed::{Service, create_namespace, create_volumes, exists, get, ready_pods};

const CRON: &str = "    cron_jobs: [{schedule: \"0 3 * * *\", commands: [bin/cleanup]}]\n";
const ONE: &str = "    min_containers: 1\n    max_containers: 1\n";

/// A service in a namespace that exists. Its bundle restarts no pod.
fn service(layer: &str, fields: &str) -> Service {
    create_namespace(layer);
    let service = Service::new(layer, "acme/api:1", fields);
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2022"]).succeeds();
    service
}

/// Returns kind, name and UID of the objects that Helm installed.
fn installed(layer: &str, kinds: &str) -> Vec<String> {
    let list = get(&["-n", layer, kinds]);
    let items = list["items"].as_array().expect("a list").iter();
    let text = |object: &Value| {
        let metadata = &object["metadata"];
        format!("{} {} {}", object["kind"], metadata["name"], metadata["uid"])
    };
    items.map(text).collect()
}

#[test]
fn cron_jobs_and_hash_named_ingresses_are_taken_over() {
    let public = "    public_uri: [\"api.{parent.domain}/v1\", \"web.{parent.domain}\"]\n    \
                  healthcheck_path: /health\n";
    let service = service("taken22", &format!("{CRON}{public}"));
    install_chart_of_2022(&service);
    let kinds = "deployments,cronjobs,ingresses,services,horizontalpodautoscalers";
    let (before, pods) = (installed("taken22", kinds), ready_pods("taken22"));
    service
        .run("takeover", &[])
        .succeeds()
        .reports("will adopt   CronJob taken22-api-k8s-service-0")
        .reports("no pod restarted");
    assert_eq!(
        (installed("taken22", kinds), ready_pods("taken22")),
        (before.clone(), pods.clone())
    );
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    assert_eq!((installed("taken22", kinds), ready_pods("taken22")), (before, pods));
    helm(&["status", "taken22-api", "--namespace", "default"]).fails().reports("not found");
    let job = get(&["-n", "taken22", "cronjob", "taken22-api-k8s-service-0"]);
    assert_eq!(job["metadata"]["labels"]["app.kubernetes.io/managed-by"], "optakit");
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    // Without the field, the next apply deletes the CronJob.
    service.update("acme/api:1", public);
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2022"]).succeeds();
    service.apply(&["--skip-aws"]).succeeds();
    assert!(!exists(&["-n", "taken22", "cronjob", "taken22-api-k8s-service-0"]));
}

#[test]
fn stateful_set_is_taken_over_with_its_claims() {
    let fields = format!(
        "{ONE}{CRON}    persistent_storage: [{{path: /data, size: 10}}]\n    \
         healthcheck_path: /health\n"
    );
    let service = service("taken22set", &fields);
    let claim = |pod: usize| format!("opta-persistent-0-taken22set-api-k8s-service-{pod}");
    create_volumes("taken22set", &[claim(0), claim(1)], service.folder());
    install_chart_of_2022(&service);
    let kinds = "statefulsets,cronjobs,persistentvolumeclaims,services";
    let (before, pods) = (installed("taken22set", kinds), ready_pods("taken22set"));
    assert!(!pods.is_empty());
    service
        .run("takeover", &[])
        .succeeds()
        .reports("will adopt   StatefulSet taken22set-api-k8s-service");
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    assert_eq!((installed("taken22set", kinds), ready_pods("taken22set")), (before, pods));
    // The default profile keeps the claims.
    service.run_alone(&["bundle", "--quiet"]).succeeds();
    let claims = installed("taken22set", "persistentvolumeclaims");
    service.apply(&["--skip-aws"]).succeeds();
    assert!(exists(&["-n", "taken22set", "service", "api"]));
    assert!(exists(&["-n", "taken22set", "service", "api-headless"]));
    let after = installed("taken22set", "persistentvolumeclaims");
    assert!(claims.iter().all(|claim| after.contains(claim)), "{claims:?} {after:?}");
}

#[test]
fn claim_of_another_size_is_not_taken_over() {
    let with =
        |size: u32| format!("{ONE}    persistent_storage: [{{path: /data, size: {size}}}]\n");
    let service = service("taken22size", &with(10));
    let claim = |pod: usize| format!("opta-persistent-0-taken22size-api-k8s-service-{pod}");
    create_volumes("taken22size", &[claim(0), claim(1)], service.folder());
    install_chart_of_2022(&service);
    service.update("acme/api:1", &with(20));
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2022"]).succeeds();
    service
        .run("takeover", &[])
        .fails()
        .reports("the volumes of StatefulSet taken22size-api-k8s-service differ")
        .reports("nothing was changed");
    helm(&["status", "taken22size-api", "--namespace", "default"]).succeeds();
}
