//! The kinds of the Gateway API that a cluster has. Its channels contain different kinds.

use std::collections::BTreeMap;

use optakit_core::kind::Kind;

use super::error::{LiveError, explain};
use super::object::DesiredObject;
use crate::hint;

/// The group of the Gateway API.
const GROUP: &str = "gateway.networking.k8s.io";

/// Checks that the API server has the kinds of the Gateway API that these objects need.
///
/// # Errors
///
/// Fails with each missing kind, or if the kinds cannot be listed.
pub(crate) async fn check_served(
    client: &kube::Client,
    targets: &[DesiredObject],
) -> Result<(), Vec<LiveError>> {
    let mut versions: BTreeMap<&str, Vec<Kind>> = BTreeMap::new();
    for kind in targets.iter().map(|target| target.kind).filter(|kind| kind.group() == GROUP) {
        let kinds = versions.entry(kind.api_version()).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let mut errors = Vec::new();
    for (version, kinds) in versions {
        match served(client, version).await {
            Ok(served) => {
                let missing = kinds.into_iter().filter(|kind| !served.contains(kind));
                errors.extend(missing.map(missing_kind));
            }
            Err(error) => errors.push(explain(error, "listing", version)),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Returns the kinds that the API server has in a version of a group.
async fn served(client: &kube::Client, version: &str) -> Result<Vec<Kind>, kube::Error> {
    match client.list_api_group_resources(version).await {
        Ok(list) => {
            let kinds = list.resources.iter().filter_map(|found| Kind::find(version, &found.kind));
            Ok(kinds.collect())
        }
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn missing_kind(kind: Kind) -> LiveError {
    let (channel, other) = match kind {
        Kind::TcpRoute => ("experimental", "alb"),
        _ => ("standard", "nginx"),
    };
    LiveError::MissingKind {
        kind: kind.name(),
        version: kind.api_version(),
        channel,
        other: hint::optakit("bundle", &format!("--exposure {other}")),
    }
}
