//! A proxy in front of the API server that causes faults.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{Service, setting};

/// The kubeconfig that leads to the API server through the proxy.
pub(crate) const KUBECONFIG: &str = "faulty.kubeconfig";

/// A request that the proxy got.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Request {
    /// Whether the request writes an object of a resource, such as `deployments`.
    pub(crate) fn writes(&self, method: &str, resource: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        let is_dry = self.path.contains("dryRun=");
        self.method == method && !is_dry && path.split('/').any(|part| part == resource)
    }
}

/// A running proxy (`scripts/testbed/faulty.py`).
pub(crate) struct FaultyProxy {
    process: Child,
    address: String,
}

impl FaultyProxy {
    /// Starts the proxy, and writes [`KUBECONFIG`] into the folder of a service.
    pub(crate) fn start(service: &Service) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/testbed/faulty.py");
        let mut process = Command::new("python3")
            .args([script, &setting("OPTAKIT_TEST_KUBECONFIG"), &setting("OPTAKIT_TEST_KUBECTL")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut port = String::new();
        BufReader::new(process.stdout.take().expect("standard output is piped"))
            .read_line(&mut port)
            .expect("the proxy prints its port");
        let address = format!("http://127.0.0.1:{}", port.trim());
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "faulty",
            "clusters": [{"name": "faulty", "cluster": {"server": address}}],
            "users": [{"name": "faulty", "user": {}}],
            "contexts": [{"name": "faulty", "context": {"cluster": "faulty", "user": "faulty"}}],
        });
        service.write(KUBECONFIG, &config.to_string());
        Self { process, address }
    }

    /// Sends a request to the proxy itself. Returns the answer.
    pub(crate) fn ask(&self, path: &str) -> String {
        let output = Command::new("curl")
            .args(["-sS", &format!("{}/faulty{path}", self.address)])
            .output()
            .expect("curl starts");
        String::from_utf8(output.stdout).expect("the answer is text")
    }

    /// Returns the requests so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        serde_json::from_str(&self.ask("/requests")).expect("the answer is a list of requests")
    }

    /// Whether a process reaches the write that the proxy delays. Otherwise it has ended.
    pub(crate) fn holds(&self, process: &mut Child) -> bool {
        std::thread::scope(|scope| {
            let held = scope.spawn(|| self.ask("/held"));
            loop {
                if held.is_finished() {
                    return true;
                }
                if process.try_wait().expect("the state of a child can be read").is_some() {
                    self.set_mode("none");
                    return false;
                }
                std::thread::yield_now();
            }
        })
    }

    /// Selects the faults that the proxy causes.
    #[track_caller]
    pub(crate) fn set_mode(&self, mode: &str) {
        assert_eq!(self.ask(&format!("?mode={mode}")), format!("\"{mode}\""));
    }
}

impl Drop for FaultyProxy {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
