//! The registry of the testbed, by HTTP.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::testbed::setting;

pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The password of the user `AWS`.
pub(crate) const PASSWORD: &str = "123456789012-auth-token";

/// Sends a request. Returns the status and the body.
fn request(path: &str) -> (u32, Vec<u8>) {
    let output = Command::new("curl")
        .args(["-sS", "-u", &format!("AWS:{PASSWORD}"), "-w", "\n%{http_code}"])
        .args(["-H", &format!("Accept: {MANIFEST}, {INDEX}")])
        .arg(format!("http://{}/v2/{path}", setting("OPTAKIT_TEST_REGISTRY")))
        .output()
        .expect("curl starts");
    let mut body = output.stdout;
    let end = body.iter().rposition(|byte| *byte == b'\n').expect("curl prints the status");
    let status = String::from_utf8_lossy(&body[end + 1..]).parse().expect("a status is a number");
    body.truncate(end);
    (status, body)
}

/// Returns a repository that no earlier run of the tests has used.
pub(crate) fn new_repository(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// Returns the status of a request.
pub(crate) fn status(path: &str) -> u32 {
    request(path).0
}

/// Returns a manifest by its tag or digest.
#[track_caller]
pub(crate) fn manifest(repository: &str, reference: &str) -> Value {
    let (status, body) = request(&format!("{repository}/manifests/{reference}"));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("a manifest is JSON")
}

/// Returns a blob.
pub(crate) fn blob(repository: &str, digest: &str) -> Vec<u8> {
    request(&format!("{repository}/blobs/{digest}")).1
}

/// Writes the configuration of Docker after `docker login`. Returns its folder.
pub(crate) fn docker_config(folder: &Path, registry: &str, password: &str) -> PathBuf {
    let auth = STANDARD.encode(format!("AWS:{password}"));
    let config = folder.join("docker");
    std::fs::create_dir_all(&config).expect("the folder can be created");
    let content = json!({"auths": {registry: {"auth": auth}}}).to_string();
    std::fs::write(config.join("config.json"), content).expect("the file can be written");
    config
}
