//! Rollbacks and the history of revisions.

use crate::testbed::{Service, ready_pods, record_fault};

#[test]
fn rollback_keeps_the_old_pods() {
    let service = Service::new("backed", "acme/api:1", "    min_containers: 2\n");
    service.apply(&[]).succeeds();
    let pods = ready_pods("backed");
    assert_eq!(pods.len(), 2);
    service.update("image-not-found/api:2", "    min_containers: 2\n");
    service
        .apply(&[])
        .fails()
        .reports("rolling back to revision 1")
        .reports("rolled back to revision 1");
    assert_eq!(ready_pods("backed"), pods);
    assert_eq!(service.image(), "acme/api:1");
    let history = service.run("history", &[]);
    let statuses: Vec<Vec<&str>> =
        history.stdout.lines().map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(statuses, [["3", "deployed"], ["2", "failed"], ["1", "deployed"]]);
    service.run("status", &[]).succeeds().prints("backed-api-k8s-service  2/2 ready  acme/api:1");
    record_fault(
        "The pods of a new revision cannot start",
        "The last good revision is applied again. Its pods keep their UIDs.",
    );
}

#[test]
fn ten_revisions_are_kept_and_can_be_rolled_back_to() {
    let service = Service::new("revised", "acme/api:1", "");
    for tag in 1..=12 {
        service.update(&format!("acme/api:{tag}"), "");
        service.apply(&[]).succeeds();
    }
    let numbers = || -> Vec<u32> {
        let history = service.run("history", &[]).succeeds();
        let first = |line: &str| line.split_whitespace().next()?.parse().ok();
        history.stdout.lines().filter_map(first).collect()
    };
    assert_eq!(numbers(), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    service.apply(&[]).succeeds().reports("nothing to change");
    assert_eq!(numbers()[0], 12, "an apply without changes adds no revision");
    service
        .run("rollback", &["--to", "1"])
        .fails()
        .reports("no revision 1; the history has 12, 11");
    service.run("rollback", &[]).succeeds().reports("rolled back to revision 11");
    assert_eq!(service.image(), "acme/api:11");
    service.run("rollback", &["--to", "5"]).succeeds().reports("rolled back to revision 5");
    assert_eq!(service.image(), "acme/api:5");
    assert_eq!(numbers()[0], 14);
}
