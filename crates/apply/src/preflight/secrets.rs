//! Checks the Secrets that the pods read.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::Secret;
use kube::api::Api;
use optakit_core::bundle::Bundle;
use optakit_core::render::MANUAL_SECRETS;

use super::fault::Fault;
use crate::{hint, live, url_secrets};

/// Returns the missing keys with the command that sets them, as one fault.
///
/// Reads only keys. Missing permissions are the subject of `permissions`.
pub(super) async fn check(
    client: &kube::Client,
    bundle: &Bundle,
    namespace_exists: bool,
) -> Option<Fault> {
    let namespace = &bundle.metadata.layer;
    let mut lines = Vec::new();
    for secret in &bundle.secrets {
        let keys = if namespace_exists {
            live::secret_keys(client, namespace, &secret.name).await
        } else {
            Ok(BTreeMap::new())
        };
        let Ok(keys) = keys else { continue };
        let has_value = |key: &&String| keys.get(*key) == Some(&true);
        let missing: Vec<&str> =
            secret.keys.iter().filter(|key| !has_value(key)).map(String::as_str).collect();
        if missing.is_empty() {
            continue;
        }
        let name = &secret.name;
        let (empty, absent): (Vec<&str>, Vec<&str>) =
            missing.iter().partition(|key| keys.contains_key(**key));
        for (keys, fault) in [(absent, "has no key"), (empty, "has an empty value for")] {
            if !keys.is_empty() {
                let keys = keys.join(", ");
                lines.push(format!("Secret `{name}` in namespace `{namespace}` {fault} {keys}"));
            }
        }
        if name == MANUAL_SECRETS {
            let set = |key: &&str| format!("  run `{}`", hint::optakit("secret set", key));
            lines.extend(missing.iter().map(set));
        } else if keys.is_empty() {
            if !namespace_exists {
                let create = format!("create namespace {namespace}");
                lines.push(format!("  run `{}`", hint::kubectl(&create)));
            }
            // Other users of the machine can read a command line, so the values are in a file.
            let create =
                format!("-n {namespace} create secret generic {name} --from-env-file=FILE");
            lines.push(format!("  run `{}`", hint::kubectl(&create)));
            lines.push("  with one line KEY=VALUE per key in FILE".to_owned());
        } else {
            let patch = format!("-n {namespace} patch secret {name} --patch-file FILE");
            lines.push(format!("  run `{}`", hint::kubectl(&patch)));
            lines.push("  with the keys under `stringData` in FILE".to_owned());
        }
    }
    let title = "secrets are missing".to_owned();
    (!lines.is_empty()).then_some(Fault { title, lines })
}

/// Returns a warning for each secret in a URL whose value in the cluster has characters that a URL
/// must escape. A Secret that cannot be read causes no warning.
pub(super) async fn in_urls(
    client: &kube::Client,
    bundle: &Bundle,
    namespace_exists: bool,
) -> Vec<String> {
    let found = url_secrets::of(bundle);
    if found.is_empty() || !namespace_exists {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let secrets: BTreeSet<&String> = found.iter().map(|found| &found.secret).collect();
    for name in secrets {
        let api = Api::<Secret>::namespaced(client.clone(), &bundle.metadata.layer);
        let data = api.get_opt(name).await.ok().flatten().and_then(|secret| secret.data);
        for used in found.iter().filter(|found| found.secret == *name) {
            let value = data.as_ref().and_then(|data| data.get(&used.key));
            let value = value.and_then(|value| std::str::from_utf8(&value.0).ok());
            warnings.extend(value.and_then(|value| used.warning(value)));
        }
    }
    warnings
}
