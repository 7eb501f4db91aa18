//! The changes of a takeover: field managers, objects, the records of Helm, and the history.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::json;

use super::helm::{self, Release};
use super::live_objects::LiveObject;
use crate::apply;
use crate::history::{self, Status};
use crate::live::{DesiredObject, LiveError, explain};
use crate::plural::plural;
use crate::report::Report;
use crate::session::Session;

/// Makes Optakit the field manager of the live objects, then applies all objects.
///
/// # Errors
///
/// Fails if the API server rejects a change.
pub(super) async fn fields(
    session: &Session,
    targets: &[DesiredObject],
    found: &[LiveObject],
) -> Result<(), LiveError> {
    for LiveObject { target, live } in found {
        let Some(fields) = helm::reassign_fields(live) else { continue };
        let version = &live["metadata"]["resourceVersion"];
        let patch = json!([
            { "op": "test", "path": "/metadata/resourceVersion", "value": version },
            { "op": "replace", "path": "/metadata/managedFields", "value": fields },
        ]);
        let patch: json_patch::Patch = serde_json::from_value(patch).expect("it is a JSON patch");
        let patched = target
            .api(&session.client)
            .patch(&target.name, &PatchParams::default(), &Patch::Json::<()>(patch))
            .await;
        patched.map_err(|error| explain(error, "taking over", &target.label()))?;
    }
    apply::write(&session.client, targets, true).await
}

/// Archives the records of the Helm releases and records the bundle as a revision.
///
/// # Errors
///
/// Fails if the API server rejects a change.
pub(super) async fn releases(
    session: &Session,
    releases: &BTreeSet<Release>,
    report: &Report,
) -> anyhow::Result<()> {
    for release in releases {
        let records = archive(session, release).await?;
        let records = plural(records, "record");
        report.step("archived", format!("{records} of Helm release {}", release.name));
    }
    let (client, layer) = (&session.client, session.layer());
    let revisions = history::list(client, layer).await?;
    history::record(client, &session.bundle, Status::Deployed, &revisions).await?;
    Ok(())
}

/// Copies the records of a release to Secrets that Helm does not know, and deletes the records.
/// Helm then has no such release any more. Returns the number of records.
async fn archive(session: &Session, release: &Release) -> Result<usize, LiveError> {
    let secrets: Api<Secret> = Api::namespaced(session.client.clone(), &release.namespace);
    let records = ListParams::default().labels(&format!("owner=helm,name={}", release.name));
    let records = secrets
        .list(&records)
        .await
        .map_err(|error| explain(error, "listing", "the records of Helm"))?;
    let count = records.items.len();
    for record in records.items {
        let name = record.metadata.name.clone().unwrap_or_default();
        match secrets.create(&PostParams::default(), &archived(&name, release, record)).await {
            Ok(_) => {}
            // An interrupted run has already archived it.
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            Err(error) => return Err(explain(error, "archiving", &format!("Secret {name}"))),
        }
        let deleted = secrets.delete(&name, &DeleteParams::default()).await;
        deleted.map_err(|error| explain(error, "deleting", &format!("Secret {name}")))?;
    }
    Ok(count)
}

fn archived(name: &str, release: &Release, record: Secret) -> Secret {
    serde_json::from_value(json!({
        "metadata": {
            "name": name.replacen("sh.helm.release.v1.", "optakit.helm-archive.", 1),
            "labels": {
                "app.kubernetes.io/managed-by": "optakit",
                "optakit.dev/helm-release": release.name,
            },
        },
        "type": "optakit.dev/helm-archive",
        "immutable": true,
        "data": record.data,
    }))
    .expect("it is a Secret")
}
