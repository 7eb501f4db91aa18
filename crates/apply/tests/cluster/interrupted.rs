//! Runs that a signal stops, and runs whose output cannot be written.

use std::process::{Command, Stdio};

use super::history::revisions;
use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::{Run, Service, Terminal, exists, optakit, record_fault, setting, skip_test};

/// Returns a service that was applied, and whose new pods never become ready.
fn stuck_service(layer: &str) -> Service {
    let service = Service::new(layer, "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/failing-probe:2", "");
    service
}

/// Starts an apply on a terminal, and waits until it waits for the pods.
fn waiting_apply(service: &Service, kubeconfig: &str) -> Terminal {
    let bundle = service.bundle();
    let arguments = ["apply", &bundle, "--kubeconfig", kubeconfig, "--skip-aws", "--yes"];
    let run = Terminal::start(service, &[], &arguments);
    run.shows("0/1 pods");
    run
}

fn has_lock(service: &Service) -> bool {
    exists(&["-n", &service.layer, "lease", &format!("optakit-{}", service.layer)])
}

#[test]
fn second_ctrl_c_during_a_wait_releases_the_lock() {
    let service = stuck_service("stopped-twice");
    let mut run = waiting_apply(&service, &setting("OPTAKIT_TEST_KUBECONFIG"));
    run.types("\u{3}\u{3}");
    let screen = run.exits(130);
    assert!(screen.contains("interrupted; changes that were already made are kept"), "{screen}");
    assert!(!has_lock(&service), "the lock was released");

    // The run cannot record that it was interrupted. The second Ctrl-C ends the attempt.
    let proxy = FaultyProxy::start(&service);
    let mut run = waiting_apply(&service, KUBECONFIG);
    proxy.set_mode("gate=1");
    run.types("\u{3}");
    run.shows("stopped      Deployment stopped-twice");
    run.types("\u{3}");
    run.exits(130);
    assert!(!has_lock(&service), "the lock was released");
    assert_eq!(service.image(), "acme/failing-probe:2");
    assert_eq!(revisions(&service).last(), Some(&(1, "deployed".to_owned())));
    record_fault(
        "Ctrl-C twice while an apply waits for pods",
        "The first one stops the wait and shows the state, the second one ends the run. The lock \
         is released.",
    );
}

#[test]
fn closed_terminal_releases_the_lock() {
    let service = stuck_service("hungup");
    let run = waiting_apply(&service, &setting("OPTAKIT_TEST_KUBECONFIG"));
    run.signal("HUP");
    run.exits(129);
    assert!(!has_lock(&service), "the lock was released");
    assert_eq!(revisions(&service)[0].1, "interrupted");
    record_fault(
        "The terminal of an apply is closed while it waits for pods",
        "The run stops as after Ctrl-C, and releases the lock.",
    );
}

#[test]
fn apply_whose_events_are_lost_is_complete() {
    let service = Service::new("lostevents", "acme/api:1", "");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let output = optakit(service.folder())
        .args(["apply", &service.bundle(), "--skip-aws", "--yes", "--output", "json"])
        .args(["--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG")])
        .stdout(Stdio::from(full.expect("the device can be opened")))
        .output();
    Run::from(output.expect("Optakit starts"))
        .fails()
        .reports("cannot write to standard output: no storage space");
    assert_eq!(service.image(), "acme/api:1");
    assert_eq!(revisions(&service), [(1, "deployed".to_owned())]);
    assert!(!has_lock(&service), "the lock was released");
}

/// Runs a shell script in the folder of a service, with a disk of 16 KiB at `full`. Returns `None`
/// if this machine does not allow that.
fn on_a_full_disk(service: &Service, script: &str) -> Option<Run> {
    let unshare = ["--user", "--map-root-user", "--mount"];
    let mount = "mkdir -p full && mount -t tmpfs -o size=16k tmpfs full";
    let shell = |script: &str| {
        let mut command = Command::new("unshare");
        let own = optakit(service.folder());
        for (name, value) in own.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command.current_dir(service.folder()).args(unshare).args(["sh", "-c", script, "sh"]);
        command.arg(own.get_program()).arg(service.bundle());
        command.arg(setting("OPTAKIT_TEST_KUBECONFIG"));
        command
    };
    let allowed = shell(mount).stderr(Stdio::null()).status();
    if !allowed.is_ok_and(|status| status.success()) {
        return None;
    }
    Some(Run::of(&mut shell(&format!("{mount} && {script}"))))
}

#[test]
fn full_disk_keeps_the_old_file_and_releases_the_lock() {
    let service = Service::new("fulldisk", "acme/api:1", "");
    let fill = "echo old >full/plan.json; cat /dev/zero 2>/dev/null >full/rest";
    let plan = "\"$1\" plan \"$2\" --kubeconfig \"$3\" --save full/plan.json";
    let script = format!("{fill}; {plan}; code=$?; cat full/plan.json; ls -A full; exit $code");
    let Some(run) = on_a_full_disk(&service, &script) else {
        return skip_test("`unshare` may not create a mount namespace");
    };
    run.exits(4)
        .reports("cannot write full/plan.json: no space is left")
        .prints("old\nplan.json\n");

    // An apply also writes temporary files and events.
    let apply =
        "TMPDIR=full \"$1\" apply \"$2\" --kubeconfig \"$3\" --skip-aws --yes --output json";
    let script = format!("{fill}; {apply} >>full/rest");
    let run = on_a_full_disk(&service, &script).expect("it was allowed before");
    run.fails().reports("cannot write to standard output: no storage space");
    assert_eq!(service.image(), "acme/api:1");
    assert!(!has_lock(&service), "the lock was released");
    record_fault(
        "The disk is full while a plan is saved, or while an apply prints events",
        "The old file is kept. The apply completes, and then fails because its output is lost.",
    );
}
