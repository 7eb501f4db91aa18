//! An apply that would delete every service that runs. Most often, two service files have one name.

use std::fmt::{self, Display, Formatter};

use crate::applyset::Leftover;
use crate::changes::Changes;

/// The services that run in a layer, none of which is in the bundle.
#[derive(Debug)]
pub(crate) struct AllServicesReplaced {
    layer: String,
    /// Labels of the Deployments and StatefulSets that would be deleted.
    workloads: Vec<String>,
}

impl std::error::Error for AllServicesReplaced {}

impl Display for AllServicesReplaced {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { layer, workloads } = self;
        write!(
            f,
            "an apply would delete every service that runs in `{layer}` ({}), because this \
             service file has none of them\n  \
             help: if two service files have the name `{layer}`, change the name of one; to \
             delete the services, pass `--replace-services`",
            workloads.join(", ")
        )
    }
}

/// Checks that a plan keeps at least one of the services that run.
///
/// A service that becomes another kind of workload keeps its name, so it is not replaced.
///
/// # Errors
///
/// Fails if the plan deletes all of them, and creates others.
pub(crate) fn check(changes: &Changes, layer: &str) -> Result<(), AllServicesReplaced> {
    let created = || changes.objects.iter().filter(|change| change.target.kind.is_awaited());
    let stays = |deleted: &&Leftover| created().any(|change| change.target.name == deleted.name);
    let deleted: Vec<&Leftover> =
        changes.leftovers.iter().filter(|leftover| leftover.kind.is_awaited()).collect();
    let keeps = created().any(|change| change.live.is_some()) || deleted.iter().any(stays);
    if deleted.is_empty() || keeps {
        return Ok(());
    }
    let workloads = deleted.into_iter().map(Leftover::label).collect();
    Err(AllServicesReplaced { layer: layer.to_owned(), workloads })
}
