//! Two service files with the same name: each would delete the services of the other one.

use crate::testbed::{Service, exists};

/// The bundle of a second service file with the name of the first one, and another module.
fn write_other_bundle(service: &Service, layer: &str) {
    let text = format!(
        "name: {layer}\n\
         environments:\n  - {{name: staging, path: env/staging.yml}}\n\
         modules:\n  - {{type: k8s-service, name: web, image: \"acme/web:1\", \
         port: {{http: 8000}}}}\n"
    );
    service.write("other.yml", &text);
    service.run_alone(&["bundle", "other.yml", "-o", &service.bundle()]).succeeds();
}

#[test]
fn apply_of_another_file_of_the_layer_deletes_nothing() {
    let service = Service::new("copied", "acme/api:1", "");
    service.apply(&[]).succeeds();
    write_other_bundle(&service, "copied");

    let expected = "an apply would delete every service that runs in `copied` \
                    (Deployment copied-api-k8s-service)";
    let before = service.versions();
    service.apply(&[]).fails().reports(expected).reports("--replace-services");
    assert_eq!(service.versions(), before);
    service.run("plan", &[]).reports(expected);

    // Someone who wants to replace the service says so. A rollback needs no flag.
    service.apply(&["--replace-services"]).succeeds();
    assert!(!exists(&["-n", "copied", "deployment", "copied-api-k8s-service"]));
    service.run("rollback", &[]).succeeds();
    assert!(exists(&["-n", "copied", "deployment", "copied-api-k8s-service"]));
    assert!(!exists(&["-n", "copied", "deployment", "copied-web-k8s-service"]));
}

#[test]
fn a_service_beside_others_can_be_renamed() {
    let service = Service::new("renamed-one", "acme/api:1", "");
    let second = |name: &str| {
        let module = format!(
            "  - {{type: k8s-service, name: {name}, image: \"acme/web:1\", port: {{http: 8000}}}}\n"
        );
        service.update("acme/api:1", &module);
    };
    second("web");
    service.apply(&[]).succeeds();
    second("site");
    service.apply(&[]).succeeds().reports("will delete  Deployment renamed-one-web-k8s-service");
}
