//! The rendered manifests of the cases in crates/core/tests/render, as the API server and
//! kustomize see them.

use std::path::{Path, PathBuf};

use optakit_core::kind::Kind;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::testbed::{Run, exists, kubectl, kubectl_ok, optakit};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/tests/render");

/// Returns the folders of all cases.
fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(CASES).expect("the folder of the cases exists");
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    let cases: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    assert!(cases.len() >= 10, "{cases:?}");
    cases
}

/// A copy of a case.
struct Case {
    folder: TempDir,
    values: Option<PathBuf>,
}

impl Case {
    fn copy(case: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        for from in [case.join("opta.yml"), Path::new(CASES).join("env.yml")] {
            let name = from.file_name().expect("the file has a name");
            std::fs::copy(&from, folder.path().join(name)).expect("the file can be copied");
        }
        Self { folder, values: Some(case.join("values.yml")).filter(|file| file.exists()) }
    }

    /// Renders the case. Returns standard output.
    #[track_caller]
    fn render(&self, arguments: &[&str]) -> String {
        let mut command = optakit(self.folder.path());
        command.arg("render").args(arguments);
        if let Some(values) = &self.values {
            command.arg("--values").arg(values);
        }
        Run::of(&mut command).succeeds().stdout
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }
}

#[test]
fn api_server_accepts_every_case_without_warnings() {
    // The namespaces enforce each Pod Security Standard that the manifests meet.
    for (level, arguments) in [
        ("baseline", &["--profile", "default"][..]),
        ("baseline", &["--profile", "opta-2021"]),
        ("baseline", &["--profile", "opta-2022"]),
        ("baseline", &["--exposure", "gateway"]),
        ("baseline", &["--exposure", "alb"]),
        ("restricted", &["--hardening", "restricted"]),
    ] {
        for namespace in ["shop", "solo"] {
            if !exists(&["namespace", namespace]) {
                kubectl_ok(&["create", "namespace", namespace]);
            }
            let label = format!("pod-security.kubernetes.io/enforce={level}");
            kubectl_ok(&["label", "--overwrite", "namespace", namespace, &label]);
        }
        for case in cases() {
            assert_accepted(&case, arguments);
        }
    }
}

/// Asserts that the API server accepts the objects of a case, and pods of its templates, which Pod
/// Security checks.
#[track_caller]
fn assert_accepted(case: &Path, arguments: &[&str]) {
    let copy = Case::copy(case);
    let render = ["--include-secrets", "--partial", "-o", "json"];
    let mut list: Value =
        serde_json::from_str(&copy.render(&[&render, arguments].concat())).expect("JSON");
    let objects = list["items"].as_array_mut().expect("a list");
    let pods: Vec<Value> = objects
        .iter()
        .filter_map(template)
        .enumerate()
        .map(|(index, template)| pod_of(template, &format!("pod-{index}")))
        .collect();
    objects.extend(pods);
    let file = copy.path("manifests.json");
    std::fs::write(&file, list.to_string()).expect("the manifests can be written");
    let server_side = ["apply", "--server-side", "--dry-run=server", "--validate=strict"];
    let applied = kubectl(&[&server_side[..], &["--field-manager", "test", "-f", &file]].concat());
    let stderr = String::from_utf8_lossy(&applied.stderr);
    assert!(applied.status.success(), "{} {arguments:?}: {stderr}", case.display());
    assert!(!stderr.contains("Warning"), "{} {arguments:?}: {stderr}", case.display());
}

/// Returns the template of the pods of an object, with the namespace, if it has pods.
fn template(object: &Value) -> Option<Value> {
    let text = |key: &str| object[key].as_str().expect("an object has a kind");
    let kind = Kind::find(text("apiVersion"), text("kind")).expect("the kind is known");
    let mut template = object.pointer(kind.pod_template()?)?.clone();
    template["metadata"]["namespace"] = object["metadata"]["namespace"].clone();
    Some(template)
}

/// Returns a pod of a template.
fn pod_of(mut pod: Value, name: &str) -> Value {
    let spec = &mut pod["spec"];
    // The claims of a StatefulSet are volumes of its pods.
    let mounts = spec["containers"][0]["volumeMounts"].as_array().cloned().unwrap_or_default();
    let names = mounts.iter().map(|mount| mount["name"].clone());
    let claims: Vec<Value> = names
        .filter(|name| name != "config")
        .map(|name| json!({"name": name, "emptyDir": {}}))
        .collect();
    let volumes = spec["volumes"].as_array().cloned().unwrap_or_default();
    spec["volumes"] = volumes.into_iter().chain(claims).collect();
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["name"] = name.into();
    // A dry run does not create the service account of the case.
    pod["spec"]["serviceAccountName"] = "default".into();
    pod
}

#[test]
fn kustomize_base_builds_the_same_objects() {
    for case in cases() {
        let copy = Case::copy(&case);
        let base = ["--image-tag", "1.4.2", "-o", "kustomize", "--output-dir", "base"];
        copy.render(&base);
        let rendered: Value =
            serde_json::from_str(&copy.render(&["--image-tag", "1.4.2", "-o", "json"]))
                .expect("the manifests are JSON");
        let build = ["create", "--dry-run=client", "--validate=false", "-o", "json"];
        let built = kubectl_ok(&[&build[..], &["--kustomize", &copy.path("base")]].concat());
        // kubectl prints one JSON document after another.
        let built: Vec<Value> = serde_json::Deserializer::from_str(&built)
            .into_iter()
            .collect::<Result<_, _>>()
            .expect("kubectl prints JSON");
        let built = built.iter().flat_map(objects).collect();
        assert_eq!(sorted(built), sorted(objects(&rendered)), "{}", case.display());
    }
}

/// Returns the objects of a list, or a single object.
fn objects(list: &Value) -> Vec<Value> {
    list["items"].as_array().cloned().unwrap_or_else(|| vec![list.clone()])
}

fn sorted(mut objects: Vec<Value>) -> Vec<Value> {
    objects
        .sort_by_key(|object| (object["kind"].to_string(), object["metadata"]["name"].to_string()));
    objects
}
