//! The failure museum: services that are broken, each on a real control plane, and what is said of
//! each. The page `docs/failures.md` is written from here; the time to each message is printed
//! (`--nocapture`).
#![expect(clippy::print_stdout, reason = "figures are for whoever runs the tests")]

#[allow(dead_code, reason = "the museum needs a part of it")]
mod testbed;

use std::path::Path;
use std::time::Instant;

use testbed::{Service, get, held, kubectl, setting};

/// One exhibit.
struct Exhibit {
    /// What is wrong, for the page; its first word in small letters is the namespace.
    title: &'static str,
    layer: &'static str,
    image: &'static str,
    /// Fields of the service.
    fields: &'static str,
    /// What is done to the cluster before.
    before: fn(&str),
    /// Further arguments of the apply.
    arguments: &'static [&'static str],
    /// What must be said.
    says: &'static str,
    /// A word of the cause as Helm would say it, or of another that it meets first.
    cause: &'static str,
}

const PLAIN: Exhibit = Exhibit {
    title: "",
    layer: "",
    image: "acme/api:1",
    fields: "",
    before: nothing,
    arguments: &[],
    says: "",
    cause: "",
};

const EXHIBITS: &[Exhibit] = &[
    Exhibit {
        title: "The tag does not exist",
        layer: "badtag",
        image: "acme/not-found:1",
        says: "cannot be pulled",
        cause: "not found",
        ..PLAIN
    },
    Exhibit {
        title: "The registry denies the pull",
        layer: "denied",
        image: "acme/pull-denied:1",
        says: "pull access denied",
        cause: "denied",
        ..PLAIN
    },
    Exhibit {
        title: "The program ends at once, again and again",
        layer: "crash",
        image: "acme/crash-loop:1",
        says: "the container ends again and again (exit code 1)",
        cause: "exit code",
        ..PLAIN
    },
    Exhibit {
        title: "The program needs more memory than it may have",
        layer: "memory",
        image: "acme/out-of-memory:1",
        says: "(out of memory)",
        cause: "memory",
        ..PLAIN
    },
    Exhibit {
        title: "The image is of another architecture",
        layer: "architecture",
        image: "acme/wrong-architecture:1",
        says: "exec format error",
        cause: "exec format",
        ..PLAIN
    },
    Exhibit {
        title: "A key of a Secret is missing when the container starts",
        layer: "key",
        image: "acme/missing-key:1",
        says: "couldn't find key TOKEN in Secret",
        cause: "TOKEN",
        ..PLAIN
    },
    Exhibit {
        title: "A secret was never set",
        layer: "unset",
        fields: "    secrets: [TOKEN]\n",
        says: "optakit secret set TOKEN",
        cause: "TOKEN",
        ..PLAIN
    },
    Exhibit {
        title: "The probe asks for a path that is not there",
        layer: "probe",
        image: "acme/failing-probe:1",
        fields: "    healthcheck_path: /helath\n",
        arguments: &["--timeout", "5"],
        says: "Readiness probe failed: HTTP probe failed with statuscode: 404",
        cause: "404",
        ..PLAIN
    },
    Exhibit {
        title: "No node has room",
        layer: "room",
        fields: "    resource_request: {cpu: 900000, memory: 128}\n",
        arguments: &["--timeout", "5"],
        says: "Insufficient cpu",
        cause: "Insufficient cpu",
        ..PLAIN
    },
    Exhibit {
        title: "The quota of the namespace is used up",
        layer: "quota",
        before: quota,
        says: "exceeded quota",
        cause: "exceeded quota",
        ..PLAIN
    },
    Exhibit {
        title: "PodSecurity does not let the pod in",
        layer: "security",
        before: restricted,
        says: "violates PodSecurity \"restricted:latest\"",
        cause: "PodSecurity",
        ..PLAIN
    },
    Exhibit {
        title: "A policy of the cluster refuses an object",
        layer: "policy",
        before: policy,
        says: "services need a cost centre",
        cause: "cost centre",
        ..PLAIN
    },
    Exhibit {
        title: "The selector of a running Deployment differs",
        layer: "selector",
        before: other_selector,
        says: "field is immutable",
        cause: "cannot be imported",
        ..PLAIN
    },
    Exhibit {
        title: "The name is taken by a Helm release",
        layer: "taken-name",
        before: helm_service,
        says: "belongs to the Helm release `other`",
        cause: "other",
        ..PLAIN
    },
    Exhibit {
        title: "The ingress class is missing",
        layer: "class",
        fields: "    public_uri: all\n",
        says: "there is no ingress class `nginx`",
        cause: "nginx",
        ..PLAIN
    },
    Exhibit {
        title: "The namespace is being deleted",
        layer: "leaving",
        before: leaving,
        says: "it is being deleted",
        cause: "terminated",
        ..PLAIN
    },
    Exhibit {
        title: "The token has expired",
        layer: "token",
        arguments: &["expired"],
        says: "(401)",
        cause: "credentials",
        ..PLAIN
    },
];

fn nothing(_: &str) {}

fn namespace(name: &str) {
    assert!(kubectl(&["create", "namespace", name]).status.success());
}

fn quota(layer: &str) {
    namespace(layer);
    assert!(kubectl(&["-n", layer, "create", "quota", "none", "--hard=pods=0"]).status.success());
    // The quota counts only when its controller has seen it.
    let seen = kubectl(&[
        "-n",
        layer,
        "wait",
        "--for=jsonpath={.status.hard.pods}=0",
        "quota/none",
        "--timeout=30s",
    ]);
    assert!(seen.status.success());
}

fn restricted(layer: &str) {
    namespace(layer);
    assert!(
        kubectl(&["label", "namespace", layer, "pod-security.kubernetes.io/enforce=restricted"])
            .status
            .success()
    );
}

fn policy(layer: &str) {
    namespace(layer);
    assert!(kubectl(&["label", "namespace", layer, "exhibit=policy"]).status.success());
    let policy = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: cost-centre}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services]}]
  validations: [{expression: "'cost-centre' in object.metadata.labels", message: services need a cost centre}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: cost-centre}
spec:
  policyName: cost-centre
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {exhibit: policy}}}
"#;
    apply(policy);
    // A policy is in force a moment after it was written.
    let until = Instant::now() + std::time::Duration::from_secs(30);
    while kubectl(&[
        "-n",
        layer,
        "create",
        "service",
        "clusterip",
        "try",
        "--tcp=80",
        "--dry-run=server",
    ])
    .status
    .success()
    {
        assert!(Instant::now() < until, "the policy is not in force");
    }
}

fn apply(manifests: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("manifests.yaml");
    std::fs::write(&file, manifests).expect("it can be written");
    assert!(kubectl(&["apply", "-f", &file.to_string_lossy()]).status.success());
}

fn other_selector(layer: &str) {
    namespace(layer);
    assert!(
        kubectl(&[
            "-n",
            layer,
            "create",
            "deployment",
            &format!("{layer}-api-k8s-service"),
            "--image=acme/api:1"
        ])
        .status
        .success()
    );
}

fn helm_service(layer: &str) {
    namespace(layer);
    assert!(
        kubectl(&["-n", layer, "create", "service", "clusterip", "api", "--tcp=80"])
            .status
            .success()
    );
    assert!(
        kubectl(&["-n", layer, "annotate", "service", "api", "meta.helm.sh/release-name=other"])
            .status
            .success()
    );
}

fn leaving(layer: &str) {
    namespace(layer);
    assert!(kubectl(&["-n", layer, "create", "configmap", "stays"]).status.success());
    let keep = r#"{"metadata": {"finalizers": ["example.com/keep"]}}"#;
    assert!(
        kubectl(&["-n", layer, "patch", "configmap", "stays", "--type=merge", "-p", keep])
            .status
            .success()
    );
    assert!(kubectl(&["delete", "namespace", layer, "--wait=false"]).status.success());
}

/// What is said of an exhibit, with what differs from run to run taken out.
fn said_of(exhibit: &Exhibit) -> String {
    let service = Service::new(exhibit.layer, exhibit.image, exhibit.fields);
    (exhibit.before)(exhibit.layer);
    let started = Instant::now();
    let (code, said) = if exhibit.arguments == ["expired"] {
        let kubeconfig =
            std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG")).expect("it can be read");
        let start = kubeconfig.find("token: ").expect("it has a token") + "token: ".len();
        let end = start + kubeconfig[start..].find([',', '}', '\n']).expect("it ends");
        let expired = format!("{}expired{}", &kubeconfig[..start], &kubeconfig[end..]);
        service.write("expired.kubeconfig", &expired);
        service.run(&["--kubeconfig", "expired.kubeconfig"])
    } else {
        service.apply(&[&["--on-failure", "keep"], exhibit.arguments].concat())
    };
    assert_eq!(code, i32::from(exhibit.layer != "class"), "{}: {said}", exhibit.title);
    assert!(said.contains(exhibit.says), "{}: {said}", exhibit.title);
    println!(
        "{:?} from the start of the command to its message: {}",
        started.elapsed(),
        exhibit.title
    );
    plain(&said)
}

/// Without the names of pods, the server's address and durations.
fn plain(said: &str) -> String {
    // The testbed has no metrics; that is no exhibit.
    let lines = || said.lines().filter(|line| !line.contains("the cluster has no metrics API"));
    let error = lines().position(|line| line.starts_with("error"));
    let from = error.or_else(|| lines().position(|line| line.starts_with("warning:")));
    let lines = lines().skip(from.unwrap_or(0)).filter(|line| !line.contains(" applied in "));
    let pods =
        regex_lite::Regex::new(r"-k8s-service-[0-9a-f]{6,10}(-[a-z0-9]{5})?").expect("a pattern");
    let addresses = regex_lite::Regex::new(r"127\.0\.0\.1:\d+").expect("a pattern");
    let kept: Vec<String> = lines
        .take_while(|line| !line.starts_with("create ") && !line.starts_with("created "))
        .map(|line| {
            addresses.replace_all(&pods.replace_all(line, "-k8s-service-…"), "…").into_owned()
        })
        .collect();
    kept.join("\n")
}

/// Whether Helm names the cause of the same service, and how long it takes to say what it says.
fn helm_names_the_cause(exhibit: &Exhibit) -> bool {
    let layer: &'static str = format!("{}-helm", exhibit.layer).leak();
    let service = Service::new(layer, exhibit.image, exhibit.fields);
    (exhibit.before)(layer);
    let rendered = testbed::optakit(service.folder.path())
        .args(["render", "--quiet"])
        .output()
        .expect("it starts");
    let rendered = String::from_utf8(rendered.stdout).expect("it is text");
    let objects: Vec<&str> =
        rendered.split("---\n").filter(|object| !object.contains("kind: Namespace\n")).collect();
    service.write("chart/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n");
    service.write("chart/templates/all.yaml", &objects.join("---\n"));
    let mut helm = std::process::Command::new(setting("OPTAKIT_TEST_HELM"));
    helm.current_dir(service.folder.path()).env("KUBECONFIG", setting("OPTAKIT_TEST_KUBECONFIG"));
    if exhibit.arguments == ["expired"] {
        helm.args(["--kube-token", "expired"]);
    }
    let started = Instant::now();
    let output = helm
        .args([
            "upgrade",
            "--install",
            "--atomic",
            "--timeout",
            "10s",
            "--namespace",
            layer,
            "--create-namespace",
            "api",
            "chart",
        ])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let names = said.contains(exhibit.cause);
    println!(
        "{:?} until helm says of it, {}: {}",
        started.elapsed(),
        if names { "with the cause" } else { "without" },
        said.trim()
    );
    names
}

#[test]
fn each_broken_service_is_told_of_in_words_that_lead_to_its_cause() {
    let mut page = "# Failures\n\nServices that are broken, and what `optakit apply` says of each. Written by a test against a \
                    real control plane (`crates/apply/tests/museum.rs`); names of pods are cut. The same objects were given \
                    to `helm upgrade --install --atomic`: where its message does not hold the cause, that is said.\n"
        .to_owned();
    let by_helm = std::thread::scope(|scope| {
        // Helm waits for what never comes, so that all of them wait together.
        let runs: Vec<_> =
            EXHIBITS.iter().map(|exhibit| scope.spawn(|| helm_names_the_cause(exhibit))).collect();
        runs.into_iter().map(|run| run.join().expect("it ends")).collect::<Vec<bool>>()
    });
    for (exhibit, helm) in EXHIBITS.iter().zip(by_helm) {
        let said = said_of(exhibit);
        let helm = if helm { "" } else { "\nHelm's message does not name the cause.\n" };
        page.push_str(&format!("\n## {}\n\n```text\n{said}\n```\n{helm}", exhibit.title));
    }
    assert!(EXHIBITS.len() >= 15);
    // Nothing is led to a service that is broken.
    assert_eq!(get(&["-n", "crash", "ingresses"])["items"].as_array().map(Vec::len), Some(0));
    let done = format!("{} services that are broken in as many ways", EXHIBITS.len());
    held(&done, "each time the cause is told: [failures.md](../failures.md)");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/failures.md");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    if before != page {
        std::fs::write(&path, &page).expect("it can be written");
        panic!(
            "docs/failures.md was out of date and has been written anew: look at the change, then run again"
        );
    }
}
