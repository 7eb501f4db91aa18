//! Broken services on a real control plane, and the message of `optakit apply` for each. Writes
//! `docs/failures.md`. Prints the time to each message (`--nocapture`).
#![expect(clippy::print_stdout, reason = "the times are for the person who runs the tests")]

#[allow(dead_code, unused_imports, reason = "these tests use a part of the testbed")]
mod testbed;

use std::path::Path;
use std::time::{Duration, Instant};

use testbed::{
    Service, apply_objects, create_namespace, get, kubectl, kubectl_ok, record_fault, setting,
    until,
};

/// How long a policy may take to become active.
const POLICY_DELAY: Duration = Duration::from_secs(30);

/// A broken service.
struct Failure {
    /// The heading on the page.
    title: &'static str,
    /// The name of the service and of its namespace.
    layer: &'static str,
    image: &'static str,
    /// Further fields of the service.
    fields: &'static str,
    /// Prepares the cluster.
    prepare: fn(&str),
    /// Further arguments of the apply.
    arguments: &'static [&'static str],
    /// Whether the apply uses an expired token.
    expired_token: bool,
    exit_code: i32,
    /// A part of the expected message.
    message: &'static str,
    /// A word for the cause in the message of Helm.
    helm_cause: &'static str,
}

const WORKING: Failure = Failure {
    title: "",
    layer: "",
    image: "acme/api:1",
    fields: "",
    prepare: |_| {},
    arguments: &[],
    expired_token: false,
    exit_code: 1,
    message: "",
    helm_cause: "",
};

const FAILURES: &[Failure] = &[
    Failure {
        title: "The image tag does not exist",
        layer: "badtag",
        image: "acme/not-found:1",
        message: "cannot be pulled",
        helm_cause: "not found",
        ..WORKING
    },
    Failure {
        title: "The registry denies the pull",
        layer: "denied",
        image: "acme/pull-denied:1",
        message: "pull access denied",
        helm_cause: "denied",
        ..WORKING
    },
    Failure {
        title: "The container keeps crashing",
        layer: "crash",
        image: "acme/crash-loop:1",
        message: "keeps crashing (CrashLoopBackOff, exit code 1)",
        helm_cause: "exit code",
        ..WORKING
    },
    Failure {
        title: "The container uses more memory than its limit",
        layer: "memory",
        image: "acme/out-of-memory:1",
        message: "keeps crashing (CrashLoopBackOff, OOMKilled)",
        helm_cause: "memory",
        ..WORKING
    },
    Failure {
        title: "The image is built for another architecture",
        layer: "architecture",
        image: "acme/wrong-architecture:1",
        message: "exec format error",
        helm_cause: "exec format",
        ..WORKING
    },
    Failure {
        title: "A key of a Secret is missing when the container starts",
        layer: "key",
        image: "acme/missing-key:1",
        arguments: &["--timeout", "5"],
        message: "couldn't find key TOKEN in Secret",
        helm_cause: "TOKEN",
        ..WORKING
    },
    Failure {
        title: "A secret was never set",
        layer: "unset",
        fields: "    secrets: [TOKEN]\n",
        message: "optakit secret set TOKEN",
        helm_cause: "TOKEN",
        ..WORKING
    },
    Failure {
        title: "The path of the health check does not exist",
        layer: "probe",
        image: "acme/failing-probe:1",
        fields: "    healthcheck_path: /helath\n",
        arguments: &["--timeout", "5"],
        message: "Readiness probe failed: HTTP probe failed with statuscode: 404",
        helm_cause: "404",
        ..WORKING
    },
    Failure {
        title: "No node has enough CPU",
        layer: "room",
        fields: "    resource_request: {cpu: 900000, memory: 128}\n",
        arguments: &["--timeout", "5"],
        message: "Insufficient cpu",
        helm_cause: "Insufficient cpu",
        ..WORKING
    },
    Failure {
        title: "The quota of the namespace is exceeded",
        layer: "quota",
        prepare: set_quota,
        arguments: &["--timeout", "5"],
        message: "exceeded quota",
        helm_cause: "exceeded quota",
        ..WORKING
    },
    Failure {
        title: "A webhook for pods does not answer",
        layer: "webhook",
        prepare: install_dead_webhook,
        arguments: &["--timeout", "5"],
        message: "failed calling webhook \"pods.acme.io\"",
        helm_cause: "failed calling webhook",
        ..WORKING
    },
    Failure {
        title: "Pod Security rejects the pods",
        layer: "security",
        prepare: enforce_restricted,
        message: "violates PodSecurity \"restricted:latest\"",
        helm_cause: "PodSecurity",
        ..WORKING
    },
    Failure {
        title: "An admission policy rejects an object",
        layer: "policy",
        prepare: require_cost_centre,
        message: "services need a cost center",
        helm_cause: "cost center",
        ..WORKING
    },
    Failure {
        title: "The Deployment exists with another selector",
        layer: "selector",
        prepare: create_other_deployment,
        message: "field is immutable",
        helm_cause: "cannot be imported",
        ..WORKING
    },
    Failure {
        title: "An object belongs to a Helm release",
        layer: "taken-name",
        prepare: create_helm_service,
        message: "belongs to the Helm release `other`",
        helm_cause: "other",
        ..WORKING
    },
    Failure {
        title: "The ingress class does not exist",
        layer: "class",
        fields: "    public_uri: all\n",
        exit_code: 0,
        message: "no ingress class `nginx`",
        helm_cause: "nginx",
        ..WORKING
    },
    Failure {
        title: "The namespace is being deleted",
        layer: "leaving",
        prepare: delete_namespace,
        message: "it is being deleted",
        helm_cause: "terminated",
        ..WORKING
    },
    Failure {
        title: "The token has expired",
        layer: "token",
        expired_token: true,
        exit_code: 4,
        message: "(401)",
        helm_cause: "credentials",
        ..WORKING
    },
];

fn set_quota(namespace: &str) {
    create_namespace(namespace);
    kubectl_ok(&["-n", namespace, "create", "quota", "none", "--hard=pods=0"]);
    // A quota is enforced only after its controller has seen it.
    let seen = "--for=jsonpath={.status.hard.pods}=0";
    kubectl_ok(&["-n", namespace, "wait", seen, "quota/none", "--timeout=30s"]);
}

/// Creates a webhook for the pods of a namespace that nothing answers.
fn install_dead_webhook(namespace: &str) {
    create_namespace(namespace);
    let webhook = serde_json::json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": namespace},
        "webhooks": [{
            "name": "pods.acme.io",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "failurePolicy": "Fail",
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "rules": [{
                "apiGroups": [""], "apiVersions": ["v1"],
                "operations": ["CREATE"], "resources": ["pods"],
            }],
            // No program listens on the port of `discard`.
            "clientConfig": {"url": "https://127.0.0.1:9/"},
        }],
    });
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    apply_objects(&[webhook], folder.path());
    // A new webhook is not active at once.
    let run = ["-n", namespace, "run", "try", "--image=acme/try", "--dry-run=server"];
    until("the webhook is active", || !kubectl(&run).status.success());
}

fn enforce_restricted(namespace: &str) {
    create_namespace(namespace);
    let label = "pod-security.kubernetes.io/enforce=restricted";
    kubectl_ok(&["label", "namespace", namespace, label]);
}

const POLICY: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: cost-center}
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: [""]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [services]
  validations:
    - expression: "'cost-center' in object.metadata.labels"
      message: services need a cost center
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: cost-center}
spec:
  policyName: cost-center
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {failure: policy}}}
"#;

fn require_cost_centre(namespace: &str) {
    create_namespace(namespace);
    kubectl_ok(&["label", "namespace", namespace, "failure=policy"]);
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let file = folder.path().join("policy.yaml");
    std::fs::write(&file, POLICY).expect("the policy can be written");
    kubectl_ok(&["apply", "-f", &file.to_string_lossy()]);
    // A new policy is not active at once.
    let end = Instant::now() + POLICY_DELAY;
    let create = ["create", "service", "clusterip", "try", "--tcp=80", "--dry-run=server"];
    while kubectl(&[&["-n", namespace], &create[..]].concat()).status.success() {
        assert!(Instant::now() < end, "the policy is not active");
    }
}

fn create_other_deployment(namespace: &str) {
    create_namespace(namespace);
    let name = format!("{namespace}-api-k8s-service");
    kubectl_ok(&["-n", namespace, "create", "deployment", &name, "--image=acme/api:1"]);
}

fn create_helm_service(namespace: &str) {
    create_namespace(namespace);
    kubectl_ok(&["-n", namespace, "create", "service", "clusterip", "api", "--tcp=80"]);
    let release = "meta.helm.sh/release-name=other";
    kubectl_ok(&["-n", namespace, "annotate", "service", "api", release]);
}

/// Deletes the namespace. A finalizer of an object keeps it.
fn delete_namespace(namespace: &str) {
    create_namespace(namespace);
    kubectl_ok(&["-n", namespace, "create", "configmap", "kept"]);
    let finalizer = r#"{"metadata": {"finalizers": ["example.com/keep"]}}"#;
    let patch = ["patch", "configmap", "kept", "--type=merge", "-p", finalizer];
    kubectl_ok(&[&["-n", namespace], &patch[..]].concat());
    kubectl_ok(&["delete", "namespace", namespace, "--wait=false"]);
}

/// Returns a kubeconfig whose token is not valid.
fn expired_kubeconfig() -> String {
    let kubeconfig = std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG"));
    let kubeconfig = kubeconfig.expect("the kubeconfig can be read");
    let start = kubeconfig.find("token: ").expect("the kubeconfig has a token") + "token: ".len();
    let end = kubeconfig[start..].find([',', '}', '\n']).expect("the token ends") + start;
    format!("{}expired{}", &kubeconfig[..start], &kubeconfig[end..])
}

/// Applies a broken service. Returns the message without what differs from run to run.
fn message_of(failure: &Failure) -> String {
    let service = Service::new(failure.layer, failure.image, failure.fields);
    (failure.prepare)(failure.layer);
    let start = Instant::now();
    let run = if failure.expired_token {
        service.write("expired.kubeconfig", &expired_kubeconfig());
        service.apply_with(&["--kubeconfig", "expired.kubeconfig"])
    } else {
        service.apply(&[&["--on-failure", "keep"], failure.arguments].concat())
    };
    println!("{}: message of Optakit after {:?}", failure.title, start.elapsed());
    stable(&run.exits(failure.exit_code).reports(failure.message).stderr)
}

/// Returns the error, or the first warning, without the kubeconfig, names of pods, addresses and
/// durations.
fn stable(stderr: &str) -> String {
    // The testbed has no metrics API. That is not one of the failures.
    let lines = || stderr.lines().filter(|line| !line.contains("metrics API"));
    // The details of a rollout are before the error.
    let details = |line: &str| line.starts_with("warning:") && line.contains(" is not ready: ");
    let error = lines().position(|line| line.starts_with("error"));
    let error = lines().position(details).or(error);
    let start = error.or_else(|| lines().position(|line| line.starts_with("warning:")));
    let pods = regex_lite::Regex::new(r"-k8s-service-[0-9a-f]{6,10}(-[a-z0-9]{5})?");
    let pods = pods.expect("the pattern is valid");
    let flags =
        regex_lite::Regex::new(r" --kubeconfig \S+/kubeconfig").expect("the pattern is valid");
    let addresses = regex_lite::Regex::new(r"127\.0\.0\.1:\d+").expect("the pattern is valid");
    let kept: Vec<String> = lines()
        .skip(start.unwrap_or(0))
        .filter(|line| !line.contains(" applied in "))
        .take_while(|line| !line.starts_with("will create ") && !line.starts_with("created "))
        .map(|line| {
            let line = flags.replace_all(line, "");
            addresses.replace_all(&pods.replace_all(&line, "-k8s-service-…"), "…").into_owned()
        })
        .collect();
    kept.join("\n")
}

/// Whether `helm upgrade --install --atomic` names the cause for the same service.
fn helm_names_the_cause(failure: &Failure) -> bool {
    let namespace = format!("{}-helm", failure.layer);
    let service = Service::new(namespace.as_str(), failure.image, failure.fields);
    (failure.prepare)(&namespace);
    let rendered = service.run_alone(&["render", "--quiet"]).succeeds().stdout;
    let objects: Vec<&str> =
        rendered.split("---\n").filter(|object| !object.contains("kind: Namespace\n")).collect();
    service.write("chart/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n");
    service.write("chart/templates/all.yaml", &objects.join("---\n"));
    let mut helm = std::process::Command::new(setting("OPTAKIT_TEST_HELM"));
    helm.current_dir(service.folder()).env("KUBECONFIG", setting("OPTAKIT_TEST_KUBECONFIG"));
    if failure.expired_token {
        helm.args(["--kube-token", "expired"]);
    }
    helm.args(["upgrade", "--install", "--atomic", "--timeout", "10s"]);
    helm.args(["--namespace", &namespace, "--create-namespace", "api", "chart"]);
    let start = Instant::now();
    let output = helm.output().expect("Helm starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    println!("{}: message of Helm after {:?}: {}", failure.title, start.elapsed(), stderr.trim());
    stderr.contains(failure.helm_cause)
}

const INTRODUCTION: &str = "\
# Failures

This page shows the messages of `optakit apply` for broken services. A test on a real control plane
writes this page (`crates/apply/tests/failures.rs`). Pod names are shortened to `…`. The test also
installs the same objects with `helm upgrade --install --atomic`. A note says if Helm's message does
not name the cause.
";

#[test]
fn each_failure_is_reported_with_its_cause() {
    let helm = std::thread::scope(|scope| {
        // Helm waits for its timeout, so all of them run at the same time.
        let runs: Vec<_> =
            FAILURES.iter().map(|failure| scope.spawn(|| helm_names_the_cause(failure))).collect();
        let results = runs.into_iter().map(|run| run.join().expect("the thread does not panic"));
        results.collect::<Vec<bool>>()
    });
    let mut page = INTRODUCTION.to_owned();
    for (failure, helm) in FAILURES.iter().zip(helm) {
        let message = message_of(failure);
        page.push_str(&format!("\n## {}\n\n```text\n{message}\n```\n", failure.title));
        if !helm {
            page.push_str("\nHelm's message does not name the cause.\n");
        }
    }
    let ingresses = get(&["-n", "crash", "ingresses"]);
    assert_eq!(ingresses["items"].as_array().map(Vec::len), Some(0));
    let fault = format!("{} broken services, each with another cause", FAILURES.len());
    record_fault(&fault, "Each message contains the cause: [failures.md](../failures.md).");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/failures.md");
    if std::fs::read_to_string(&path).unwrap_or_default() != page {
        std::fs::write(&path, &page).expect("the page can be written");
        panic!("docs/failures.md was out of date and was rewritten: review it, then run again");
    }
}
