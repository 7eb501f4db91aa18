//! The CronJobs of services.

use serde_json::Value;

use crate::testbed::{Service, exists, get, kubectl_ok, until};

const TWO: &str = "    cron_jobs:\n      \
                   - {schedule: \"0 3 * * *\", commands: [bin/cleanup]}\n      \
                   - {schedule: \"@hourly\", commands: [bin/report], args: [--all]}\n";
const ONE: &str = "    cron_jobs:\n      \
                   - {schedule: \"0 4 * * *\", commands: [bin/cleanup]}\n";

/// Returns the spec of a CronJob.
fn cron_job(layer: &str, index: usize) -> Value {
    get(&["-n", layer, "cronjob", &format!("{layer}-api-k8s-service-{index}")])["spec"].clone()
}

#[test]
fn cron_jobs_are_written_changed_and_pruned() {
    let service = Service::new("crons", "acme/api:1", TWO);
    service.apply(&[]).succeeds();
    let job = cron_job("crons", 0);
    assert_eq!(
        (&job["schedule"], &job["concurrencyPolicy"]),
        (&"0 3 * * *".into(), &"Forbid".into())
    );
    service.apply(&[]).succeeds().reports("nothing to change");
    service.update("acme/api:1", ONE);
    service
        .run("plan", &[])
        .exits(2)
        .prints("will change  CronJob crons-api-k8s-service-0  (nothing restarts)")
        .prints("will delete  CronJob crons-api-k8s-service-1");
    service.apply(&[]).succeeds();
    assert_eq!(cron_job("crons", 0)["schedule"], "0 4 * * *");
    assert!(!exists(&["-n", "crons", "cronjob", "crons-api-k8s-service-1"]));
}

#[test]
fn service_does_not_select_the_pods_of_cron_jobs() {
    let service = Service::new("cronpods", "acme/api:1", ONE);
    service.apply(&[]).succeeds();
    kubectl_ok(&[
        "-n",
        "cronpods",
        "create",
        "job",
        "now",
        "--from=cronjob/cronpods-api-k8s-service-0",
    ]);
    until("the job has a pod", || {
        let pods = get(&["-n", "cronpods", "pods", "-l", "job-name=now"]);
        pods["items"][0]["status"]["podIP"].is_string()
    });
    let slices = get(&["-n", "cronpods", "endpointslices"]);
    let endpoints = slices["items"].as_array().expect("a list").iter();
    let endpoints: usize =
        endpoints.map(|slice| slice["endpoints"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(endpoints, 1, "only the pod of the service: {slices}");
    // The pod of a job is not waited for.
    service.update("acme/api:2", ONE);
    service.apply(&[]).succeeds();
}

#[test]
fn failed_rollout_keeps_the_cron_jobs() {
    let service = Service::new("cronfail", "acme/api:1", ONE);
    service.apply(&[]).succeeds();
    service.update("acme/not-found:2", TWO);
    service.apply(&[]).fails().reports("rolled back to revision");
    let image = &cron_job("cronfail", 0)["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        [0]["image"];
    assert_eq!(image, "acme/api:1");
    assert!(!exists(&["-n", "cronfail", "cronjob", "cronfail-api-k8s-service-1"]));
}
