//! The keys of the Secret `manual-secrets`.

use serde_json::json;

use crate::testbed::{
    Run, Service, Terminal, create_namespace, exists, get, kubectl_ok, ready_pods, record_fault,
    setting, until,
};

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
        service.secret(&["list"], "").reports("missing      OTHER: run `optakit secret set OTHER");
    assert_eq!(list.output(), "OTHER       missing\nSTRIPE_KEY  set");
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
fn deleted_secret_does_not_exist() {
    let service = Service::new("forgetful", "acme/api:1", "    secrets: [KEPT]\n");
    service.secret(&["delete", "UNUSED"], "").fails().reports("there is no secret `UNUSED`");
    assert!(!exists(&["namespace", "forgetful"]));
    service.secret(&["set", "KEPT"], "a").succeeds();
    service.secret(&["set", "UNUSED"], "b").succeeds();
    service.secret(&["delete", "UNUSED"], "").succeeds();
    assert_eq!(service.secret(&["list"], "").output(), "KEPT  set");
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

#[test]
fn list_shows_what_is_required_and_what_is_set() {
    let service = Service::new("listed-secrets", "acme/api:1", "    secrets: [A, EMPTY, GONE]\n");
    service.secret(&["set", "A"], "hunter2").succeeds();
    service.secret(&["set", "EMPTY", "--allow-empty"], "").succeeds();
    service.secret(&["set", "OLD"], "hunter3").succeeds();
    let list = service.secret(&["list"], "").omits("hunter");
    let list = list.reports("empty        EMPTY: run `optakit secret set EMPTY");
    assert_eq!(list.output(), "A      set\nEMPTY  empty\nGONE   missing\nOLD    unused");
    let list = service.secret(&["list", "--output", "json"], "");
    let found: serde_json::Value = serde_json::from_str(list.output()).expect("JSON");
    let expected = json!([
        { "name": "A", "required": true, "set": true, "state": "set" },
        { "name": "EMPTY", "required": true, "set": true, "state": "empty" },
        { "name": "GONE", "required": true, "set": false, "state": "missing" },
        { "name": "OLD", "required": false, "set": true, "state": "unused" },
    ]);
    assert_eq!(found["secrets"], expected);
}

#[test]
fn secrets_that_are_set_at_the_same_time_are_all_stored() {
    let keys: Vec<String> = (0..4).map(|index| format!("KEY{index}")).collect();
    let fields = format!("    secrets: [{}]\n", keys.join(", "));
    let service = Service::new("raced-secrets", "acme/api:1", &fields);
    let kubectl = json!({"stringData": {"OTHER": "x"}}).to_string();
    std::thread::scope(|scope| {
        for key in &keys {
            let set = || service.secret(&["set", key, "--wait-lock", "2m"], key).succeeds();
            scope.spawn(set);
        }
        // Someone else writes the Secret without the lock.
        scope.spawn(|| {
            let secret = ["-n", "raced-secrets", "secret", "manual-secrets"];
            until("the Secret exists", || exists(&secret));
            let patch =
                ["-n", "raced-secrets", "patch", "secret", "manual-secrets", "-p", &kubectl];
            kubectl_ok(&patch);
        });
    });
    let secret = get(&["-n", "raced-secrets", "secret", "manual-secrets"]);
    let stored: Vec<&String> = secret["data"].as_object().expect("it has data").keys().collect();
    assert_eq!(stored, ["KEY0", "KEY1", "KEY2", "KEY3", "OTHER"]);
    service.apply(&[]).succeeds();
    record_fault(
        "Several secrets are set at the same time, by Optakit and by others",
        "Each run waits for the lock. All values are stored.",
    );
}

#[test]
fn secret_in_a_url_is_reported_when_it_is_set_and_when_it_is_applied() {
    let fields = "    secrets: [PASSWORD]\n    env_vars:\n      \
                  - {name: URL, value: \"pg://u:$(PASSWORD)@h/d\"}\n";
    let service = Service::new("url-secret", "acme/api:1", fields);
    let warning = "the variable `URL` is a URL that contains the key `PASSWORD` of the \
                   Secret `manual-secrets`, but the value has characters that a URL must escape";
    service.secret(&["set", "PASSWORD", "--dry-run"], "p@ss/word").succeeds().reports(warning);
    service.secret(&["set", "PASSWORD"], "p@ss/word").reports(warning).omits("p@ss").succeeds();
    service.apply(&[]).succeeds().reports(warning).omits("p@ss");
    service.secret(&["set", "PASSWORD"], "plain").succeeds().omits("URL must escape");
    service.update("acme/api:2", fields);
    service.apply(&[]).succeeds().omits("URL must escape");
}

#[test]
fn values_that_are_empty_or_arguments_are_refused() {
    let service = Service::new("refused-values", "acme/api:1", "    secrets: [A]\n");
    service.secret(&["set", "A"], "\n").fails().reports("the value of A is empty");
    for arguments in [&["set", "A=hunter2"][..], &["set", "A", "hunter2"]] {
        let run = service.secret(arguments, "hunter3").exits(64).omits("hunter");
        run.reports("the value is an argument").reports("optakit secret set A");
    }
    assert!(!exists(&["namespace", "refused-values"]), "nothing is stored");
}

#[test]
fn deletion_of_a_required_secret_is_confirmed() {
    let service = Service::new("required-secret", "acme/api:1", "    secrets: [A]\n");
    service.secret(&["set", "A"], "1").succeeds();
    let bundle = service.bundle();
    let kubeconfig = crate::testbed::setting("OPTAKIT_TEST_KUBECONFIG");
    let delete = ["secret", "delete", "A", "--bundle", &bundle, "--kubeconfig", &kubeconfig];
    let run = service.run_alone(&delete).fails();
    run.reports("delete `A`? the service file requires it; new pods cannot start");
    service.apply(&[]).succeeds();
    let run = service.run_alone(&delete).fails();
    run.reports("the pods of Deployment required-secret-api-k8s-service need it");
    service.secret(&["list"], "").prints("A  set");
    service.secret(&["delete", "A"], "").succeeds();
}

#[test]
fn same_value_restarts_only_pods_with_an_older_one() {
    let service = Service::new("same-secret", "acme/api:1", "    secrets: [KEY]\n");
    service.secret(&["set", "KEY"], "first").succeeds();
    service.apply(&[]).succeeds();
    service.secret(&["set", "KEY"], "second").succeeds().reports("restarted    Deployment");
    let run = service.secret(&["set", "KEY"], "second").succeeds();
    run.reports("unchanged    KEY").omits("restarted");
    service.secret(&["set", "KEY", "--no-restart"], "third").succeeds();
    service.secret(&["set", "KEY"], "third").succeeds().reports("restarted    Deployment");
}

#[test]
fn text_with_a_secret_needs_the_key_and_contains_no_value() {
    let fields = "    env_vars: {URL: \"pg://u:${{module.pg.db_password}}@h/d\"}\n  \
                  - {type: postgres, name: pg}\n";
    let service = Service::new("secret-text", "acme/api:1", fields);
    service
        .apply(&[])
        .fails()
        .reports("Secret `secret` in namespace `secret-text` has no key pg_db_password");
    kubectl_ok(&["create", "namespace", "secret-text"]);
    let create = ["create", "secret", "generic", "secret", "--from-literal=pg_db_password=hunter2"];
    kubectl_ok(&[&["-n", "secret-text"][..], &create].concat());
    service.apply(&[]).succeeds();
    let pod = &service.deployment()["spec"]["template"]["spec"];
    let expected = json!([
        {
            "name": "pg_db_password",
            "valueFrom": { "secretKeyRef": { "name": "secret", "key": "pg_db_password" } },
        },
        { "name": "URL", "value": "pg://u:$(pg_db_password)@h/d" },
    ]);
    assert_eq!(pod["containers"][0]["env"], expected);
    service.apply(&[]).succeeds().reports("nothing to change");
}

#[test]
fn empty_secret_counts_as_missing() {
    let service = Service::new("emptied", "acme/api:1", "    secrets: [FULL, EMPTY]\n");
    create_namespace("emptied");
    let values = ["--from-literal=FULL=x", "--from-literal=EMPTY="];
    let create = ["-n", "emptied", "create", "secret", "generic", "manual-secrets"];
    kubectl_ok(&[&create[..], &values].concat());
    service
        .apply(&[])
        .fails()
        .reports("Secret `manual-secrets` in namespace `emptied` has an empty value for EMPTY")
        .reports("optakit secret set EMPTY")
        .omits("FULL");
    service.secret(&["list"], "").prints("EMPTY  empty").reports("secret set EMPTY");
    service.secret(&["set", "EMPTY"], "y\n").succeeds();
    service.apply(&[]).succeeds();
}

#[test]
fn a_secret_that_the_service_file_does_not_list_restarts_nothing() {
    let service = Service::new("unlisted", "acme/api:1", "    secrets: [TOKEN]\n");
    service.secret(&["set", "TOKEN"], "a").succeeds().omits("does not list");
    service.apply(&[]).succeeds();
    let generation = || service.deployment()["metadata"]["generation"].clone();
    let before = generation();
    service
        .secret(&["set", "TOKN"], "b")
        .succeeds()
        .reports("the service file does not list `TOKN` in `secrets`")
        .reports("help: did you mean `TOKEN`?")
        .omits("restarted");
    service.secret(&["set", "EXTRA"], "b").succeeds().reports("add it to `secrets` in opta.yml");
    assert_eq!(generation(), before);
    service.secret(&["set", "TOKEN"], "c").succeeds().reports("restarted");
    assert_ne!(generation(), before);
}

#[test]
fn a_value_on_standard_input_leaves_the_question_to_the_terminal() {
    let service = Service::new("firstsecret", "acme/api:1", "    secrets: [TOKEN]\n");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let set = || {
        let wrapper = ["sh", "-c", "echo hunter2 | \"$@\"", "sh"];
        let command = ["secret", "set", "TOKEN", "--kubeconfig", &kubeconfig];
        Terminal::start(&service, &wrapper, &command)
    };
    let mut run = set();
    run.shows("create the namespace `firstsecret`");
    run.types("n\n");
    let screen = run.exits(1);
    assert!(screen.contains("no secret was stored"), "{screen}");
    assert!(!exists(&["namespace", "firstsecret"]));
    let mut run = set();
    run.shows("create the namespace `firstsecret`");
    run.types("y\n");
    let screen = run.exits(0);
    assert!(!screen.contains("hunter2"), "{screen}");
    let secret = get(&["-n", "firstsecret", "secret", "manual-secrets"]);
    assert_eq!(secret["data"], json!({"TOKEN": "aHVudGVyMg=="}));
}
