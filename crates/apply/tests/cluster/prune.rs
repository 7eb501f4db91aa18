//! Deletion of objects.

use crate::testbed::{Service, create_namespace, exists, get, kubectl_ok};

#[test]
fn only_own_objects_that_left_the_bundle_are_deleted() {
    let fields = "    public_uri: [\"a.{parent.domain}\", \"b.{parent.domain}\"]\n";
    let service = Service::new("pruned", "acme/api:1", fields);
    service.apply(&[]).succeeds();
    let parent = get(&["-n", "pruned", "configmap", "optakit-pruned"]);
    assert_eq!(
        parent["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"],
        "Deployment.apps,HorizontalPodAutoscaler.autoscaling,Ingress.networking.k8s.io,Service,\
         ServiceAccount"
    );
    let id = parent["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().expect("an id");
    let member = get(&["-n", "pruned", "service", "api"]);
    assert_eq!(member["metadata"]["labels"]["applyset.kubernetes.io/part-of"], id);
    // An object of another kind that someone gave the label.
    kubectl_ok(&["-n", "pruned", "create", "configmap", "foreign"]);
    let label = format!("applyset.kubernetes.io/part-of={id}");
    kubectl_ok(&["-n", "pruned", "label", "configmap", "foreign", &label]);
    let kept = "pruned-api-k8s-service-1";
    kubectl_ok(&["-n", "pruned", "annotate", "ingress", kept, "optakit.dev/keep=true"]);

    service.update("acme/api:1", "");
    service.apply(&[]).succeeds().reports("will delete  Ingress pruned-api-k8s-service-0");
    assert!(!exists(&["-n", "pruned", "ingress", "pruned-api-k8s-service-0"]));
    assert!(exists(&["-n", "pruned", "ingress", kept]), "its annotation protects it");
    assert!(exists(&["-n", "pruned", "configmap", "foreign"]), "Optakit did not create it");
    service.apply(&[]).succeeds().reports("nothing to change");
}

#[test]
fn destroy_deletes_only_what_was_applied() {
    let service = Service::new("doomed", "acme/api:1", "    public_uri: all\n");
    service.apply(&[]).succeeds();
    kubectl_ok(&["-n", "doomed", "create", "secret", "generic", "manual-secrets"]);
    service.run("destroy", &[]).fails().reports("--yes");
    assert_eq!(service.versions().len(), 5);
    service.run("destroy", &["--yes"]).succeeds();
    assert_eq!(service.versions(), [""; 0]);
    assert!(exists(&["-n", "doomed", "secret", "manual-secrets"]));
    assert_eq!(service.run("history", &[]).output(), "");
    service.apply(&[]).succeeds();
}

#[test]
fn destroy_of_a_service_that_was_never_applied_succeeds() {
    let service = Service::new("neverborn", "acme/api:1", "");
    create_namespace("neverborn");
    service.run("destroy", &["--yes"]).succeeds();
}
