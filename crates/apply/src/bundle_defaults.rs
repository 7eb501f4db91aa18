//! Defaults of an apply that a service file sets: `timeout` and `max_history`. The Deployments and
//! StatefulSets of a bundle contain them.

use std::time::Duration;

use optakit_core::bundle::Bundle;
use optakit_core::kind::Kind;
use optakit_core::render::{TIMEOUT_ANNOTATION, timeout_of_deadline};

/// Returns how long to wait for the pods: the longest `timeout` of the services.
pub(crate) fn timeout(bundle: &Bundle) -> Option<Duration> {
    let deadline = largest(bundle, "/spec/progressDeadlineSeconds").map(timeout_of_deadline);
    let annotation = format!("/metadata/annotations/{}", TIMEOUT_ANNOTATION.replace('/', "~1"));
    let timeouts = bundle.manifests.iter().filter(|object| object.kind() == Kind::StatefulSet);
    let timeouts = timeouts.filter_map(|object| object.text(&annotation)?.parse().ok());
    timeouts.chain(deadline).max().map(Duration::from_secs)
}

/// Returns how many revisions to keep: the largest `max_history` of the services.
pub(crate) fn max_history(bundle: &Bundle) -> Option<usize> {
    largest(bundle, "/spec/revisionHistoryLimit").and_then(|limit| usize::try_from(limit).ok())
}

fn largest(bundle: &Bundle, pointer: &str) -> Option<u64> {
    let workloads = bundle.manifests.iter().filter(|object| object.kind().is_awaited());
    workloads.filter_map(|object| object.json().pointer(pointer)?.as_u64()).max()
}
