//! The live objects of a bundle, and the check that a takeover restarts no pod.

use anyhow::bail;
use serde_json::Value;

use super::helm;
use crate::live::{self, DesiredObject, LiveError, WriteOptions, explain};
use crate::replicas;
use crate::session::Session;

/// The length of the name of a dry run, without its suffix.
const MAX_NAME: usize = 50;

/// An object of the bundle that exists in the cluster.
pub(super) struct LiveObject {
    pub(super) target: DesiredObject,
    pub(super) live: Value,
}

/// Returns the objects of the bundle that exist in the cluster.
///
/// # Errors
///
/// Fails if an object cannot be read.
pub(super) async fn find(
    session: &Session,
    targets: &[DesiredObject],
) -> Result<Vec<LiveObject>, LiveError> {
    let read = |target: &DesiredObject| {
        let target = target.clone();
        async move {
            let live = target.api(&session.client).get_opt(&target.name).await;
            let live = live.map_err(|error| explain(error, "reading", &target.label()))?;
            Ok::<_, LiveError>(live.map(|live| LiveObject { target, live: live::to_value(live) }))
        }
    };
    let mut found = Vec::new();
    for result in futures::future::join_all(targets.iter().map(read)).await {
        found.extend(result?);
    }
    Ok(found)
}

/// Keeps the live number of pods of a Deployment whose manifest has a fixed one. The next apply
/// changes it, and shows that in its plan.
pub(super) fn keep_replicas(target: &mut DesiredObject, live: &Value) {
    if target.kind.is_awaited()
        && replicas::count(&target.object).is_some()
        && let Some(count) = replicas::count(live)
    {
        target.object["spec"]["replicas"] = count.into();
    }
}

/// Checks that the pods of every Deployment stay the same.
///
/// # Errors
///
/// Fails with a diff of each Deployment whose pods would restart.
pub(super) async fn refuse_restarts(session: &Session, found: &[LiveObject]) -> anyhow::Result<()> {
    let mut differences = Vec::new();
    for found in found {
        if let Some(change) =
            live::volume_change(&session.client, &found.target, &found.live).await?
        {
            bail!(
                "the volumes of {} differ ({}); nothing was changed\n  \
                 help: set each `size` in `persistent_storage` to the size of the live volume; \
                 change it in a later apply",
                found.target.label(),
                change.summary()
            );
        }
    }
    for found in found.iter().filter(|found| found.target.kind.is_awaited()) {
        let wanted = dry_run(session, &found.target).await?;
        if let Some(difference) = helm::pod_difference(&found.live, &wanted) {
            differences.push(format!("{}\n{}", found.target.label(), difference.trim_end()));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    bail!(
        "pods would restart; nothing was changed\n{}\n  \
         help: write the bundle with the profile of your Opta version (`--profile opta-2021` or \
         `--profile opta-2022`), and with the tag or digest of the running image",
        differences.join("\n")
    );
}

/// Creates the object under another name in a dry run. A dry run on the live object would keep the
/// fields that Helm owns.
async fn dry_run(session: &Session, target: &DesiredObject) -> Result<Value, LiveError> {
    let mut copy = target.clone();
    let start: String = copy.name.chars().take(MAX_NAME).collect();
    copy.name = format!("{}-takeover", start.trim_end_matches('-'));
    copy.object["metadata"]["name"] = copy.name.as_str().into();
    let result = copy.apply(&session.client, WriteOptions { dry_run: true, force: true }).await;
    let result = result.map_err(|error| explain(error, "a dry run of", &target.label()))?;
    Ok(live::to_value(result))
}
