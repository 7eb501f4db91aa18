//! A watch of the number of pods of a Deployment.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::kubernetes::kubectl_ok;
use super::{Service, setting};

/// The annotation that ends a watch: when the watch sees it, it has seen every earlier change.
const END: &str = "test.optakit.dev/end";

/// One state of a Deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PodCount {
    /// `spec.replicas`.
    pub(crate) wanted: i64,
    /// The number of ready pods.
    pub(crate) ready: i64,
}

/// A running `kubectl get --watch` of a Deployment.
pub(crate) struct PodWatch {
    process: Child,
    lines: Receiver<String>,
    namespace: String,
    deployment: String,
    seen: Vec<PodCount>,
}

impl PodWatch {
    /// Starts to watch the Deployment of a service, and waits for its current state.
    pub(crate) fn start(service: &Service) -> Self {
        Self::of(service, "api")
    }

    /// Starts to watch the Deployment of a module, and waits for its current state.
    pub(crate) fn of(service: &Service, module: &str) -> Self {
        let namespace = service.layer.clone();
        let deployment = format!("{namespace}-{module}-k8s-service");
        let template = "{.spec.replicas} {.status.readyReplicas}+0 \
                        {.metadata.annotations.test\\.optakit\\.dev/end}{\"\\n\"}";
        let mut process = Command::new(setting("OPTAKIT_TEST_KUBECTL"))
            .args(["--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG"), "-n", &namespace])
            .args(["get", "deployment", &deployment, "--watch"])
            .args(["-o", &format!("jsonpath={template}")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        let output = BufReader::new(process.stdout.take().expect("standard output is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut watch = Self { process, lines, namespace, deployment, seen: Vec::new() };
        watch.next();
        watch
    }

    /// Waits for the next state. Returns its mark.
    fn next(&mut self) -> String {
        let line = self.lines.recv().expect("the watch runs");
        let mut words = line.split(' ');
        let mut number = || {
            let word = words.next().unwrap_or_default().trim_end_matches("+0");
            word.parse().unwrap_or(0)
        };
        self.seen.push(PodCount { wanted: number(), ready: number() });
        words.next().unwrap_or_default().to_owned()
    }

    /// Returns every state since the start, or since the last call.
    pub(crate) fn counts(&mut self) -> Vec<PodCount> {
        let mark = format!("{:?}", std::time::Instant::now());
        let mark: String = mark.chars().filter(char::is_ascii_digit).collect();
        let (object, annotation) =
            (format!("deployment/{}", self.deployment), format!("{END}={mark}"));
        kubectl_ok(&["-n", &self.namespace, "annotate", "--overwrite", &object, &annotation]);
        while self.next() != mark {}
        // The last state is also the first one of the next call.
        let last = *self.seen.last().expect("the watch has seen a state");
        std::mem::replace(&mut self.seen, vec![last])
    }
}

impl Drop for PodWatch {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
