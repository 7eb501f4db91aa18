//! Reads objects from the cluster, and computes their new state with dry runs.

mod autoscalers;
mod change;
mod error;
mod lenient;
mod object;
mod retries;
mod served;
mod volumes;

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::Api;

use crate::network;

pub(crate) use autoscalers::check_autoscalers;
pub(crate) use change::{ObjectChange, object_changes};
pub(crate) use error::{LiveError, explain};
pub(crate) use lenient::{Lenient, parse};
pub(crate) use object::{DesiredObject, WriteOptions, resource_of, to_value};
pub(crate) use retries::{Retries, is_used_up_quota};
pub(crate) use served::check_served;
pub(crate) use volumes::{VolumeChange, keep_larger_claims, volume_change};

/// The time within which the API server must respond.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Checks that the API server can be reached and accepts the credentials.
///
/// # Errors
///
/// Fails if the API server rejects the credentials, or does not respond within 10 seconds.
pub(crate) async fn check_reachable(client: &kube::Client, cluster: &str) -> Result<(), LiveError> {
    let unreachable =
        |reason: String| LiveError::Unreachable { cluster: cluster.to_owned(), reason };
    let version = tokio::time::timeout(TIMEOUT, client.apiserver_version()).await;
    match version {
        Err(_) => Err(unreachable("no response within 10 s".to_owned())),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(kube::Error::Api(status))) if status.code == 401 => {
            Err(LiveError::Unauthorized { cluster: cluster.to_owned() })
        }
        // Not all users may read the version.
        Ok(Err(kube::Error::Api(status))) if status.code == 403 => Ok(()),
        Ok(Err(error)) => Err(unreachable(network::reason(&error))),
    }
}

/// Returns the UID of the cluster, which is the UID of the namespace `kube-system`.
///
/// # Errors
///
/// Fails if the namespace cannot be read.
pub(crate) async fn cluster_uid(client: &kube::Client) -> Result<String, LiveError> {
    let system = Api::<Namespace>::all(client.clone()).get("kube-system").await;
    let system = system.map_err(|error| explain(error, "reading", "Namespace kube-system"))?;
    Ok(system.metadata.uid.unwrap_or_default())
}

/// Whether a namespace exists. `writes` is whether the run writes to it.
///
/// # Errors
///
/// Fails if the namespace cannot be read. Fails if the run writes to it and it is being deleted.
pub(crate) async fn namespace_exists(
    client: &kube::Client,
    name: &str,
    writes: bool,
) -> Result<bool, LiveError> {
    let found = Api::<Namespace>::all(client.clone()).get_opt(name).await;
    let object = format!("Namespace {name}");
    let found = found.map_err(|error| explain(error, "reading", &object))?;
    match found {
        Some(namespace) if writes && namespace.metadata.deletion_timestamp.is_some() => {
            Err(LiveError::Rejected {
                object,
                reason: "it is being deleted\n  help: wait until it is deleted, then apply again"
                    .to_owned(),
            })
        }
        found => Ok(found.is_some()),
    }
}

/// Returns the keys of a Secret, and whether each has a value that is not empty. A Secret that does
/// not exist has no keys.
///
/// # Errors
///
/// Fails if the Secret cannot be read.
pub(crate) async fn secret_keys(
    client: &kube::Client,
    namespace: &str,
    name: &str,
) -> Result<BTreeMap<String, bool>, LiveError> {
    let found = Api::<Secret>::namespaced(client.clone(), namespace).get_opt(name).await;
    let found = found.map_err(|error| explain(error, "reading", &format!("Secret {name}")))?;
    let data = found.and_then(|secret| secret.data).unwrap_or_default();
    Ok(data.into_iter().map(|(key, value)| (key, !value.0.is_empty())).collect())
}
