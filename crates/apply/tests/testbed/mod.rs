//! The real things, and a service of its own for each test. `make test` starts them and says where
//! they are.

pub(crate) mod archive;
pub(crate) mod faulty;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const DIGEST: &str =
    "sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f";

pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: these tests run in `make test`, which starts the testbed")
    })
}

pub(crate) fn kubectl(arguments: &[&str]) -> Output {
    let mut command = Command::new(setting("OPTAKIT_TEST_KUBECTL"));
    command.arg("--kubeconfig").arg(setting("OPTAKIT_TEST_KUBECONFIG")).args(arguments);
    command.output().expect("kubectl starts")
}

pub(crate) fn get(arguments: &[&str]) -> Value {
    let output = kubectl(&[&["get", "-o", "json"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("kubectl prints JSON")
}

pub(crate) fn optakit(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_optakit"));
    command
        .current_dir(folder)
        .env("AWS_ENDPOINT_URL", setting("OPTAKIT_TEST_AWS"))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("NO_COLOR", "1")
        // Where it is set, an apply waits long for another one's lock.
        .env_remove("CI");
    command
}

/// Says, for the table of faults, what a test did to Optakit and what held; called when all of the
/// test is true. `make test` collects it.
pub(crate) fn held(done: &str, outcome: &str) {
    let Some(folder) = std::env::var_os("OPTAKIT_FAULTS") else { return };
    let test = std::thread::current().name().expect("tests are named").to_owned();
    let source = std::env::args().next().expect("a program");
    let file =
        Path::new(&source).file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
    let suite = file.rsplit_once('-').map_or(file.as_str(), |(name, _)| name);
    let row =
        serde_json::json!({"done": done, "held": outcome, "test": format!("{suite}::{test}")});
    let path = Path::new(&folder).join(format!("{suite}-{test}-{}.json", done.len()));
    std::fs::write(path, row.to_string()).expect("it can be written");
}

/// A service of its own namespace in a folder of its own.
pub(crate) struct Service {
    pub(crate) folder: TempDir,
    pub(crate) layer: &'static str,
}

impl Service {
    pub(crate) fn new(layer: &'static str, image: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let service = Self { folder, layer };
        service.write("env/staging.yml", &environment("123456789012"));
        service.rewrite(image, more);
        service
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one"))
            .expect("the folder can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    pub(crate) fn rewrite(&self, image: &str, more: &str) {
        let text = format!(
            "name: {}\nenvironments:\n  - {{name: staging, path: env/staging.yml}}\nmodules:\n  - type: k8s-service\n    \
             name: api\n    image: {image}\n    port: {{http: 8000}}\n{more}",
            self.layer
        );
        self.write("opta.yml", &text);
        let output =
            optakit(self.folder.path()).args(["bundle", "--quiet"]).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn bundle(&self) -> String {
        format!("{}-staging.bundle.json", self.layer)
    }

    /// Applies by kubeconfig; gives the exit code and standard error.
    pub(crate) fn apply(&self, arguments: &[&str]) -> (i32, String) {
        let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
        self.run(&[&["--kubeconfig", &kubeconfig], arguments].concat())
    }

    /// Runs `secret` with an input; gives the exit code, standard output and standard error.
    pub(crate) fn secret(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let mut process = optakit(self.folder.path());
        process
            .arg("secret")
            .args(arguments)
            .args(["--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG")]);
        let mut child = process
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("it exits"), text(&output.stdout), text(&output.stderr))
    }

    /// Runs another command on the bundle by kubeconfig; gives the exit code, standard output and
    /// standard error.
    pub(crate) fn command(&self, command: &[&str], arguments: &[&str]) -> (i32, String, String) {
        let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
        let mut process = optakit(self.folder.path());
        process
            .args(command)
            .arg(self.bundle())
            .args(["--kubeconfig", &kubeconfig])
            .args(arguments);
        let output = process.output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("it exits"), text(&output.stdout), text(&output.stderr))
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = optakit(self.folder.path())
            .arg("apply")
            .arg(self.bundle())
            .args(arguments)
            .output()
            .expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "an apply has no result to print");
        (
            output.status.code().expect("it exits"),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Pushes an image for an architecture to the service's repository; gives its digest.
    pub(crate) fn push(&self, architecture: &str) -> String {
        archive::docker_archive_for(
            &self.folder.path().join("app.tar"),
            architecture,
            "1",
            &[&archive::layer(9, 100)],
        );
        let output = optakit(self.folder.path())
            .args(["push", "app.tar", "--bundle", &self.bundle()])
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Kind, name and resourceVersion of all that Optakit holds in the namespace.
    pub(crate) fn versions(&self) -> Vec<String> {
        let kinds = "serviceaccounts,services,deployments,horizontalpodautoscalers,poddisruptionbudgets,ingresses";
        let list = get(&["-n", self.layer, "-l", "app.kubernetes.io/managed-by=optakit", kinds]);
        let items = list["items"].as_array().expect("a list").iter();
        items
            .map(|item| {
                format!(
                    "{} {} {}",
                    item["kind"], item["metadata"]["name"], item["metadata"]["resourceVersion"]
                )
            })
            .collect()
    }
}

pub(crate) fn environment(account: &str) -> String {
    format!(
        "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    account_id: {account}\nmodules:\n  \
         - {{type: dns, domain: staging.acme.io}}\n"
    )
}

/// The uids of the pods of a namespace that are ready.
pub(crate) fn ready_pods(namespace: &str) -> Vec<String> {
    let pods = get(&["-n", namespace, "pods"]);
    let ready = |pod: &&Value| {
        let conditions = pod["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions
            .iter()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
    };
    let pods = pods["items"].as_array().expect("a list").iter().filter(ready);
    let mut uids: Vec<String> = pods.map(|pod| pod["metadata"]["uid"].to_string()).collect();
    uids.sort();
    uids
}

/// A kubeconfig of the service account `deployer` of a namespace, which is made, that has these
/// roles.
pub(crate) fn kubeconfig_of(namespace: &str, roles: &[Value], folder: &Path) -> String {
    assert!(kubectl(&["create", "namespace", namespace]).status.success());
    assert!(kubectl(&["-n", namespace, "create", "serviceaccount", "deployer"]).status.success());
    let group = "rbac.authorization.k8s.io";
    let binding = |role: &Value| {
        let kind = role["kind"].as_str().expect("text");
        serde_json::json!({
            "apiVersion": format!("{group}/v1"), "kind": format!("{kind}Binding"), "metadata": role["metadata"],
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": namespace}],
            "roleRef": {"apiGroup": group, "kind": kind, "name": role["metadata"]["name"]},
        })
    };
    let items: Vec<Value> = roles.iter().cloned().chain(roles.iter().map(binding)).collect();
    apply_objects(&items, folder);
    let token = kubectl(&["-n", namespace, "create", "token", "deployer"]).stdout;
    let view = String::from_utf8(
        kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"]).stdout,
    )
    .expect("text");
    let mut config: Value = serde_json::from_str(&view).expect("JSON");
    config["users"][0]["user"] =
        serde_json::json!({"token": String::from_utf8(token).expect("text").trim_end()});
    let path = folder.join("deployer.kubeconfig");
    std::fs::write(&path, config.to_string()).expect("it can be written");
    path.display().to_string()
}

/// Applies objects with kubectl.
pub(crate) fn apply_objects(items: &[Value], folder: &Path) {
    let path = folder.join("objects.json");
    std::fs::write(
        &path,
        serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string(),
    )
    .expect("it can be written");
    let applied = kubectl(&["apply", "-f", &path.display().to_string()]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
}
