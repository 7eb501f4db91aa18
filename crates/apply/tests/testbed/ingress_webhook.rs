//! A webhook that rejects Ingresses as ingress-nginx does.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::kubernetes::kubectl;
use super::{Service, setting};

/// A running webhook (`scripts/testbed/ingress_webhook.py`) for the namespace of a service.
pub(crate) struct IngressWebhook {
    process: Child,
    namespace: String,
}

impl IngressWebhook {
    /// Starts the webhook, and waits until the API server knows it.
    pub(crate) fn start(service: &Service) -> Self {
        let script =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/testbed/ingress_webhook.py");
        let mut process = Command::new("python3")
            .args([script, &setting("OPTAKIT_TEST_KUBECONFIG"), &setting("OPTAKIT_TEST_KUBECTL")])
            .arg(&service.layer)
            .arg(service.folder())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut ready = String::new();
        BufReader::new(process.stdout.take().expect("standard output is piped"))
            .read_line(&mut ready)
            .expect("the webhook prints a line");
        assert_eq!(ready, "ready\n");
        Self { process, namespace: service.layer.clone() }
    }
}

impl Drop for IngressWebhook {
    fn drop(&mut self) {
        drop(kubectl(&["delete", "validatingwebhookconfiguration", &self.namespace]));
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
