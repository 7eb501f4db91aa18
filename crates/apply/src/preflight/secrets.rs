//! Checks the Secrets that the pods read.

use optakit_core::bundle::Bundle;
use optakit_core::render::MANUAL_SECRETS;

use super::fault::Fault;
use crate::live;

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
            Ok(Vec::new())
        };
        let Ok(keys) = keys else { continue };
        let missing: Vec<&str> =
            secret.keys.iter().filter(|key| !keys.contains(key)).map(String::as_str).collect();
        if missing.is_empty() {
            continue;
        }
        let name = &secret.name;
        lines.push(format!(
            "Secret `{name}` in namespace `{namespace}` has no key {}",
            missing.join(", ")
        ));
        if name == MANUAL_SECRETS {
            lines.extend(missing.iter().map(|key| format!("  run `optakit secret set {key}`")));
        } else if keys.is_empty() {
            if !namespace_exists {
                lines.push(format!("  run `kubectl create namespace {namespace}`"));
            }
            let literals: String =
                missing.iter().map(|key| format!(" --from-literal={key}=…")).collect();
            lines.push(format!(
                "  run `kubectl -n {namespace} create secret generic {name}{literals}`"
            ));
        } else {
            let fields: Vec<String> =
                missing.iter().map(|key| format!("\"{key}\":\"…\"")).collect();
            let patch = format!("{{\"stringData\":{{{}}}}}", fields.join(","));
            lines.push(format!("  run `kubectl -n {namespace} patch secret {name} -p '{patch}'`"));
        }
    }
    let title = "secrets are missing".to_owned();
    (!lines.is_empty()).then_some(Fault { title, lines })
}
