//! Reads objects from the cluster, and computes their new state with dry runs.

use std::collections::BTreeMap;

use futures::future::{join, join_all};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use optakit_core::bundle::BundleObject;
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::owner::{self, Force};

/// The field manager of Optakit.
pub(crate) const MANAGER: &str = "optakit";

/// An object to apply.
#[derive(Clone, Debug)]
pub(crate) struct DesiredObject {
    /// The index of the object in the bundle.
    pub(crate) index: usize,
    /// The manifest.
    pub(crate) object: Value,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    /// Whether to take over fields of other field managers.
    force: bool,
}

/// Returns where the API server serves objects of a kind.
pub(crate) fn resource_of(kind: Kind) -> ApiResource {
    let gvk = GroupVersionKind::gvk(kind.group(), kind.version(), kind.name());
    ApiResource::from_gvk_with_plural(&gvk, kind.plural())
}

/// The reason why an object cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error(
        "the cluster {cluster} cannot be reached: {reason}\n  nothing was changed\n  \
         help: check the address, the network and `--context`"
    )]
    Unreachable { cluster: String, reason: String },
    #[error(
        "the cluster {cluster} rejects the credentials (401)\n  \
         help: for EKS, check AWS_PROFILE, and add an access entry for your AWS identity"
    )]
    Unauthorized { cluster: String },
    #[error("{action} {object} is forbidden: {reason}")]
    Forbidden { action: &'static str, object: String, reason: String },
    #[error("the API server rejects {object}: {reason}")]
    Rejected { object: String, reason: String },
    #[error(
        "another field manager owns fields of {object}: {reason}\n  \
         help: to overwrite them, pass `--force-field FIELD` or `--force-conflicts`"
    )]
    Conflict { object: String, reason: String },
    #[error("{object} belongs to {owner}, which may revert changes\n  help: {advice}")]
    OwnedByTool { object: String, owner: String, advice: &'static str },
    #[error("{action} {object} failed: {reason}")]
    Failed { action: &'static str, object: String, reason: String },
}

impl DesiredObject {
    /// Returns the object at an index of a bundle.
    pub(crate) fn new(index: usize, object: &BundleObject) -> Self {
        Self {
            index,
            object: object.json().clone(),
            kind: object.kind(),
            name: object.name().to_owned(),
            namespace: object.namespace().map(str::to_owned),
            force: false,
        }
    }

    /// Returns kind and name for messages.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    pub(crate) fn api(&self, client: &kube::Client) -> Api<DynamicObject> {
        match &self.namespace {
            Some(namespace) => {
                Api::namespaced_with(client.clone(), namespace, &resource_of(self.kind))
            }
            None => Api::all_with(client.clone(), &resource_of(self.kind)),
        }
    }

    /// Applies the object, or tries it in a dry run.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the object.
    pub(crate) async fn apply(
        &self,
        client: &kube::Client,
        options: Options,
    ) -> Result<DynamicObject, kube::Error> {
        let mut params = PatchParams::apply(MANAGER).validation_strict();
        if options.dry_run {
            params = params.dry_run();
        }
        if options.force || self.force {
            params = params.force();
        }
        self.api(client).patch(&self.name, &params, &Patch::Apply(&self.object)).await
    }
}

/// The options of an apply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
}

/// An object before and after an apply.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) target: DesiredObject,
    pub(crate) live: Option<Value>,
    pub(crate) wanted: Value,
    /// The fields that are taken over from other field managers, for messages.
    pub(crate) taken: Vec<String>,
}

/// Checks that the API server can be reached and accepts the credentials.
///
/// # Errors
///
/// Fails if the API server rejects the credentials, or does not respond within 10 seconds.
pub(crate) async fn check_reachable(client: &kube::Client, cluster: &str) -> Result<(), LiveError> {
    let unreachable =
        |reason: String| LiveError::Unreachable { cluster: cluster.to_owned(), reason };
    let version =
        tokio::time::timeout(std::time::Duration::from_secs(10), client.apiserver_version()).await;
    match version {
        Err(_) => Err(unreachable("no response within 10 s".to_owned())),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(kube::Error::Api(status))) if status.code == 401 => {
            Err(LiveError::Unauthorized { cluster: cluster.to_owned() })
        }
        // Not all users may read the version.
        Ok(Err(kube::Error::Api(status))) if status.code == 403 => Ok(()),
        Ok(Err(error)) => Err(unreachable(root_cause(&error))),
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

/// Whether a namespace exists.
///
/// # Errors
///
/// Fails if the namespace is being deleted or cannot be read.
pub(crate) async fn namespace_exists(client: &kube::Client, name: &str) -> Result<bool, LiveError> {
    let found = Api::<Namespace>::all(client.clone()).get_opt(name).await;
    let object = format!("Namespace {name}");
    let found = found.map_err(|error| explain(error, "reading", &object))?;
    match found {
        Some(namespace) if namespace.metadata.deletion_timestamp.is_some() => {
            Err(LiveError::Rejected {
                object,
                reason: "it is being deleted\n  help: wait until it is deleted, then apply again"
                    .to_owned(),
            })
        }
        found => Ok(found.is_some()),
    }
}

/// Returns the keys of a Secret, without values. A Secret that does not exist has no keys.
///
/// # Errors
///
/// Fails if the Secret cannot be read.
pub(crate) async fn secret_keys(
    client: &kube::Client,
    namespace: &str,
    name: &str,
) -> Result<Vec<String>, LiveError> {
    let found = Api::<Secret>::namespaced(client.clone(), namespace).get_opt(name).await;
    let found = found.map_err(|error| explain(error, "reading", &format!("Secret {name}")))?;
    Ok(found
        .and_then(|secret| secret.data)
        .map(|data: BTreeMap<String, _>| data.into_keys().collect())
        .unwrap_or_default())
}

/// Reads every object, and computes its new state with a dry run. Sends all requests at once.
///
/// # Errors
///
/// Fails if the API server rejects an object. Returns all rejections.
pub(crate) async fn pairs(
    client: &kube::Client,
    targets: Vec<DesiredObject>,
    force: &Force,
) -> Result<Vec<Pair>, Vec<LiveError>> {
    let (mut pairs, mut errors) = (Vec::new(), Vec::new());
    for result in join_all(targets.into_iter().map(|target| pair(client, target, force))).await {
        match result {
            Ok(pair) => pairs.push(pair),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(pairs) } else { Err(errors) }
}

async fn pair(
    client: &kube::Client,
    mut target: DesiredObject,
    force: &Force,
) -> Result<Pair, LiveError> {
    let api = target.api(client);
    let (live, wanted) = join(
        api.get_opt(&target.name),
        target.apply(client, Options { dry_run: true, force: force.all }),
    )
    .await;
    let live = live.map_err(|error| explain(error, "reading", &target.label()))?.map(to_value);
    if let Some((owner, advice)) = live.as_ref().and_then(owner::of) {
        return Err(LiveError::OwnedByTool { object: target.label(), owner, advice });
    }
    let (wanted, taken) = match wanted {
        Err(kube::Error::Api(status)) if owner::may_take_over(&status, force) => {
            target.force = true;
            let wanted = target.apply(client, Options { dry_run: true, force: true }).await;
            (wanted, owner::conflicting_fields(&status))
        }
        wanted => (wanted, Vec::new()),
    };
    let wanted = wanted.map_err(|error| explain(error, "a dry run of", &target.label()))?;
    Ok(Pair { live, wanted: to_value(wanted), taken, target })
}

/// Converts an object of the API server to JSON.
pub(crate) fn to_value(object: DynamicObject) -> Value {
    serde_json::to_value(object).expect("an object of the API server is JSON")
}

/// Converts an error of the API server.
pub(crate) fn explain(error: kube::Error, action: &'static str, object: &str) -> LiveError {
    let object = object.to_owned();
    match error {
        kube::Error::Api(status) => {
            let reason = status.message.clone();
            match status.code {
                403 => LiveError::Forbidden { action, object, reason },
                409 if status.reason == "Conflict" => LiveError::Conflict { object, reason },
                400 | 422 | 404 | 409 => LiveError::Rejected { object, reason },
                _ => LiveError::Failed { action, object, reason },
            }
        }
        other => LiveError::Failed { action, object, reason: root_cause(&other) },
    }
}

/// Returns the innermost cause, which is the most specific one.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
