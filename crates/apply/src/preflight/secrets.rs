//! The Secrets that pods read.

use optakit_core::bundle::Bundle;

use super::fault::Fault;
use crate::live;

/// The keys that are missing, with the command that sets them. Only keys are read; what may not be
/// read is for `permissions` to tell.
pub(super) async fn check(
    client: &kube::Client,
    bundle: &Bundle,
    namespace_exists: bool,
) -> Vec<Fault> {
    let namespace = &bundle.metadata.layer;
    let mut lines = Vec::new();
    for secret in &bundle.secrets {
        let keys = if namespace_exists {
            live::secret_keys(client, namespace, &secret.name).await
        } else {
            Ok(Vec::new())
        };
        let Ok(keys) = keys else { continue };
        let absent: Vec<&String> = secret.keys.iter().filter(|key| !keys.contains(key)).collect();
        if absent.is_empty() {
            continue;
        }
        let names: Vec<&str> = absent.iter().map(|key| key.as_str()).collect();
        lines.push(format!(
            "Secret `{}` in namespace `{namespace}` lacks {}",
            secret.name,
            names.join(", ")
        ));
        if secret.name == "manual-secrets" {
            lines.extend(absent.iter().map(|key| format!("  optakit secret set {key}")));
            continue;
        }
        lines.push(if keys.is_empty() {
            let new_namespace = if namespace_exists {
                String::new()
            } else {
                format!("kubectl create namespace {namespace} && ")
            };
            let literals: Vec<String> =
                absent.iter().map(|key| format!("--from-literal={key}=…")).collect();
            format!(
                "  {new_namespace}kubectl -n {namespace} create secret generic {} {}",
                secret.name,
                literals.join(" ")
            )
        } else {
            let fields: Vec<String> = absent.iter().map(|key| format!("\"{key}\":\"…\"")).collect();
            format!(
                "  kubectl -n {namespace} patch secret {} -p '{{\"stringData\":{{{}}}}}'",
                secret.name,
                fields.join(",")
            )
        });
    }
    if lines.is_empty() {
        Vec::new()
    } else {
        vec![Fault { title: "secrets are missing".to_owned(), lines }]
    }
}
