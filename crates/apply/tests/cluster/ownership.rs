//! Objects and fields of other tools.

use crate::testbed::{Service, create_namespace, exists, get, kubectl_ok, record_fault};

const IMAGE_FIELD: &str = ".spec.template.spec.containers[name=\"k8s-service\"].image";

#[test]
fn fields_of_other_managers_are_taken_only_when_asked() {
    let service = Service::new("shared", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let patch = r#"{"spec": {"template": {"spec": {"containers": [
        {"name": "k8s-service", "image": "acme/api:hotfix"}]}}}}"#;
    let name = service.deployment_name();
    let manager = ["--field-manager", "argocd-controller"];
    let patch = ["-n", "shared", "patch", "deployment", &name, "-p", patch];
    kubectl_ok(&[&patch[..], &manager].concat());
    service
        .apply(&[])
        .fails()
        .reports("argocd-controller")
        .reports(IMAGE_FIELD)
        .reports("--force-conflicts")
        .reports("--force-field");
    service.apply(&["--force-field", ".spec.replicas"]).fails();
    service
        .apply(&["--force-field", IMAGE_FIELD])
        .succeeds()
        .reports("was set by argocd-controller");
    record_fault(
        "Another field manager owns a field",
        "The apply fails and names the manager and the field. With `--force-field` it takes the \
         field and reports that.",
    );
}

#[test]
fn fields_that_a_person_set_with_kubectl_are_taken_and_reported() {
    let service = Service::new("edited", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let deployment = "deployment/edited-api-k8s-service";
    kubectl_ok(&["-n", "edited", "set", "image", deployment, "k8s-service=acme/api:hotfix"]);
    service
        .apply(&[])
        .succeeds()
        .reports("takes over .spec.template.spec.containers")
        .reports("was set by kubectl");
    assert_eq!(service.image(), "acme/api:1");
}

/// The marks of other tools: the command that sets it, the mark, and the owner in messages.
const MARKS: &[(&str, &str, &str)] = &[
    ("annotate", "meta.helm.sh/release-name=", "the Helm release"),
    ("annotate", "argocd.argoproj.io/tracking-id=", "the Argo CD application"),
    ("label", "argocd.argoproj.io/instance=", "the Argo CD application"),
    ("label", "kustomize.toolkit.fluxcd.io/name=", "the Flux Kustomization"),
    ("label", "helm.toolkit.fluxcd.io/name=", "the Flux HelmRelease"),
    ("label", "kapp.k14s.io/app=", "the kapp app"),
    ("label", "kluctl.io/discriminator=", "the kluctl deployment"),
    ("label", "instance.timoni.sh/name=", "the Timoni instance"),
];

#[test]
fn objects_of_other_tools_are_rejected() {
    let service = Service::new("owned", "acme/api:1", "");
    create_namespace("owned");
    kubectl_ok(&["-n", "owned", "create", "service", "clusterip", "api", "--tcp=80"]);
    for (command, mark, owner) in MARKS {
        kubectl_ok(&["-n", "owned", command, "service", "api", &format!("{mark}owned-api")]);
        let before = get(&["-n", "owned", "service", "api"])["metadata"].clone();
        service
            .apply(&["--force-conflicts"])
            .fails()
            .reports("Optakit does not apply this plan; nothing was changed")
            .reports(&format!("Service api belongs to {owner} `owned-api`"));
        let deployment = service.deployment_name();
        assert!(!exists(&["-n", "owned", "deployment", &deployment]), "{mark}");
        assert_eq!(get(&["-n", "owned", "service", "api"])["metadata"], before, "{mark}");
        kubectl_ok(&["-n", "owned", command, "service", "api", &mark.replace('=', "-")]);
    }
    record_fault(
        "An object belongs to Helm, Argo CD, Flux, kapp, kluctl or Timoni",
        "The apply fails, names the object and its owner, and changes nothing.",
    );
}
