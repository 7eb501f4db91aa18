//! An API server that starts anew in the middle of an apply. In a binary of its own: other tests
//! would notice.

#[allow(dead_code, reason = "this test needs a part of it")]
mod testbed;

use std::process::{Command, Stdio};

use testbed::faulty::Faulty;
use testbed::{Service, held, optakit, ready_pods, setting};

#[test]
fn an_api_server_that_starts_anew_is_waited_for() {
    let service = Service::new("restarted", "acme/api:1", "    max_containers: 4\n");
    assert_eq!(service.apply(&["--skip-aws"]).0, 0, "before");
    service.rewrite("acme/api:2", "    max_containers: 4\n");
    let faulty = Faulty::new(&service);
    // The lock is held, the Deployment is about to be written.
    faulty.set("gate=2");
    let child = optakit(service.folder.path())
        .args(["apply", &service.bundle(), "--kubeconfig", "faulty.kubeconfig", "--skip-aws"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    assert_eq!(faulty.ask("/held"), "true");
    let testbed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/testbed.sh");
    let folder = setting("OPTAKIT_TEST_FOLDER");
    let stopped = Command::new(testbed).args(["stop-api", &folder]).status().expect("it starts");
    assert!(stopped.success());
    // What waited goes out now, to an API server that is not there.
    faulty.set("none");
    let started = Command::new(testbed).args(["start-api", &folder]).status().expect("it starts");
    assert!(started.success());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("ready    Deployment restarted-api-k8s-service"), "{said}");
    assert_eq!(ready_pods("restarted").len(), 1);
    let (code, said) = service.apply(&["--skip-aws"]);
    assert!(code == 0 && said.contains("nothing to change"), "{said}");
    held(
        "the API server is killed and started anew in the middle of an apply",
        "waited for; the apply ends well",
    );
}
