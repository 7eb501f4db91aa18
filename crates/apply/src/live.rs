//! All reads from the cluster, before any write: the objects as they are and as a dry run says they
//! would be.

use std::collections::BTreeMap;

use futures::future::join_all;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::owner::{self, Force};

/// The field manager of everything Optakit writes.
pub(crate) const MANAGER: &str = "optakit";

/// An object to be applied.
#[derive(Clone, Debug)]
pub(crate) struct DesiredObject {
    /// Its index in the bundle.
    pub(crate) index: usize,
    /// The object.
    pub(crate) object: Value,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    /// Take over the fields that others hold.
    force: bool,
}

/// Returns where the API server serves objects of a kind.
pub(crate) fn resource_of(kind: Kind) -> ApiResource {
    let gvk = GroupVersionKind::gvk(kind.group(), kind.version(), kind.name());
    ApiResource::from_gvk_with_plural(&gvk, kind.plural())
}

/// Why an object cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error("the bundle holds an object that Optakit does not apply: {what}")]
    UnknownObject { what: String },
    #[error(
        "the cluster {cluster} cannot be reached: {reason}\n  nothing was changed; check the address, the network and `--context`"
    )]
    Unreachable { cluster: String, reason: String },
    #[error(
        "the cluster {cluster} does not accept our credentials (401)\n  for EKS: the AWS identity needs an access entry of the cluster; check AWS_PROFILE"
    )]
    Unauthorized { cluster: String },
    #[error("{action} {object} is forbidden: {reason}")]
    Forbidden { action: &'static str, object: String, reason: String },
    #[error("{object} is refused: {reason}")]
    Rejected { object: String, reason: String },
    #[error(
        "{object} is partly owned by someone else: {reason}\n  take one over with `--force-field FIELD`, or all with `--force-conflicts`, if the other side is to give way"
    )]
    Conflict { object: String, reason: String },
    #[error("{object} belongs to {owner}, which would undo what we change\n  {advice}")]
    Foreign { object: String, owner: String, advice: &'static str },
    #[error("{action} {object} failed: {reason}")]
    Failed { action: &'static str, object: String, reason: String },
}

impl DesiredObject {
    /// Reads the kind, name and namespace of a manifest.
    ///
    /// # Errors
    ///
    /// Fails if Optakit does not know the kind, or if the manifest has no name.
    pub(crate) fn new(index: usize, object: Value) -> Result<Self, LiveError> {
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (kind, name) =
            (text("/kind").unwrap_or_default(), text("/metadata/name").unwrap_or_default());
        let api_version = text("/apiVersion").unwrap_or_default();
        let Some(kind) = Kind::find(&api_version, &kind).filter(|_| !name.is_empty()) else {
            return Err(LiveError::UnknownObject {
                what: format!("{kind} {name} ({api_version})"),
            });
        };
        let namespace = text("/metadata/namespace");
        Ok(Self { index, object, kind, name, namespace, force: false })
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

    /// Applies it, for real or not.
    ///
    /// # Errors
    ///
    /// When the API server refuses it.
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

/// How to apply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
}

/// An object as it is, and as it would be.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) target: DesiredObject,
    pub(crate) live: Option<Value>,
    pub(crate) wanted: Value,
    /// Fields that a person holds and we take, with who.
    pub(crate) taken: Vec<String>,
}

/// Whether the API server can be reached and takes our credentials.
///
/// # Errors
///
/// When it cannot, within 10 s.
pub(crate) async fn check_reachable(client: &kube::Client, cluster: &str) -> Result<(), LiveError> {
    let unreachable =
        |reason: String| LiveError::Unreachable { cluster: cluster.to_owned(), reason };
    let version =
        tokio::time::timeout(std::time::Duration::from_secs(10), client.apiserver_version()).await;
    match version {
        Err(_) => Err(unreachable("no answer within 10 s".to_owned())),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(kube::Error::Api(status))) if status.code == 401 => {
            Err(LiveError::Unauthorized { cluster: cluster.to_owned() })
        }
        // The version may be hidden from us while all we need is not.
        Ok(Err(kube::Error::Api(status))) if status.code == 403 => Ok(()),
        Ok(Err(error)) => Err(unreachable(root_cause(&error))),
    }
}

/// The uid of the cluster, which is that of its namespace `kube-system`.
///
/// # Errors
///
/// When it may not be read.
pub(crate) async fn cluster_uid(client: &kube::Client) -> Result<String, LiveError> {
    let system = Api::<Namespace>::all(client.clone()).get("kube-system").await;
    let system = system.map_err(|error| explain(error, "reading", "Namespace kube-system"))?;
    Ok(system.metadata.uid.unwrap_or_default())
}

/// Whether a namespace is there.
///
/// # Errors
///
/// When it is being deleted, or we may not look.
pub(crate) async fn namespace_exists(client: &kube::Client, name: &str) -> Result<bool, LiveError> {
    let found = Api::<Namespace>::all(client.clone()).get_opt(name).await;
    let object = format!("Namespace {name}");
    let found = found.map_err(|error| explain(error, "reading", &object))?;
    match found {
        Some(namespace) if namespace.metadata.deletion_timestamp.is_some() => {
            Err(LiveError::Rejected {
                object,
                reason: "it is being deleted; wait until it is gone, then apply again".to_owned(),
            })
        }
        found => Ok(found.is_some()),
    }
}

/// The keys of a Secret; none when there is no such Secret. Values are never kept.
///
/// # Errors
///
/// When we may not look.
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

/// Reads every object and asks the API server, in dry runs, what each would become. All at once.
///
/// # Errors
///
/// Everything that was refused.
pub(crate) async fn pairs(
    client: &kube::Client,
    targets: Vec<DesiredObject>,
    force: &Force,
) -> Result<Vec<Pair>, Vec<LiveError>> {
    let read = |mut target: DesiredObject| async move {
        let api = target.api(client);
        let (live, wanted) = futures::future::join(
            api.get_opt(&target.name),
            target.apply(client, Options { dry_run: true, force: force.all }),
        )
        .await;
        let live = live.map_err(|error| explain(error, "reading", &target.label()))?.map(to_value);
        if let Some((owner, advice)) = live.as_ref().and_then(owner::of) {
            return Err(LiveError::Foreign { object: target.label(), owner, advice });
        }
        let (wanted, taken) = match wanted {
            Err(kube::Error::Api(status)) if owner::gives_way(&status, force) => {
                // What a person set by hand gives way to the file, as what was named does, and is
                // told of.
                target.force = true;
                (
                    target.apply(client, Options { dry_run: true, force: true }).await,
                    owner::held(&status),
                )
            }
            wanted => (wanted, Vec::new()),
        };
        let wanted = wanted.map_err(|error| explain(error, "a dry run of", &target.label()))?;
        Ok(Pair { live, wanted: to_value(wanted), taken, target })
    };
    let (mut pairs, mut errors) = (Vec::new(), Vec::new());
    for result in join_all(targets.into_iter().map(read)).await {
        match result {
            Ok(pair) => pairs.push(pair),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(pairs) } else { Err(errors) }
}

/// An object of the API server as data.
pub(crate) fn to_value(object: DynamicObject) -> Value {
    serde_json::to_value(object).expect("an object of the API server is JSON")
}

/// An error of the API server in words that help.
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

/// The innermost cause, which names the fault best.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
