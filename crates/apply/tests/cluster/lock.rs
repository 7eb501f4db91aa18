//! The lock of a layer.

use serde_json::json;

use crate::testbed::{Service, apply_objects, exists, record_fault};

#[test]
fn one_run_at_a_time_and_an_expired_lock_is_taken_over() {
    let service = Service::new("locked", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let lock = |renewed: &str| {
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "optakit-locked", "namespace": "locked"},
            "spec": {
                "holderIdentity": "ann@laptop/17",
                "leaseDurationSeconds": 30,
                "acquireTime": renewed,
                "renewTime": renewed,
            },
        });
        apply_objects(&[lease], service.folder());
    };
    lock("2999-01-01T00:00:00.000000Z");
    service.update("acme/api:2", "");
    service.apply(&[]).fails().reports("another run is changing this layer: ann@laptop/17");
    assert_eq!(service.image(), "acme/api:1", "nothing was written");
    lock("2020-01-01T00:00:00.000000Z");
    service.apply(&[]).succeeds().reports("the run of ann@laptop/17 was interrupted");
    assert_eq!(service.image(), "acme/api:2");
    assert!(!exists(&["-n", "locked", "lease", "optakit-locked"]), "the lock was released");
    record_fault(
        "Another run has the lock, or crashed while it had the lock",
        "The apply fails and names the holder. An expired lock is taken over.",
    );
}
