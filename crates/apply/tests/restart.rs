//! A restart of the API server during an apply. It has its own binary because other tests would
//! lose the API server too.

#[allow(dead_code, unused_imports, reason = "this test uses a part of the testbed")]
mod testbed;

use std::process::{Command, Stdio};

use std::sync::{Mutex, PoisonError};
use testbed::faulty::{FaultyProxy, KUBECONFIG};

use testbed::{
    BackgroundRun, Run, Service, kubectl_ok, optakit, ready_pods, record_fault, setting,
};

/// The tests share the API server.
static API_SERVER: Mutex<()> = Mutex::new(());

/// Starts or stops the API server of the testbed.
fn api_server(command: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/testbed.sh");
    let folder = setting("OPTAKIT_TEST_FOLDER");
    let status = Command::new(script).args([command, &folder]).status().expect("the script starts");
    assert!(status.success(), "{command}");
}

#[test]
fn apply_survives_a_restart_of_the_api_server() {
    let _alone = API_SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let service = Service::new("restarted", "acme/api:1", "    max_containers: 4\n");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "    max_containers: 4\n");
    let proxy = FaultyProxy::start(&service);
    // The first write takes the lock. The second one, of the Deployment, waits.
    proxy.set_mode("gate=2");
    let child = optakit(service.folder())
        .args(["apply", &service.bundle(), "--kubeconfig", KUBECONFIG, "--skip-aws", "--yes"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("Optakit starts");
    assert_eq!(proxy.ask("/held"), "true");
    api_server("stop-api");
    // The waiting request is sent now, while the API server is stopped.
    proxy.set_mode("none");
    api_server("start-api");
    let run: Run = child.wait_with_output().expect("Optakit exits").into();
    run.succeeds().reports("ready        Deployment restarted-api-k8s-service");
    assert_eq!(ready_pods("restarted").len(), 1);
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    record_fault(
        "The API server is killed and restarted during an apply",
        "The apply waits for the API server and succeeds.",
    );
}

#[test]
fn wait_survives_a_restart_of_the_api_server() {
    let _alone = API_SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let service = Service::new("waitrestart", "acme/late-key:1", "");
    let mut run = BackgroundRun::apply(&service, &["--timeout", "300"]);
    run.reports("couldn't find key TOKEN");
    api_server("stop-api");
    run.reports("the watch failed and is restarted");
    api_server("start-api");
    kubectl_ok(&["-n", "waitrestart", "annotate", "pods", "--all", "key=exists"]);
    run.finish().succeeds().reports("ready        Deployment waitrestart-api-k8s-service");
    record_fault(
        "The API server is killed and restarted while an apply waits for pods",
        "The wait starts its watches again and succeeds.",
    );
}
