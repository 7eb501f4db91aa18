//! Lists the revisions of a layer.

use std::cmp::Reverse;

use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ListParams};

use super::revision::{HistoryError, LAYER, Revision, TYPE};
use crate::live::explain;

/// Returns the revisions of a layer, newest first.
///
/// # Errors
///
/// Fails if the API server rejects the request.
pub(crate) async fn list(
    client: &kube::Client,
    layer: &str,
) -> Result<Vec<Revision>, HistoryError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let ours =
        ListParams::default().labels(&format!("{LAYER}={layer}")).fields(&format!("type={TYPE}"));
    // Reads only the metadata, because bundles are large.
    let found = secrets
        .list_metadata(&ours)
        .await
        .map_err(|error| explain(error, "listing", "the revisions"))?;
    let items = found.items.into_iter();
    let mut revisions: Vec<Revision> =
        items.filter_map(|item| Revision::from_metadata(item.metadata, layer)).collect();
    revisions.sort_by_key(|revision| Reverse(revision.number));
    Ok(revisions)
}

/// Returns the revision with a number.
///
/// # Errors
///
/// Fails if there is no such revision. The error lists the known ones.
pub(crate) fn find(revisions: &[Revision], number: u32) -> Result<&Revision, HistoryError> {
    let found = revisions.iter().find(|revision| revision.number == number);
    found.ok_or_else(|| {
        let numbers: Vec<String> =
            revisions.iter().map(|revision| revision.number.to_string()).collect();
        let known = if numbers.is_empty() { "no revisions".to_owned() } else { numbers.join(", ") };
        HistoryError::Unknown { number, known }
    })
}
