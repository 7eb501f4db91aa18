//! Reads the bundle of a revision.

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Secret;
use kube::api::Api;
use optakit_core::bundle::Bundle;

use super::pack::{MAX_PARTS, unpack};
use super::revision::{HistoryError, KEY, PART_TYPE, Revision, TYPE, part_name, secret_name};
use crate::live::explain;

/// Returns the bundle of a revision.
///
/// # Errors
///
/// Fails if the record cannot be read, or its bundle was changed.
pub(crate) async fn read(
    client: &kube::Client,
    layer: &str,
    revision: &Revision,
) -> Result<Bundle, HistoryError> {
    let number = revision.number;
    let broken =
        |reason: Box<dyn std::error::Error + Send + Sync>| HistoryError::Broken { number, reason };
    let packed = packed(client, layer, revision).await?;
    let text = unpack(&packed).map_err(|error| broken(error.into()))?;
    let bundle = Bundle::parse(&text).map_err(|error| broken(error.into()))?;
    let found = bundle.actual_digest();
    if found != revision.digest {
        let expected = revision.digest.clone();
        return Err(HistoryError::Changed { number, found, expected });
    }
    // Everyone who can write Secrets in the namespace can write a revision.
    bundle.check_layer_is(layer).map_err(|error| broken(error.into()))?;
    Ok(bundle)
}

/// Returns the compressed bundle of a revision.
async fn packed(
    client: &kube::Client,
    layer: &str,
    revision: &Revision,
) -> Result<Vec<u8>, HistoryError> {
    let number = revision.number;
    if revision.parts > MAX_PARTS {
        let reason = format!("it has {} parts, expected at most {MAX_PARTS}", revision.parts);
        return Err(HistoryError::Broken { number, reason: reason.into() });
    }
    let others = (2..=revision.parts).map(|part| (part_name(layer, number, part), PART_TYPE));
    let names = std::iter::once((secret_name(layer, number), TYPE)).chain(others);
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let parts = names.map(|(name, kind)| {
        let secrets = &secrets;
        async move {
            let object = format!("Secret {name}");
            let secret = secrets.get(&name).await;
            let secret = secret.map_err(|error| explain(error, "reading", &object))?;
            let is_ours = secret.type_.as_deref() == Some(kind);
            let data = secret.data.filter(|_| is_ours).and_then(|mut data| data.remove(KEY));
            data.map(|bytes| bytes.0).ok_or_else(|| HistoryError::Broken {
                number,
                reason: format!("{object} has no bundle").into(),
            })
        }
    });
    Ok(try_join_all(parts).await?.concat())
}
