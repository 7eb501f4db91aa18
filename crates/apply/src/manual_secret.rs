//! The Secret `manual-secrets` of a service, which contains the values of `secrets` in opta.yml.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use optakit_core::render::MANUAL_SECRETS;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::digest;
use crate::live::{Lenient, LiveError, explain};
use crate::owner::{MANAGER, RESTART_MANAGER};
use crate::session::Session;

const RESTART_ANNOTATION: &str = "optakit.dev/secrets";

/// The size of the values of a Secret that the API server accepts, in bytes
/// (`MaxSecretSize` of Kubernetes).
const MAX_BYTES: usize = 1024 * 1024;

/// A reason not to write the Secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManualSecretError {
    #[error(
        "the values of the Secret `{MANUAL_SECRETS}` would be larger than 1 MiB, the limit of \
         Kubernetes\n  help: store large files elsewhere, or delete unused \
         secrets"
    )]
    TooLarge,
    #[error(transparent)]
    Live(#[from] LiveError),
}

/// Names with their values.
pub(crate) type SecretValues = Vec<(String, SecretString)>;

/// The difference between a new value and the stored one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    New,
    Changed,
    Same,
    Deleted,
}

impl Change {
    /// Returns the name of the change in the output.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Deleted => "deleted",
        }
    }
}

/// The Secret in the cluster. It may not exist.
pub(crate) struct ManualSecret(Option<Secret>);

impl ManualSecret {
    fn data(&self) -> Option<&BTreeMap<String, ByteString>> {
        self.0.as_ref().and_then(|secret| secret.data.as_ref())
    }

    fn value(&self, name: &str) -> Option<&[u8]> {
        self.data().and_then(|data| data.get(name)).map(|value| value.0.as_slice())
    }

    /// Returns the names, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.data().into_iter().flat_map(BTreeMap::keys)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Whether the secret is set, but to an empty value.
    pub(crate) fn is_empty(&self, name: &str) -> bool {
        self.value(name).is_some_and(<[u8]>::is_empty)
    }

    /// Returns what each value changes, in the given order.
    pub(crate) fn changes<'v>(
        &self,
        values: &'v [(String, SecretString)],
    ) -> Vec<(&'v str, Change)> {
        let change = |(name, value): &'v (String, SecretString)| {
            let change = match self.value(name) {
                None => Change::New,
                Some(found) if found == value.expose_secret().as_bytes() => Change::Same,
                Some(_) => Change::Changed,
            };
            (name.as_str(), change)
        };
        values.iter().map(change).collect()
    }

    /// Checks that the Secret can contain new values.
    ///
    /// # Errors
    ///
    /// Fails if all values together are too large.
    pub(crate) fn check_size(
        &self,
        values: &[(String, SecretString)],
    ) -> Result<(), ManualSecretError> {
        let is_kept = |name: &&String| values.iter().all(|(new, _)| new != *name);
        let kept =
            self.names().filter(is_kept).filter_map(|name| self.value(name)).map(<[u8]>::len);
        let new = values.iter().map(|(_, value)| value.expose_secret().len());
        if kept.chain(new).sum::<usize>() > MAX_BYTES {
            return Err(ManualSecretError::TooLarge);
        }
        Ok(())
    }

    /// Returns a hash of the version of the Secret. A hash of its values could be guessed.
    pub(crate) fn version(&self) -> Option<String> {
        let metadata = &self.0.as_ref()?.metadata;
        let version = format!(
            "{}.{}",
            metadata.uid.as_deref().unwrap_or_default(),
            metadata.resource_version.as_deref().unwrap_or_default()
        );
        Some(digest::short_hex(version.as_bytes()))
    }
}

fn api(session: &Session) -> Api<Secret> {
    Api::namespaced(session.client.clone(), session.layer())
}

/// Reads the Secret.
///
/// # Errors
///
/// Fails if the Secret cannot be read.
pub(crate) async fn read(session: &Session) -> Result<ManualSecret, LiveError> {
    if !session.namespace_exists {
        return Ok(ManualSecret(None));
    }
    let found = api(session).get_opt(MANUAL_SECRETS).await;
    Ok(ManualSecret(found.map_err(|error| explain(error, "reading", &label()))?))
}

/// Returns the names that the bundle needs.
pub(crate) fn required_names(session: &Session) -> impl Iterator<Item = &String> {
    let secrets = session.bundle.secrets.iter().filter(|secret| secret.name == MANUAL_SECRETS);
    secrets.flat_map(|secret| &secret.keys)
}

/// Sets values. Keeps all other keys, also those that others set at the same time. Returns the new
/// Secret.
///
/// # Errors
///
/// Fails if the Secret would be too large, or if the API server rejects the change.
pub(crate) async fn set(
    session: &Session,
    current: &ManualSecret,
    values: &[(String, SecretString)],
) -> Result<ManualSecret, ManualSecretError> {
    current.check_size(values)?;
    let secrets = api(session);
    let data: Map<String, Value> =
        values.iter().map(|(name, value)| (name.clone(), value.expose_secret().into())).collect();
    if current.0.is_none() {
        let mut secret = Secret::default();
        secret.metadata.name = Some(MANUAL_SECRETS.to_owned());
        let text = |(name, value): &(String, SecretString)| {
            (name.clone(), value.expose_secret().to_owned())
        };
        secret.string_data = Some(values.iter().map(text).collect());
        let params =
            PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        match secrets.create(&params, &secret).await {
            Ok(created) => return Ok(ManualSecret(Some(created))),
            // Someone else has created it since it was read.
            Err(kube::Error::Api(status)) if status.is_already_exists() => {}
            Err(error) => return Err(explain(error, "writing", &label()).into()),
        }
    }
    // A merge patch keeps the other keys, also those of other field managers.
    let patch = Patch::Merge(json!({ "stringData": data }));
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    let written = secrets.patch(MANUAL_SECRETS, &params, &patch).await;
    Ok(ManualSecret(Some(written.map_err(|error| explain(error, "writing", &label()))?)))
}

/// Deletes one value.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn delete(session: &Session, name: &str) -> Result<(), LiveError> {
    let patch = json!({ "data": { name: null } });
    let written =
        api(session).patch(MANUAL_SECRETS, &PatchParams::default(), &Patch::Merge(&patch)).await;
    written.map_err(|error| explain(error, "writing", &label()))?;
    Ok(())
}

fn label() -> String {
    format!("Secret {MANUAL_SECRETS}")
}

/// A Deployment whose pods use the Secret.
pub(crate) struct SecretUser {
    pub(crate) name: String,
    /// The keys that the pods use.
    pub(crate) keys: Vec<String>,
    generation: Option<i64>,
}

impl SecretUser {
    fn of(deployment: Deployment) -> Option<Self> {
        let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
        let variables = pod
            .into_iter()
            .flat_map(|pod| &pod.containers)
            .flat_map(|container| container.env.iter().flatten());
        let references = variables.filter_map(|variable| {
            variable.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref())
        });
        let keys: Vec<String> = references
            .filter(|reference| reference.name == MANUAL_SECRETS)
            .map(|reference| reference.key.clone())
            .collect();
        if keys.is_empty() {
            return None;
        }
        Some(Self {
            keys,
            generation: deployment.metadata.generation,
            name: deployment.metadata.name?,
        })
    }
}

fn deployments(session: &Session) -> Api<Lenient<Deployment>> {
    Api::namespaced(session.client.clone(), session.layer())
}

/// Returns the Deployments whose pods use the Secret.
///
/// # Errors
///
/// Fails if the Deployments cannot be listed.
pub(crate) async fn users(session: &Session) -> Result<Vec<SecretUser>, LiveError> {
    let deployments = deployments(session);
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=optakit");
    let found = deployments
        .list(&ours)
        .await
        .map_err(|error| explain(error, "listing", "the Deployments"))?;
    Ok(found.items.into_iter().filter_map(|found| SecretUser::of(found.0)).collect())
}

/// Restarts the pods of a Deployment, because pods read a Secret only when they start. Returns
/// whether they use an older version of the Secret.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn restart(
    session: &Session,
    user: &SecretUser,
    version: &str,
) -> Result<bool, LiveError> {
    let deployments = deployments(session);
    let patch = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": user.name },
        "spec": { "template": { "metadata": { "annotations": {
            RESTART_ANNOTATION: version,
        } } } },
    });
    let params = PatchParams::apply(RESTART_MANAGER).force();
    let patched = deployments.patch(&user.name, &params, &Patch::Apply(&patch)).await;
    let restarting = format!("Deployment {}", user.name);
    let patched = patched.map_err(|error| explain(error, "restarting", &restarting))?;
    Ok(patched.0.metadata.generation != user.generation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(values: &[(&str, &str)]) -> ManualSecret {
        let value = |(name, value): &(&str, &str)| {
            ((*name).to_owned(), ByteString(value.as_bytes().to_vec()))
        };
        let data = Some(values.iter().map(value).collect());
        ManualSecret(Some(Secret { data, ..Secret::default() }))
    }

    fn values(of: &[(&str, &str)]) -> SecretValues {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
    }

    #[test]
    fn a_value_is_new_changed_or_the_same() {
        let stored = secret(&[("A", "1"), ("B", "")]);
        let new = values(&[("C", "1"), ("A", "1"), ("B", "2")]);
        let expected = [("C", Change::New), ("A", Change::Same), ("B", Change::Changed)];
        assert_eq!(stored.changes(&new), expected);
        assert_eq!(ManualSecret(None).changes(&new[..1]), [("C", Change::New)]);
        assert_eq!(stored.names().collect::<Vec<_>>(), ["A", "B"]);
        assert!(stored.has("A") && stored.has("B") && !stored.has("C"));
        assert!(!stored.is_empty("A") && stored.is_empty("B") && !stored.is_empty("C"));
    }

    #[test]
    fn all_values_together_have_at_most_one_mebibyte() {
        let half = "x".repeat(MAX_BYTES / 2);
        let stored = secret(&[("A", &half)]);
        assert!(stored.check_size(&values(&[("B", &half)])).is_ok());
        let error = stored.check_size(&values(&[("B", &(half.clone() + "x"))]));
        assert!(error.is_err_and(|error| error.to_string().contains("larger than 1 MiB")));
        // A new value replaces the old one.
        let most = "x".repeat(MAX_BYTES);
        assert!(stored.check_size(&values(&[("A", &most)])).is_ok());
        assert!(stored.check_size(&values(&[("A", &most), ("B", "x")])).is_err());
    }

    #[test]
    fn the_version_changes_with_every_write() {
        let version = |uid: &str, version: &str| {
            let mut secret = Secret::default();
            secret.metadata.uid = Some(uid.to_owned());
            secret.metadata.resource_version = Some(version.to_owned());
            ManualSecret(Some(secret)).version()
        };
        assert_eq!(version("a", "1"), version("a", "1"));
        assert_ne!(version("a", "1"), version("a", "2"));
        assert_ne!(version("a", "1"), version("b", "1"));
        assert_eq!(ManualSecret(None).version(), None);
    }

    #[test]
    fn only_deployments_with_keys_of_the_secret_use_it() {
        let user = |secret: &str| {
            let variable = |name: &str, reference: &str| {
                let reference = json!({"name": reference, "key": name});
                json!({"name": name, "valueFrom": {"secretKeyRef": reference}})
            };
            let env = [variable("A", secret), variable("B", "other"), json!({"name": "C"})];
            let pod = json!({"containers": [{"name": "app", "env": env}]});
            let deployment = json!({
                "metadata": {"name": "api", "generation": 3},
                "spec": {"selector": {}, "template": {"spec": pod}},
            });
            SecretUser::of(serde_json::from_value(deployment).expect("a Deployment"))
        };
        let found = user(MANUAL_SECRETS).expect("it uses the Secret");
        assert_eq!((&*found.name, found.generation), ("api", Some(3)));
        assert_eq!(found.keys, ["A"]);
        assert!(user("secret").is_none());
    }
}
