//! The Secret `manual-secrets` of a service, which contains the values of `secrets` in opta.yml.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ListParams, Patch, PatchParams};
use optakit_core::render::MANUAL_SECRETS;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::digest;
use crate::live::{self, LiveError, explain};
use crate::owner::{MANAGER, RESTART_MANAGER};
use crate::session::Session;

const RESTART_ANNOTATION: &str = "optakit.dev/secrets";

fn api(session: &Session) -> Api<Secret> {
    Api::namespaced(session.client.clone(), session.layer())
}

/// Returns the names of the secrets that have a value.
///
/// # Errors
///
/// Fails if the Secret cannot be read.
pub(crate) async fn names(session: &Session) -> Result<Vec<String>, LiveError> {
    if session.namespace_exists {
        live::secret_keys(&session.client, session.layer(), MANUAL_SECRETS).await
    } else {
        Ok(Vec::new())
    }
}

/// Returns the names that the bundle needs.
pub(crate) fn required_names(session: &Session) -> impl Iterator<Item = &String> {
    let secrets = session.bundle.secrets.iter().filter(|secret| secret.name == MANUAL_SECRETS);
    secrets.flat_map(|secret| &secret.keys)
}

/// Sets values. Keeps all other keys. Returns the new Secret.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn set(
    session: &Session,
    values: &[(String, SecretString)],
) -> Result<Secret, LiveError> {
    let secrets = api(session);
    let data: Map<String, Value> =
        values.iter().map(|(name, value)| (name.clone(), value.expose_secret().into())).collect();
    let patch = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": MANUAL_SECRETS },
        "stringData": data,
    });
    let existing = secrets
        .get_opt(MANUAL_SECRETS)
        .await
        .map_err(|error| explain(error, "reading", &label()))?;
    // A merge patch keeps keys that other tools own.
    let written = match existing {
        Some(_) => {
            secrets.patch(MANUAL_SECRETS, &PatchParams::default(), &Patch::Merge(&patch)).await
        }
        None => {
            secrets.patch(MANUAL_SECRETS, &PatchParams::apply(MANAGER), &Patch::Apply(&patch)).await
        }
    };
    written.map_err(|error| explain(error, "writing", &label()))
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

/// Returns the names of the Deployments whose pods use the Secret.
///
/// # Errors
///
/// Fails if the Deployments cannot be listed.
pub(crate) async fn users(session: &Session) -> Result<Vec<String>, LiveError> {
    let deployments: Api<Deployment> = Api::namespaced(session.client.clone(), session.layer());
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=optakit");
    let found = deployments
        .list(&ours)
        .await
        .map_err(|error| explain(error, "listing", "the Deployments"))?;
    let using = found.items.into_iter().filter(uses_secret);
    Ok(using.filter_map(|deployment| deployment.metadata.name).collect())
}

fn uses_secret(deployment: &Deployment) -> bool {
    let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let mut variables = pod
        .into_iter()
        .flat_map(|pod| &pod.containers)
        .flat_map(|container| container.env.iter().flatten());
    variables.any(|variable| {
        let reference = variable.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref());
        reference.is_some_and(|reference| reference.name == MANUAL_SECRETS)
    })
}

/// Restarts the pods of a Deployment, because pods read a Secret only when they start.
///
/// # Errors
///
/// Fails if the API server rejects the change.
pub(crate) async fn restart(
    session: &Session,
    deployment: &str,
    secret: &Secret,
) -> Result<(), LiveError> {
    let deployments: Api<Deployment> = Api::namespaced(session.client.clone(), session.layer());
    let patch = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": deployment },
        "spec": { "template": { "metadata": { "annotations": {
            RESTART_ANNOTATION: version(secret),
        } } } },
    });
    let params = PatchParams::apply(RESTART_MANAGER).force();
    let patched = deployments.patch(deployment, &params, &Patch::Apply(&patch)).await;
    patched.map_err(|error| explain(error, "restarting", &format!("Deployment {deployment}")))?;
    Ok(())
}

/// Returns a hash of the version of the Secret. A hash of its values could be guessed.
fn version(secret: &Secret) -> String {
    let version = format!(
        "{}.{}",
        secret.metadata.uid.as_deref().unwrap_or_default(),
        secret.metadata.resource_version.as_deref().unwrap_or_default()
    );
    digest::short_hex(version.as_bytes())
}
