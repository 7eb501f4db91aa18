//! The lock of a layer: one run at a time, whatever the clocks of the machines say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::testbed::{Run, Service, apply_objects, exists, get, kubectl, record_fault};

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

fn has_lock(service: &Service) -> bool {
    let name = format!("optakit-{}", service.layer);
    exists(&["-n", &service.layer, "lease", &name])
}

fn lease(service: &Service) -> Value {
    get(&["-n", &service.layer, "lease", &format!("optakit-{}", service.layer)])
}

/// Runs an apply while another run, whose clock shows another time, renews its lock.
fn apply_while_another_run_renews(service: &Service, skew: i64, arguments: &[&str]) -> Run {
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
        let run = service.apply(&[&["--skip-aws"], arguments].concat());
        done.store(true, Ordering::Relaxed);
        run
    })
}

#[test]
fn renewed_lock_is_kept_whatever_its_clock_says() {
    for (layer, skew) in [("behind", -40), ("ahead", 40), ("ages-behind", -400_000_000)] {
        let service = Service::new(layer, "acme/api:1", "");
        service.apply(&["--skip-aws"]).succeeds();
        service.update("acme/api:2", "");
        apply_while_another_run_renews(&service, skew, &[])
            .fails()
            .reports("waiting for the lock of ann@laptop/17")
            .reports("another run is changing this layer: ann@laptop/17");
        assert_eq!(service.image(), "acme/api:1", "nothing was written");
        assert_eq!(lease(&service)["spec"]["holderIdentity"], "ann@laptop/17");
    }
    record_fault(
        "Another run has the lock, and its clock is 40 seconds wrong",
        "The apply fails and names the holder. Nothing is written.",
    );
}

#[test]
fn abandoned_lock_is_taken_over_whatever_its_clock_says() {
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
