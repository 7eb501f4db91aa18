//! Kubeconfig files, and credentials that change during a run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::testbed::{
    Run, Service, kubeconfig_of, kubectl, kubectl_ok, optakit, record_fault, setting,
};

fn status(service: &Service) -> Command {
    let mut command = optakit(service.folder());
    command.args(["status", &service.bundle(), "--context", "testbed"]);
    command
}

#[test]
fn missing_files_of_a_list_are_ignored() {
    let service = Service::new("listed", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let known = setting("OPTAKIT_TEST_KUBECONFIG");
    service.write("empty", "");
    service.write("other", "{current-context: \"\", contexts: [], clusters: [], users: []}");
    for list in [
        format!("missing:{known}"),
        format!("{known}:missing"),
        format!(":empty:{known}:"),
        format!("other:{known}"),
    ] {
        let run = Run::of(status(&service).env("KUBECONFIG", &list));
        assert_eq!(run.code, 0, "{list}: {}", run.stderr);
    }
    Run::of(status(&service).env("KUBECONFIG", "missing:none"))
        .cannot_run()
        .reports("cannot find a kubeconfig: missing and none do not exist")
        .reports("help: name one with `--kubeconfig FILE`");
    Run::of(status(&service).env_remove("KUBECONFIG").env("HOME", service.folder()))
        .cannot_run()
        .reports(".kube/config does not exist");
}

#[test]
fn faults_of_a_kubeconfig_name_the_file() {
    let service = Service::new("faulty-config", "acme/api:1", "");
    let config = std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG"));
    let config = config.expect("the kubeconfig exists");
    let run = |text: &str, arguments: &[&str]| {
        service.write("config", text);
        let bundle = service.bundle();
        let all = ["status", bundle.as_str(), "--kubeconfig", "config"];
        service.run_alone(&[&all, arguments].concat()).cannot_run().reports("help: ")
    };
    run(&config, &["--context", "prod"])
        .reports("the kubeconfig has no context `prod`; its contexts are `testbed`")
        .reports("`--context NAME`");
    run(&config.replace("current-context", "other"), &[])
        .reports("the kubeconfig has no current context; its contexts are `testbed`");
    run(&config.replace("cluster: testbed", "cluster: gone"), &[])
        .reports("names the cluster `gone`, which does not exist");
    run(&config.replace("apiserver.crt", "gone.crt"), &[])
        .reports("cannot read the certificate authority of the kubeconfig from ")
        .reports("gone.crt: No such file");
    run("users: [{name: a, user: {token: hunter2\n", &[])
        .reports("the kubeconfig config is invalid at line")
        .omits("hunter2");
    run(&config.replace("token:", "tokenFile: gone.token, old:"), &[])
        .reports("cannot read the token of the kubeconfig from ")
        .reports("gone.token: No such file");
    record_fault(
        "A kubeconfig has an unknown context, or names a missing file",
        "The message names the file or the context, and the next step.",
    );
}

/// Changes the user of a kubeconfig that `kubeconfig_of` wrote. Returns its token.
fn change_user(path: &str, user: &Value) -> String {
    let text = std::fs::read_to_string(path).expect("the kubeconfig exists");
    let mut config: Value = serde_json::from_str(&text).expect("the kubeconfig is JSON");
    let token = config["users"][0]["user"]["token"].as_str().map(str::to_owned);
    config["users"][0]["user"] = user.clone();
    std::fs::write(path, config.to_string()).expect("the kubeconfig can be written");
    token.expect("the user has a token")
}

/// Replaces a service account, so that the API server rejects its token. Returns a new token.
fn replace_account(namespace: &str, old: &str) -> String {
    kubectl_ok(&["-n", namespace, "delete", "serviceaccount", "deployer"]);
    kubectl_ok(&["-n", namespace, "create", "serviceaccount", "deployer"]);
    // The API server remembers accepted tokens for ten seconds.
    let is_accepted = || {
        let arguments = ["--token", old, "-n", namespace, "get", "services"];
        let config = setting("OPTAKIT_TEST_KUBECONFIG");
        let text = std::fs::read_to_string(config).expect("the kubeconfig exists");
        let server = text.split('"').nth(1).expect("the kubeconfig has a server").to_owned();
        let mut command = Command::new(setting("OPTAKIT_TEST_KUBECTL"));
        command.args(["--kubeconfig", "/dev/null", "--insecure-skip-tls-verify"]);
        command.args(["--server", &server]).args(arguments).output().expect("kubectl starts")
    };
    while is_accepted().status.success() {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    kubectl_ok(&["-n", namespace, "create", "token", "deployer"]).trim_end().to_owned()
}

/// Applies a new service with credentials that expire while the process is suspended.
fn apply_while_the_token_expires(layer: &str, user: &Value) {
    let (code, rest) = run_while_the_token_expires(layer, user, "acme/api:1", "will create");
    assert_eq!(code, Some(0), "{rest}");
    assert!(exists_deployment(layer));
}

/// Starts an apply, and suspends it after it printed a line. Returns its exit code and the lines
/// after that.
fn run_while_the_token_expires(
    layer: &str,
    user: &Value,
    image: &str,
    line: &str,
) -> (Option<i32>, String) {
    let service = Service::new(layer, image, "");
    let everything = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"name": layer}, "rules": everything,
    });
    let path = kubeconfig_of(layer, &[role], service.folder());
    let old = change_user(&path, user);
    service.write("token", &format!("{old}\n"));
    let mut child = optakit(service.folder())
        .args(["apply", &service.bundle(), "--kubeconfig", &path, "--yes", "--timeout", "30"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("Optakit starts");
    let pid = child.id().to_string();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.expect("kill starts").success());
    };
    let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
    let is_line = |found: &String| found.starts_with(line);
    let seen = lines.by_ref().map_while(Result::ok).find(is_line);
    signal("-STOP");
    assert!(seen.is_some(), "the apply did not print `{line}`");
    let new = replace_account(layer, &old);
    let applying = "optakit.dev/status=applying";
    let recorded = kubectl_ok(&["-n", layer, "get", "secret", "-l", applying, "-o", "name"]);
    let ended = recorded.is_empty() && exists_deployment(layer);
    assert!(!ended, "the apply ended before the token expired");
    write(service.folder().join("token").as_path(), &format!("{new}\n"));
    signal("-CONT");
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    (child.wait().expect("Optakit exits").code(), rest.join("\n"))
}

fn exists_deployment(layer: &str) -> bool {
    let name = format!("{layer}-api-k8s-service");
    kubectl(&["-n", layer, "get", "deployment", &name]).status.success()
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the file can be written");
}

#[test]
fn token_file_is_read_again_when_the_token_expired() {
    apply_while_the_token_expires("token-file", &json!({"tokenFile": "token"}));
    record_fault(
        "A token expires while a laptop is suspended",
        "The credentials are renewed, and the run continues.",
    );
}

#[test]
fn token_that_expires_during_a_wait_is_renewed() {
    let (image, user) = ("acme/failing-probe:1", json!({"tokenFile": "token"}));
    let (code, rest) = run_while_the_token_expires("token-wait", &user, image, "waiting  ");
    assert_eq!(code, Some(1), "{rest}");
    assert!(rest.contains("timed out after 30 s") && !rest.contains("401"), "{rest}");
    let failed = ["-l", "optakit.dev/status=failed", "-o", "name"];
    let recorded = kubectl_ok(&[&["-n", "token-wait", "get", "secret"], &failed[..]].concat());
    assert!(!recorded.is_empty(), "the outcome is recorded with the new token");
}

#[test]
fn credential_plugin_runs_again_when_the_token_expired() {
    let script = "printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\
                  \"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}' \"$(cat token)\"";
    let plugin = json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "command": "sh", "args": ["-c", script],
    }});
    apply_while_the_token_expires("token-plugin", &plugin);
}
