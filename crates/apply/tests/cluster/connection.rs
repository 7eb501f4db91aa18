//! Connections to clusters.

use crate::testbed::certificate::untrusted_tls;
use crate::testbed::{Service, record_fault, setting};

/// A kubeconfig for a cluster that does not answer.
const UNREACHABLE: &str = r#"apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
"#;

#[test]
fn eks_cluster_is_found_by_region_and_name() {
    let service = Service::new("eks", "acme/api:1", "");
    service.apply_with(&[]).succeeds().reports("ready        Deployment eks-api-k8s-service");
    service
        .apply_with(&["--cluster", "opta-nowhere"])
        .cannot_run()
        .reports("no EKS cluster `opta-nowhere` in us-east-1");
}

#[test]
fn unreachable_clusters_are_reported_by_their_cause() {
    let service = Service::new("nowhere", "acme/api:1", "");
    let apply = |kubeconfig: &str| service.apply_with(&["--kubeconfig", kubeconfig]).cannot_run();
    service.write("refused", UNREACHABLE);
    apply("refused").reports("the cluster x cannot be reached").reports("nothing was changed");

    // A server that accepts connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = silent.local_addr().expect("the listener has an address");
    let config = UNREACHABLE.replace("https://127.0.0.1:1", &format!("http://{address}"));
    service.write("silent", &config);
    apply("silent").reports("no response within 10 s");

    apply("missing").reports("cannot find a kubeconfig: missing does not exist");
    service.write("invalid", "{");
    apply("invalid").reports("the kubeconfig invalid is invalid at line 1");

    let config = std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG"));
    let config = config.expect("the kubeconfig exists");
    let token = config
        .lines()
        .find_map(|line| line.split("token: \"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .expect("the kubeconfig has a token");
    service.write("stranger", &config.replace(token, "wrong"));
    apply("stranger").reports("rejects the credentials (401)");

    // A certificate authority that did not sign the certificate of the API server.
    let authority = service.folder().join("other.crt");
    untrusted_tls(&["127.0.0.1"], &authority);
    let (before, rest) = config.split_once("certificate-authority: \"").expect("it has one");
    let (_, after) = rest.split_once('"').expect("the text ends");
    let other = format!("{before}certificate-authority: \"{}\"{after}", authority.display());
    service.write("untrusted", &other);
    apply("untrusted").reports("the certificate of the server is not trusted");
    record_fault(
        "No cluster answers, the token or the certificate is wrong, or the kubeconfig is invalid",
        "Each has its own message.",
    );
}

#[test]
fn failed_credential_plugin_is_reported_without_its_output() {
    let service = Service::new("plugged", "acme/api:1", "");
    for (command, expected) in [
        ("no-such-plugin, args: []", "`no-such-plugin` of the kubeconfig is not installed"),
        (
            "sh, args: [\"-c\", \"echo hunter2; echo you are not signed in >&2; exit 3\"]",
            "failed with exit code 3",
        ),
        (
            "sh, args: [\"-c\", \"echo hunter2; echo you are not signed in >&2; exit 3\"]",
            "stderr: you are not signed in",
        ),
        ("sh, args: [\"-c\", \"echo hunter2\"]", "did not print a valid ExecCredential"),
    ] {
        let plugin = format!(
            "user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, \
             interactiveMode: Never, command: {command}}}}}"
        );
        service.write("plugin", &UNREACHABLE.replace("user: {}", &plugin));
        // The standard output of a plugin may contain a token.
        service
            .apply_with(&["--kubeconfig", "plugin"])
            .cannot_run()
            .reports(expected)
            .reports("nothing was changed")
            .omits("hunter2");
    }
    record_fault(
        "The credential plugin of a kubeconfig fails",
        "The message says how it failed. The output of the plugin is not shown.",
    );
}
