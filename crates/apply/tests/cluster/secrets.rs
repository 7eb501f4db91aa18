//! The keys of the Secret `manual-secrets`.

use serde_json::json;

use crate::testbed::{Run, Service, exists, get, kubectl_ok, ready_pods};

#[test]
fn missing_secrets_are_reported_with_the_command_that_sets_them() {
    let service = Service::new("secretive", "acme/api:1", "    secrets: [STRIPE_KEY, OTHER]\n");
    service
        .apply(&[])
        .fails()
        .reports("has no key OTHER, STRIPE_KEY")
        .reports("optakit secret set STRIPE_KEY")
        .reports("optakit secret set OTHER");
    assert!(!exists(&["namespace", "secretive"]), "nothing is changed");

    service.secret(&["set", "STRIPE_KEY"], "hunter2\n").succeeds();
    let list =
        service.secret(&["list"], "").reports("missing      OTHER: run `optakit secret set OTHER ");
    assert_eq!(list.output(), "STRIPE_KEY");
    service.write("more.env", "# comment\nexport OTHER=\"hunter3 x\"\nUNUSED='hunter4'\n");
    service.secret(&["import", "more.env"], "").succeeds();
    let secret = get(&["-n", "secretive", "secret", "manual-secrets"]);
    let expected = json!({
        "STRIPE_KEY": "aHVudGVyMg==",
        "OTHER": "aHVudGVyMyB4",
        "UNUSED": "aHVudGVyNA==",
    });
    assert_eq!(secret["data"], expected);
    service.apply(&[]).succeeds();
}

#[test]
fn secret_values_are_never_printed() {
    let service = Service::new("quiet-secrets", "acme/api:1", "    secrets: [KEY]\n");
    let without_value = |run: Run| {
        assert!(!run.stdout.contains("hunter"), "{}", run.stdout);
        run.omits("hunter")
    };
    without_value(service.secret(&["set", "KEY"], "hunter2\n")).succeeds();
    without_value(service.secret(&["list"], "")).succeeds();
    without_value(service.apply(&["--verbose"])).succeeds();
    service.write("invalid.env", "hunter7 is not an entry\n");
    without_value(service.secret(&["import", "invalid.env"], "")).fails();
}

#[test]
fn deleted_secret_is_gone() {
    let service = Service::new("forgetful", "acme/api:1", "    secrets: [KEPT]\n");
    service.secret(&["delete", "UNUSED"], "").fails().reports("there is no secret `UNUSED`");
    assert!(!exists(&["namespace", "forgetful"]));
    service.secret(&["set", "KEPT"], "a").succeeds();
    service.secret(&["set", "UNUSED"], "b").succeeds();
    service.secret(&["delete", "UNUSED"], "").succeeds();
    assert_eq!(service.secret(&["list"], "").output(), "KEPT");
    service.secret(&["delete", "UNUSED"], "").fails().reports("there is no secret `UNUSED`");
}

#[test]
fn secret_keys_restart_pods_only_when_asked() {
    let service = Service::new("restarting", "acme/api:1", "    secrets: [KEY]\n");
    service.secret(&["set", "KEY"], "first").succeeds();
    service.apply(&[]).succeeds();
    let pods = ready_pods("restarting");
    service
        .secret(&["set", "KEY", "--no-restart"], "second")
        .succeeds()
        .reports("use the old values");
    assert_eq!(ready_pods("restarting"), pods);
    service
        .secret(&["set", "KEY"], "third")
        .succeeds()
        .reports("restarted    Deployment restarting-api-k8s-service");
    let deployment = "deployment/restarting-api-k8s-service";
    kubectl_ok(&["-n", "restarting", "rollout", "status", deployment, "--timeout=60s"]);
    assert_ne!(ready_pods("restarting"), pods);
    service.apply(&[]).succeeds().reports("nothing to change");
}
