//! AUTO images without a tag and a digest: the image that runs stays.

use serde_json::Value;

use crate::testbed::{DIGEST, Service, create_namespace, exists, get, kubectl_ok};

const OTHER: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const SETTING: &str = "    env_vars: {MODE: fast}\n";
const UNCHANGED: &str = "api: image unchanged: ";

/// Returns a service that runs an AUTO image with the digest [`DIGEST`].
fn running(layer: &str) -> Service {
    let service = Service::new(layer, "AUTO", "");
    service.apply(&["--skip-aws", "--image-digest", DIGEST]).succeeds();
    service
}

/// Returns the address of the repository of the service.
fn repository(service: &Service) -> String {
    format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-{}-api", service.layer)
}

/// Returns the container of the Deployment.
fn container(service: &Service) -> Value {
    service.deployment()["spec"]["template"]["spec"]["containers"][0].clone()
}

#[test]
fn change_without_an_image_keeps_the_image_that_runs() {
    let service = running("steady");
    service.update("AUTO", SETTING);
    let unchanged = format!("{UNCHANGED}{DIGEST}");
    service
        .run("plan", &["--skip-aws"])
        .exits(2)
        .prints(&unchanged)
        .prints("will change  Deployment steady-api-k8s-service  (rolling restart)")
        .prints("steady: 1 change");
    let json = service.run("plan", &["--skip-aws", "--output", "json"]).exits(2);
    let json: Value = serde_json::from_str(&json.stdout).expect("the plan is JSON");
    let image = &json["images"][0];
    assert_eq!((&image["module"], &image["unchanged"]), (&"api".into(), &true.into()));
    assert_eq!(image["image"], format!("{}@{DIGEST}", repository(&service)));
    service.apply(&["--skip-aws"]).succeeds().reports(&unchanged).reports("1 change applied");
    assert_eq!(service.image(), format!("{}@{DIGEST}", repository(&service)));
    assert_eq!(container(&service)["env"][0]["value"], "fast");

    service.apply(&["--skip-aws"]).succeeds().reports(&unchanged).reports("nothing to change");
    service.run("plan", &["--skip-aws"]).succeeds().prints("steady: no changes");
    service.run("drift", &[]).succeeds().prints("steady: no differences");
    service.run("status", &[]).succeeds().prints(DIGEST);
    // A service file is enough.
    let kubeconfig = crate::testbed::setting("OPTAKIT_TEST_KUBECONFIG");
    let plan = ["plan", "--kubeconfig", &kubeconfig, "--skip-aws"];
    service
        .run_alone(&plan)
        .succeeds()
        .prints(&unchanged)
        .reports("bundle of opta.yml for staging");
}

#[test]
fn image_with_a_tag_does_not_change() {
    let service = Service::new("tagged", "AUTO", "    public_uri: all\n");
    service.run_alone(&["bundle", "--quiet", "--image-tag", "1.4"]).succeeds();
    service.apply(&["--skip-aws"]).succeeds();
    let versions = || {
        let mut versions = service.versions();
        versions.retain(|line| !line.contains("Deployment") && !line.contains("Autoscaler"));
        versions
    };
    let before = versions();
    service.update("AUTO", &format!("    public_uri: all\n{SETTING}"));
    let applied = service.apply(&["--skip-aws"]).succeeds();
    applied.reports(&format!("{UNCHANGED}1.4")).reports("1 change applied");
    let container = container(&service);
    assert_eq!(container["image"], format!("{}:1.4", repository(&service)));
    assert_eq!(container["imagePullPolicy"], "Always");
    assert_eq!(container["env"][0]["value"], "fast");
    assert_eq!(versions(), before, "the labels with the tag stay");
    // The tag of a bundle can be given later.
    service.apply(&["--skip-aws", "--image-tag", "1.5"]).succeeds().omits("unchanged");
    assert_eq!(service.image(), format!("{}:1.5", repository(&service)));
    let label = &service.deployment()["metadata"]["labels"]["app.kubernetes.io/version"];
    assert_eq!(label, "1.5");
}

#[test]
fn first_apply_without_an_image_names_the_commands() {
    let service = Service::new("imageless", "AUTO", "    secrets: [TOKEN]\n");
    let apply = |arguments: &[&str]| service.run("apply", &[&["--skip-aws"], arguments].concat());
    for run in [apply(&[]).fails(), service.run("plan", &["--skip-aws"]).fails()] {
        run.reports("no image given for api")
            .reports("api: not deployed yet")
            .reports("optakit push ARCHIVE --bundle imageless-staging.bundle.json")
            .reports("--image-digest DIGEST")
            .reports("--image-tag TAG")
            .omits("optakit deploy");
    }
    service
        .run("plan", &[])
        .fails()
        .reports("optakit deploy imageless-staging.bundle.json ARCHIVE --kubeconfig");
    apply(&[]).fails().reports("optakit secret set TOKEN");
    assert!(!exists(&["namespace", "imageless"]), "nothing was changed");
    let json = apply(&["--output", "json"]).fails();
    let last = json.stdout.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).expect("an event is JSON");
    assert_eq!(last["event"], "error");
    assert!(last["message"].as_str().is_some_and(|text| text.contains("no image given for api")));

    create_namespace("imageless");
    apply(&[]).fails().reports("api: not deployed yet").omits("the Namespace");
    assert_eq!(service.versions(), [""; 0]);
}

#[test]
fn missing_deployment_is_reported_with_its_last_image() {
    let service = running("forgotten");
    kubectl_ok(&["delete", "deployment", "-n", "forgotten", "--all"]);
    let image = format!("{}@{DIGEST}", repository(&service));
    let message = format!("api: not deployed now; revision 1 had {image}");
    service.run("plan", &["--skip-aws"]).fails().reports(&message);
    service.apply(&["--skip-aws", "--image-digest", DIGEST]).succeeds();
    assert_eq!(service.image(), image);
}

#[test]
fn image_of_another_repository_is_not_kept() {
    let service = Service::new("switched", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("AUTO", SETTING);
    service
        .apply(&["--skip-aws"])
        .fails()
        .reports(
            "Deployment switched-api-k8s-service runs acme/api:1, which is not in the \
                  repository",
        )
        .reports("optakit push");
    assert_eq!(service.image(), "acme/api:1");
    service.apply(&["--skip-aws", "--image-digest", DIGEST]).succeeds();
    // Somebody changed the image by hand.
    let image = "k8s-service=example.com/hotfix:2";
    kubectl_ok(&["-n", "switched", "set", "image", "deployment/switched-api-k8s-service", image]);
    service.apply(&["--skip-aws"]).fails().reports("runs example.com/hotfix:2, which is not");
    assert_eq!(service.image(), "example.com/hotfix:2");
    service.run("drift", &[]).exits(2).prints("example.com/hotfix:2");
}

#[test]
fn stopped_and_paused_services_keep_their_image() {
    let stopped = "    min_containers: 0\n    max_containers: 0\n";
    let service = running("halted");
    service.update("AUTO", stopped);
    service.apply(&["--skip-aws"]).succeeds().reports(UNCHANGED);
    service.update("AUTO", &format!("{stopped}{SETTING}"));
    service.apply(&["--skip-aws"]).succeeds().reports(UNCHANGED);
    assert_eq!(service.image(), format!("{}@{DIGEST}", repository(&service)));

    service.update("AUTO", SETTING);
    service.apply(&["--skip-aws"]).succeeds().reports(UNCHANGED);
    kubectl_ok(&["-n", "halted", "rollout", "pause", "deployment/halted-api-k8s-service"]);
    service.update("AUTO", &format!("{SETTING}    max_containers: 7\n"));
    service.apply(&["--skip-aws"]).succeeds().reports(UNCHANGED).reports("paused");
    service.update("AUTO", "");
    service.apply(&["--skip-aws"]).fails().reports("paused");
}

#[test]
fn service_that_is_broken_keeps_the_image_of_its_deployment() {
    // The name of the repository contains `not-found`, so its images cannot be pulled.
    let service = Service::new("not-found", "AUTO", "");
    let failed = service.apply(&["--skip-aws", "--image-digest", DIGEST]).fails();
    failed.reports("cannot be pulled");
    service.update("AUTO", SETTING);
    service.apply(&["--skip-aws"]).fails().reports(&format!("{UNCHANGED}{DIGEST}"));
    assert_eq!(service.image(), format!("{}@{DIGEST}", repository(&service)));
    assert_eq!(container(&service)["env"][0]["value"], "fast");
}

#[test]
fn saved_plan_with_an_image_that_stays_is_bound_to_it() {
    let service = running("keptplan");
    service.update("AUTO", SETTING);
    let save = ["--skip-aws", "--save", "plan.json"];
    let apply = ["--skip-aws", "--plan", "plan.json"];
    service.run("plan", &save).exits(2);
    let image = format!("k8s-service={}@{OTHER}", repository(&service));
    kubectl_ok(&["-n", "keptplan", "set", "image", "deployment/keptplan-api-k8s-service", &image]);
    service.apply(&apply).fails().reports("and runs another image now");
    service.run("plan", &save).exits(2).prints(&format!("{UNCHANGED}{OTHER}"));
    service.apply(&apply).succeeds();
    assert_eq!(service.image(), format!("{}@{OTHER}", repository(&service)));
}

#[test]
fn rollback_restores_the_image_which_then_stays() {
    let service = running("returned");
    service.apply(&["--skip-aws", "--image-digest", OTHER]).succeeds();
    service.run("rollback", &["--skip-aws"]).succeeds();
    assert_eq!(service.image(), format!("{}@{DIGEST}", repository(&service)));
    service.update("AUTO", SETTING);
    service.apply(&["--skip-aws"]).succeeds().reports(&format!("{UNCHANGED}{DIGEST}"));
    service.run("rollback", &["--skip-aws"]).succeeds();
    assert_eq!(service.image(), format!("{}@{DIGEST}", repository(&service)));
    assert!(container(&service).get("env").is_none());
}

#[test]
fn each_service_of_a_bundle_keeps_its_own_image() {
    let service = running("pair");
    let write = |fields: &str| {
        let module = |name: &str| {
            format!(
                "  - {{type: k8s-service, name: {name}, image: AUTO, port: {{http: 80}}{fields}}}\n"
            )
        };
        let text = format!(
            "name: pair\nenvironments: [{{name: staging, path: env/staging.yml}}]\nmodules:\n{}{}",
            module("api"),
            module("worker")
        );
        service.write("opta.yml", &text);
        service.run_alone(&["bundle", "--quiet"]).succeeds();
    };
    write("");
    service
        .apply(&["--skip-aws"])
        .fails()
        .reports("no image given for worker")
        .reports("--module worker")
        .omits("api: nothing runs");
    let worker = format!("worker={OTHER}");
    service.apply(&["--skip-aws", "--image-digest", &worker]).succeeds();
    let image = |module: &str| {
        let found = get(&["-n", "pair", "deployment", &format!("pair-{module}-k8s-service")]);
        found["spec"]["template"]["spec"]["containers"][0]["image"].clone()
    };
    service
        .run("apply", &["--skip-aws", "--image-digest", &worker.replace("worker", "web")])
        .exits(64)
        .reports("use one of `api` and `worker`");
    write(", env_vars: {MODE: fast}");
    service
        .apply(&["--skip-aws"])
        .succeeds()
        .reports(&format!("api: image unchanged: {DIGEST}"))
        .reports(&format!("worker: image unchanged: {OTHER}"));
    assert_eq!(image("api"), format!("{}@{DIGEST}", repository(&service)));
    assert!(image("worker").as_str().is_some_and(|image| image.ends_with(OTHER)));
}

#[test]
fn deploy_of_one_module_keeps_the_images_of_the_others() {
    let service = Service::new("crew", "acme/api:1", "");
    let module = |name: &str| {
        format!("  - {{type: k8s-service, name: {name}, image: AUTO, port: {{http: 80}}}}\n")
    };
    let text = format!(
        "name: crew\nenvironments: [{{name: staging, path: env/staging.yml}}]\nmodules:\n{}{}",
        module("api"),
        module("worker")
    );
    service.write("opta.yml", &text);
    service.archive("amd64");
    let kubeconfig = crate::testbed::setting("OPTAKIT_TEST_KUBECONFIG");
    let run = |arguments: &[&str]| {
        service.run_alone(&[arguments, &["--kubeconfig", &kubeconfig, "--yes"]].concat())
    };
    run(&["deploy", "app.tar"]).fails().reports("several modules").reports("--module NAME");
    run(&["deploy", "app.tar", "--module", "api"])
        .fails()
        .reports("no image given for worker")
        .reports("optakit push ARCHIVE --module worker");
    assert!(!exists(&["namespace", "crew"]), "nothing was pushed or changed");
    for module in ["api", "worker"] {
        let push = ["push", "app.tar", "-b", "opta.yml", "--module", module, "--tag", "1"];
        service.run_alone(&push).succeeds();
    }
    run(&["apply", "--image-tag", "1"]).succeeds();
    run(&["deploy", "--module", "api", "app.tar"])
        .succeeds()
        .reports("worker: image unchanged: 1")
        .omits("api: image unchanged");
    let image = |module: &str| {
        let found = get(&["-n", "crew", "deployment", &format!("crew-{module}-k8s-service")]);
        let image = &found["spec"]["template"]["spec"]["containers"][0]["image"];
        image.as_str().expect("the container has an image").to_owned()
    };
    assert!(image("api").contains("/opta-crew-api@sha256:"), "{}", image("api"));
    assert!(image("worker").ends_with("/opta-crew-worker:1"), "{}", image("worker"));
}
