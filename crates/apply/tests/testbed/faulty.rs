//! An API server on whose way things go wrong.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{Service, setting};

/// A way to the API server on which things go wrong (`scripts/testbed/faulty.py`).
pub(crate) struct Faulty {
    process: Child,
    address: String,
}

impl Faulty {
    pub(crate) fn new(service: &Service) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/testbed/faulty.py");
        let mut process = Command::new("python3")
            .args([script, &setting("OPTAKIT_TEST_KUBECONFIG"), &setting("OPTAKIT_TEST_KUBECTL")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut port = String::new();
        BufReader::new(process.stdout.take().expect("piped"))
            .read_line(&mut port)
            .expect("it says its port");
        let address = format!("http://127.0.0.1:{}", port.trim());
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "faulty",
            "clusters": [{"name": "faulty", "cluster": {"server": address}}],
            "users": [{"name": "faulty", "user": {}}],
            "contexts": [{"name": "faulty", "context": {"cluster": "faulty", "user": "faulty"}}],
        });
        service.write("faulty.kubeconfig", &config.to_string());
        Self { process, address }
    }

    pub(crate) fn ask(&self, path: &str) -> String {
        let output = Command::new("curl")
            .args(["-sS", &format!("{}/faulty{path}", self.address)])
            .output()
            .expect("curl starts");
        String::from_utf8(output.stdout).expect("it is text")
    }

    pub(crate) fn set(&self, mode: &str) {
        assert_eq!(self.ask(&format!("?mode={mode}")), format!("\"{mode}\""));
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
