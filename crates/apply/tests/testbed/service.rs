//! A service with its own folder and namespace.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use optakit_core::kind::Kind;
use serde_json::Value;
use tempfile::TempDir;

use super::archive;
use super::kubernetes::get;
use super::run::Run;
use super::{optakit, optakit_on, setting};

/// A service file with the one module `api`, in its own folder. The namespace has its name.
pub(crate) struct Service {
    folder: TempDir,
    pub(crate) layer: String,
}

impl Service {
    /// Writes a service file and its bundle. `fields` are further lines of the module.
    pub(crate) fn new(layer: impl Into<String>, image: &str, fields: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let service = Self { folder, layer: layer.into() };
        service.write("env/staging.yml", &environment("123456789012"));
        service.update(image, fields);
        service
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder().join(path);
        let parent = path.parent().expect("the path has a parent");
        std::fs::create_dir_all(parent).expect("the folder can be created");
        std::fs::write(path, text).expect("the file can be written");
    }

    /// Changes the service file and its bundle.
    pub(crate) fn update(&self, image: &str, fields: &str) {
        let text = format!(
            "name: {}\n\
             environments:\n  - {{name: staging, path: env/staging.yml}}\n\
             modules:\n  - type: k8s-service\n    name: api\n    image: {image}\n    \
             port: {{http: 8000}}\n{fields}",
            self.layer
        );
        self.write("opta.yml", &text);
        self.run_alone(&["bundle", "--quiet"]).succeeds();
    }

    /// Returns the file name of the bundle.
    pub(crate) fn bundle(&self) -> String {
        format!("{}-staging.bundle.json", self.layer)
    }

    /// Returns the name of the Deployment.
    pub(crate) fn deployment_name(&self) -> String {
        format!("{}-api-k8s-service", self.layer)
    }

    /// Returns the Deployment.
    #[track_caller]
    pub(crate) fn deployment(&self) -> Value {
        get(&["-n", &self.layer, "deployment", &self.deployment_name()])
    }

    /// Returns the image of the Deployment.
    #[track_caller]
    pub(crate) fn image(&self) -> String {
        let image = &self.deployment()["spec"]["template"]["spec"]["containers"][0]["image"];
        image.as_str().expect("the container has an image").to_owned()
    }

    /// Runs Optakit with exactly these arguments.
    pub(crate) fn run_alone(&self, arguments: &[&str]) -> Run {
        Run::of(optakit(self.folder()).args(arguments))
    }

    /// Runs a command on the bundle and the cluster of the kubeconfig.
    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> Run {
        let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
        let bundle = self.bundle();
        let arguments = [&[command, &bundle, "--kubeconfig", &kubeconfig], arguments].concat();
        // No test has a terminal. `destroy` is called with and without the option.
        let asks = matches!(command, "apply" | "deploy" | "rollback" | "takeover");
        self.run_alone(&if asks { confirmed(&arguments) } else { arguments })
    }

    /// Applies the bundle to the cluster of the kubeconfig.
    #[track_caller]
    pub(crate) fn apply(&self, arguments: &[&str]) -> Run {
        self.apply_with(
            &[&["--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG")], arguments].concat(),
        )
    }

    /// Applies the bundle with exactly these arguments. The cluster is in EKS, unless a kubeconfig
    /// is given.
    #[track_caller]
    pub(crate) fn apply_with(&self, arguments: &[&str]) -> Run {
        let bundle = self.bundle();
        let run = self.run_alone(&confirmed(&[&["apply", &bundle], arguments].concat()));
        assert_eq!(run.stdout, "", "an apply prints nothing to standard output");
        run
    }

    /// Runs a command on the bundle and the cluster of the kubeconfig, on a terminal. Types the
    /// answers, which are separated by commas. All output is in `stdout`.
    pub(crate) fn answer(&self, answers: &str, command: &str, arguments: &[&str]) -> Run {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/testbed/terminal.py");
        let mut terminal = optakit_on(Command::new("python3"), self.folder());
        terminal
            .args([script, answers, env!("CARGO_BIN_EXE_optakit"), command, &self.bundle()])
            .args(["--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG")])
            .args(arguments);
        Run::of(&mut terminal)
    }

    /// Applies the bundle with an access key that the AWS stand-in knows.
    pub(crate) fn apply_as(&self, access_key: &str) -> Run {
        let mut command = optakit(self.folder());
        Run::of(command.env("AWS_ACCESS_KEY_ID", access_key).args([
            "apply",
            &self.bundle(),
            "--yes",
        ]))
    }

    /// Deploys `app.tar` with an access key that the AWS stand-in knows.
    pub(crate) fn deploy_as(&self, access_key: &str) -> Run {
        let mut command = optakit(self.folder());
        let arguments = ["deploy", &self.bundle(), "app.tar", "--yes"];
        Run::of(command.env("AWS_ACCESS_KEY_ID", access_key).args(arguments))
    }

    /// Writes the image `app.tar` for an architecture.
    pub(crate) fn archive(&self, architecture: &str) {
        let archive = self.folder().join("app.tar");
        archive::docker_archive_for(&archive, architecture, "1", &[&archive::layer(9, 100)]);
    }

    /// Runs `optakit secret` with an input.
    pub(crate) fn secret(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = optakit(self.folder())
            .arg("secret")
            .args(arguments)
            .args(["--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG"), "--yes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Optakit starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        stdin.write_all(input.as_bytes()).expect("Optakit reads its input");
        drop(stdin);
        child.wait_with_output().expect("Optakit exits").into()
    }

    /// Pushes an image for an architecture to the repository of the service. Returns its digest.
    pub(crate) fn push(&self, architecture: &str) -> String {
        self.archive(architecture);
        let pushed = self.run_alone(&["push", "app.tar", "--bundle", &self.bundle()]).succeeds();
        pushed.output().to_owned()
    }

    /// Returns the `versions` without the autoscalers, whose controller writes their status at any
    /// time.
    pub(crate) fn written_versions(&self) -> Vec<String> {
        let mut versions = self.versions();
        versions.retain(|line| !line.starts_with("\"HorizontalPodAutoscaler\""));
        versions
    }

    /// Returns kind, name and resourceVersion of the objects of the service.
    pub(crate) fn versions(&self) -> Vec<String> {
        let kinds = Kind::ALL.iter().filter(|kind| kind.is_namespaced());
        let kinds: Vec<&str> = kinds.map(|kind| kind.plural()).collect();
        let label = format!("opta.dev/layer-name={}", self.layer);
        let list = get(&["-n", &self.layer, "-l", &label, &kinds.join(",")]);
        let objects = list["items"].as_array().expect("a list").iter();
        objects
            .map(|object| {
                let metadata = &object["metadata"];
                format!("{} {} {}", object["kind"], metadata["name"], metadata["resourceVersion"])
            })
            .collect()
    }
}

/// Adds `--yes`, unless the arguments contain it.
fn confirmed<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = arguments.to_vec();
    if !arguments.iter().any(|argument| matches!(*argument, "--yes" | "-y")) {
        arguments.push("--yes");
    }
    arguments
}

/// Returns an environment file for an AWS account.
pub(crate) fn environment(account: &str) -> String {
    format!(
        "name: staging\norg_name: acme\nproviders:\n  \
         aws:\n    region: us-east-1\n    account_id: {account}\nmodules:\n  \
         - {{type: dns, domain: staging.acme.io}}\n"
    )
}
