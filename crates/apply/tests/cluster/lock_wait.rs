//! Runs that wait for the lock of another run.

use super::history::revisions;
use super::lock::{apply_that_asks, changed_service, has_lock};
use crate::testbed::{BackgroundRun, record_fault};

#[test]
fn second_run_waits_for_the_first_one() {
    let service = changed_service("queued");
    let mut first = apply_that_asks(&service, &[]);
    service.update("acme/api:3", "");
    let mut second = BackgroundRun::apply(&service, &["--wait-lock", "5m"]);
    second.reports("waiting for the lock of ");
    assert_eq!(service.image(), "acme/api:1", "the second run waits");
    first.types("y\n");
    first.exits(0);
    second.finish().succeeds().omits("nothing to change");
    assert_eq!(service.image(), "acme/api:3");
    let statuses: Vec<String> = revisions(&service).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["deployed", "deployed", "deployed"]);
    assert!(!has_lock(&service), "the lock was released");
    record_fault(
        "Two runs apply at the same time, the second one with `--wait-lock`",
        "The second run waits until the first one ends, and then applies its own change.",
    );
}
