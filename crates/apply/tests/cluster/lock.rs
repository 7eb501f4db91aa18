//! The lock of a layer: one run at a time, whatever the clocks of the machines say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::history::revisions;
use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::{
    BackgroundRun, Run, Service, Terminal, apply_objects, exists, get, kubectl, kubectl_ok,
    record_fault, setting, until,
};

/// The exit code of a run that lost its lock.
const LOST: i32 = 3;
/// Longer than the time after which a run that did not renew its lock stops writing (20 s), and
/// after which other runs take the lock over (30 s).
const EXPIRED: Duration = Duration::from_secs(34);
/// Longer than the time after which a run checks its lock again before it continues (3 s).
const CHECKED_AGAIN: Duration = Duration::from_secs(4);

/// Returns the time of a clock that differs from ours by some seconds.
fn clock(seconds: i64) -> String {
    let now = Timestamp::now() + SignedDuration::from_secs(seconds);
    format!("{now:.6}")
}

/// Writes the Lease of another run, whose clock shows `time`.
fn lease_of_another_run(service: &Service, time: &str) {
    let layer = &service.layer;
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": format!("optakit-{layer}"), "namespace": layer},
        "spec": {
            "holderIdentity": "ann@laptop/17",
            "leaseDurationSeconds": 30,
            "acquireTime": time,
            "renewTime": time,
        },
    });
    apply_objects(&[lease], service.folder());
}

pub(super) fn has_lock(service: &Service) -> bool {
    let name = format!("optakit-{}", service.layer);
    exists(&["-n", &service.layer, "lease", &name])
}

fn lease(service: &Service) -> Value {
    get(&["-n", &service.layer, "lease", &format!("optakit-{}", service.layer)])
}

/// Runs a command while another run, whose clock shows another time, renews its lock.
fn while_another_run_renews(service: &Service, skew: i64, command: impl Fn() -> Run) -> Run {
    lease_of_another_run(service, &clock(skew));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_secs(2));
                let patch = json!({"spec": {"renewTime": clock(skew)}}).to_string();
                let name = format!("optakit-{}", service.layer);
                kubectl(&[
                    "-n",
                    &service.layer,
                    "patch",
                    "lease",
                    &name,
                    "--type=merge",
                    "-p",
                    &patch,
                ]);
            }
        });
        let run = command();
        done.store(true, Ordering::Relaxed);
        run
    })
}

#[test]
fn renewed_lock_is_kept_with_any_clock() {
    for (layer, skew) in [("behind", -40), ("ahead", 40), ("ages-behind", -400_000_000)] {
        let service = Service::new(layer, "acme/api:1", "");
        service.apply(&["--skip-aws"]).succeeds();
        service.update("acme/api:2", "");
        let before = service.written_versions();
        while_another_run_renews(&service, skew, || service.apply(&["--skip-aws"]))
            .fails()
            .reports("waiting for the lock of ann@laptop/17")
            .reports("another run is changing this layer: ann@laptop/17");
        assert_eq!(service.written_versions(), before, "nothing was written");
        assert_eq!(lease(&service)["spec"]["holderIdentity"], "ann@laptop/17");
    }
    record_fault(
        "Another run has the lock, and its clock is 40 seconds wrong",
        "The apply fails and names the holder. Nothing is written.",
    );
}

#[test]
fn abandoned_lock_is_taken_over_with_any_clock() {
    for (layer, skew) in [("left-behind", -40), ("left-ahead", 40)] {
        let service = Service::new(layer, "acme/api:1", "");
        service.apply(&["--skip-aws"]).succeeds();
        lease_of_another_run(&service, &clock(skew));
        service.update("acme/api:2", "");
        service
            .apply(&["--skip-aws"])
            .succeeds()
            .reports("waiting for the lock of ann@laptop/17")
            .reports("the run of ann@laptop/17")
            .reports("was interrupted");
        assert_eq!(service.image(), "acme/api:2");
        assert!(!has_lock(&service), "the lock was released");
    }
    record_fault(
        "A run crashed on another machine while it had the lock",
        "The next apply watches the lock for 30 seconds, then takes it over.",
    );
}

/// Starts an apply in a terminal, and waits until it has the lock and asks for confirmation.
pub(super) fn apply_that_asks(service: &Service, wrapper: &[&str]) -> Terminal {
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    apply_that_asks_with(service, wrapper, &kubeconfig)
}

fn apply_that_asks_with(service: &Service, wrapper: &[&str], kubeconfig: &str) -> Terminal {
    let bundle = service.bundle();
    let arguments = ["apply", &bundle, "--kubeconfig", kubeconfig, "--skip-aws"];
    let run = Terminal::start(service, wrapper, &arguments);
    run.shows("[y/N]");
    run
}

/// Returns a service that runs image 1, and whose bundle has image 2.
pub(super) fn changed_service(layer: &str) -> Service {
    let service = Service::new(layer, "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "");
    service
}

#[test]
fn lock_is_renewed_while_the_prompt_is_open() {
    let service = changed_service("thinking");
    let mut run = apply_that_asks(&service, &[]);
    let time = |field: &str| -> Timestamp {
        let text = lease(&service)["spec"][field].as_str().expect("a time").to_owned();
        text.parse().expect("a time")
    };
    let taken = time("acquireTime");
    until("the lock is renewed for more than 30 seconds", || {
        time("renewTime").duration_since(taken) > SignedDuration::from_secs(30)
    });
    service
        .apply(&["--skip-aws"])
        .fails()
        .reports("waiting for the lock of ")
        .reports("another run is changing this layer")
        .reports("`optakit apply thinking-staging.bundle.json");
    run.types("y\n");
    run.exits(0);
    assert_eq!(service.image(), "acme/api:2");
    assert!(!has_lock(&service), "the lock was released");
    record_fault(
        "A user reads the plan for longer than the lock is valid",
        "The lock is renewed. Another run fails, and the apply continues.",
    );
}

#[test]
fn stopped_run_writes_nothing_after_its_lock_expired() {
    let service = changed_service("suspended");
    let mut run = apply_that_asks(&service, &[]);
    run.signal("STOP");
    // The process still exists, so the other run cannot take the lock at once.
    service.apply(&["--skip-aws"]).succeeds().reports("waiting for the lock of ");
    service.update("acme/api:3", "");
    service.apply(&["--skip-aws"]).succeeds();
    run.types("y\n");
    run.signal("CONT");
    let screen = run.exits(LOST);
    assert!(screen.contains("the lock of `suspended` was lost"), "{screen}");
    assert_eq!(service.image(), "acme/api:3", "the stopped run wrote nothing");
    record_fault(
        "A run is stopped (SIGSTOP) until its lock expires, and continued",
        "It writes nothing more and exits with code 3.",
    );
}

#[test]
fn run_that_is_suspended_while_it_waits_for_pods_writes_nothing_more() {
    let service = Service::new("asleep", "acme/api:1", "");
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/failing-probe:2", "");
    let mut run = BackgroundRun::apply(&service, &["--timeout", "600"]);
    run.reports("waiting      Deployment");
    run.signal("STOP");
    service.update("acme/api:3", "");
    service.apply(&["--skip-aws"]).succeeds().reports("waiting for the lock of ");
    run.signal("CONT");
    let ended = run.finish().exits(LOST).reports("the lock of `asleep` was lost");
    ended.omits("rolling back");
    assert_eq!(service.image(), "acme/api:3", "the suspended run wrote nothing");
    let statuses: Vec<String> = revisions(&service).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["deployed", "interrupted", "deployed"]);
    record_fault(
        "A laptop is suspended while a run waits for pods, and another run applies",
        "The suspended run writes nothing more, rolls nothing back, and exits with code 3.",
    );
}

#[test]
fn stopped_run_stops_although_no_other_run_took_its_lock() {
    let service = changed_service("dozing");
    let mut run = apply_that_asks(&service, &[]);
    run.signal("STOP");
    std::thread::sleep(EXPIRED);
    run.types("y\n");
    run.signal("CONT");
    let screen = run.exits(LOST);
    assert!(screen.contains("it was not renewed for 3"), "{screen}");
    assert_eq!(service.image(), "acme/api:1", "the stopped run wrote nothing");
    assert!(!has_lock(&service), "the lock was still its own, so it was released");
}

#[test]
fn deleted_or_taken_lock_stops_the_run() {
    let service = changed_service("deleted");
    let before = service.written_versions();
    let mut run = apply_that_asks(&service, &[]);
    kubectl_ok(&["-n", "deleted", "delete", "lease", "optakit-deleted"]);
    std::thread::sleep(CHECKED_AGAIN);
    run.types("y\n");
    let screen = run.exits(LOST);
    assert!(screen.contains("its Lease was deleted"), "{screen}");
    assert_eq!(service.image(), "acme/api:1");

    let mut run = apply_that_asks(&service, &[]);
    kubectl_ok(&["-n", "deleted", "delete", "lease", "optakit-deleted"]);
    lease_of_another_run(&service, &clock(0));
    std::thread::sleep(CHECKED_AGAIN);
    run.types("y\n");
    let screen = run.exits(LOST);
    assert!(screen.contains("the lock of `deleted` was lost: ann@laptop/17"), "{screen}");
    assert_eq!(service.written_versions(), before);
    assert_eq!(lease(&service)["spec"]["holderIdentity"], "ann@laptop/17", "it is not released");
    record_fault(
        "The Lease is deleted, or another run takes it, while a user reads the plan",
        "The run writes nothing and exits with code 3.",
    );
}

#[test]
fn changed_annotation_of_the_lease_does_not_stop_the_run() {
    let service = changed_service("annotated");
    let mut run = apply_that_asks(&service, &[]);
    kubectl_ok(&["-n", "annotated", "annotate", "lease", "optakit-annotated", "note=mine"]);
    let renewed = || lease(&service)["spec"]["renewTime"].clone();
    let before = renewed();
    until("the run renews the changed Lease", || renewed() != before);
    run.types("y\n");
    run.exits(0);
    assert_eq!(service.image(), "acme/api:2");
    assert!(!has_lock(&service), "the lock was released");
}

#[test]
fn run_that_cannot_renew_its_lock_stops() {
    let service = changed_service("cut-off");
    let proxy = FaultyProxy::start(&service);
    let mut run = apply_that_asks_with(&service, &[], KUBECONFIG);
    proxy.set_mode("down");
    std::thread::sleep(EXPIRED);
    proxy.set_mode("none");
    run.types("y\n");
    let screen = run.exits(LOST);
    assert!(screen.contains("it was not renewed for 20 s"), "{screen}");
    assert_eq!(service.image(), "acme/api:1", "it wrote nothing");
    record_fault(
        "The API server cannot be reached for 20 seconds while a run has the lock",
        "The run writes nothing more and exits with code 3.",
    );
}

/// Returns a command that starts a process as in a container: with its own temporary folder, the
/// same user, host and, where the machine allows it, the same process ID.
fn container(service: &Service, name: &str) -> Vec<String> {
    let folder = service.folder().join(name);
    std::fs::create_dir_all(&folder).expect("the folder can be created");
    let unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
    let allowed = std::process::Command::new(unshare[0]).args(&unshare[1..]).arg("true").status();
    let mut command: Vec<String> = Vec::new();
    if allowed.is_ok_and(|status| status.success()) {
        command.extend(unshare.map(str::to_owned));
    }
    let temporary = format!("TMPDIR={}", folder.display());
    command.extend(["env".to_owned(), "USER=ann".to_owned(), temporary]);
    command
}

#[test]
fn containers_with_equal_user_host_and_process_exclude_each_other() {
    let service = changed_service("twins");
    let (first, second) = (container(&service, "one"), container(&service, "two"));
    let mut run =
        apply_that_asks(&service, &first.iter().map(String::as_str).collect::<Vec<&str>>());
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let bundle = service.bundle();
    let arguments = ["apply", &bundle, "--kubeconfig", &kubeconfig, "--skip-aws", "--yes"];
    let other = || {
        let optakit = crate::testbed::optakit(service.folder());
        let mut command = std::process::Command::new(&second[0]);
        command.args(&second[1..]).arg(optakit.get_program()).args(arguments);
        Run::of(command.current_dir(service.folder()).env_remove("CI").env("NO_COLOR", "1"))
    };
    other().fails().reports("another run is changing this layer: ann@");
    assert_eq!(service.image(), "acme/api:1");
    run.signal("KILL");
    run.wait();
    // The second container cannot see the process of the first one.
    other().succeeds().reports("waiting for the lock of ann@").reports("was interrupted");
    assert_eq!(service.image(), "acme/api:2");
    record_fault(
        "Two containers have the same user, host and process ID",
        "The second run fails. After the first one is killed, it takes the lock over in 30 \
         seconds.",
    );
}

#[test]
fn lock_of_a_killed_process_of_this_machine_is_taken_at_once() {
    let service = changed_service("crashed");
    let mut run = apply_that_asks(&service, &[]);
    run.signal("KILL");
    run.wait();
    assert!(has_lock(&service));
    service
        .apply(&["--skip-aws"])
        .succeeds()
        .omits("waiting for the lock")
        .reports("was interrupted");
    assert_eq!(service.image(), "acme/api:2");
}

#[test]
fn signals_release_the_lock() {
    let service = changed_service("signalled");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let run = apply_that_asks(&service, &[]);
        run.signal(signal);
        let screen = run.exits(code);
        assert!(screen.contains("interrupted; nothing was changed"), "{screen}");
        assert!(!has_lock(&service), "the lock was released");
    }
    let mut run = apply_that_asks(&service, &[]);
    run.types("n\n");
    let screen = run.exits(1);
    assert!(screen.contains("cancelled; nothing was changed"), "{screen}");
    assert!(!has_lock(&service), "the lock was released");
    assert_eq!(service.image(), "acme/api:1");
    record_fault(
        "Ctrl-C, SIGTERM, or the answer no while a run has the lock",
        "The run ends, says what was changed, and releases the lock.",
    );
}

#[test]
fn every_command_that_writes_takes_the_lock() {
    let service = Service::new("exclusive", "acme/api:1", "    secrets: [KEY]\n");
    service.secret(&["set", "KEY"], "a").succeeds();
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:2", "    secrets: [KEY]\n");
    service.apply(&["--skip-aws"]).succeeds();
    service.write("more.env", "OTHER=b\n");
    let commands: [&dyn Fn() -> Run; 5] = [
        &|| service.secret(&["set", "KEY"], "b"),
        &|| service.secret(&["import", "more.env"], ""),
        &|| service.run("rollback", &[]),
        &|| service.secret(&["delete", "KEY"], ""),
        &|| service.run("destroy", &["--yes"]),
    ];
    for command in commands {
        while_another_run_renews(&service, 0, command)
            .fails()
            .reports("another run is changing this layer: ann@laptop/17");
    }
    let secret = get(&["-n", "exclusive", "secret", "manual-secrets"]);
    assert_eq!(secret["data"], json!({"KEY": "YQ=="}));
    assert_eq!(service.image(), "acme/api:2");
    kubectl_ok(&["-n", "exclusive", "delete", "lease", "optakit-exclusive"]);
    for command in commands {
        command().succeeds();
        assert!(!has_lock(&service), "the lock was released");
    }
}
