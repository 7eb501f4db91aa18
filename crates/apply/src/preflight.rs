//! What must be true before anything is written: all that is missing is said at once.

use k8s_openapi::api::networking::v1::IngressClass;
use kube::api::Api;
use optakit_core::bundle::Bundle;

use crate::live::{self, LiveError, Target};

/// What is missing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreflightError {
    #[error("secrets are missing, nothing was changed\n{}", missing.join("\n"))]
    MissingSecrets { missing: Vec<String> },
    #[error("the bundle needs values that are not known: {}\n  make it again with a values file: `optakit bundle --values FILE`", inputs.join(", "))]
    UnknownInputs { inputs: Vec<String> },
    #[error(transparent)]
    Live(#[from] LiveError),
}

/// Checks that the manifests have no holes but the image's.
///
/// # Errors
///
/// With the inputs that are missing.
pub(crate) fn check_inputs(bundle: &Bundle, allowed: &str) -> Result<(), PreflightError> {
    let in_manifests = |hole: &&optakit_core::bundle::Hole| {
        hole.at.iter().any(|location| location.list == optakit_core::bundle::List::Manifests)
    };
    let missing = bundle.holes.iter().filter(in_manifests).filter(|hole| hole.input != allowed);
    let inputs: Vec<String> = missing.map(|hole| hole.input.clone()).collect();
    if inputs.is_empty() { Ok(()) } else { Err(PreflightError::UnknownInputs { inputs }) }
}

/// Checks that every secret the pods need is there. Only keys are read.
///
/// # Errors
///
/// With the missing keys and the command that sets them.
pub(crate) async fn check_secrets(client: &kube::Client, bundle: &Bundle, namespace_exists: bool) -> Result<(), PreflightError> {
    let namespace = &bundle.metadata.layer;
    let mut missing = Vec::new();
    for secret in &bundle.secrets {
        let keys = if namespace_exists { live::secret_keys(client, namespace, &secret.name).await? } else { Vec::new() };
        let absent: Vec<&String> = secret.keys.iter().filter(|key| !keys.contains(key)).collect();
        if absent.is_empty() {
            continue;
        }
        let names: Vec<&str> = absent.iter().map(|key| key.as_str()).collect();
        missing.push(format!("  Secret `{}` in namespace `{namespace}` lacks {}", secret.name, names.join(", ")));
        let new_namespace = if namespace_exists { String::new() } else { format!("kubectl create namespace {namespace} && ") };
        let fields: Vec<String> = absent.iter().map(|key| format!("\"{key}\":\"…\"")).collect();
        if secret.name == "manual-secrets" {
            missing.extend(absent.iter().map(|key| format!("    optakit secret set {key}")));
            continue;
        }
        missing.push(if keys.is_empty() {
            let literals: Vec<String> = absent.iter().map(|key| format!("--from-literal={key}=…")).collect();
            format!("    {new_namespace}kubectl -n {namespace} create secret generic {} {}", secret.name, literals.join(" "))
        } else {
            format!("    kubectl -n {namespace} patch secret {} -p '{{\"stringData\":{{{}}}}}'", secret.name, fields.join(","))
        });
    }
    if missing.is_empty() { Ok(()) } else { Err(PreflightError::MissingSecrets { missing }) }
}

/// What the cluster lacks that an apply does not need, but its purpose does, for people.
pub(crate) async fn warnings(client: &kube::Client, targets: &[Target]) -> Vec<String> {
    let classes =
        targets.iter().filter_map(|target| target.object.pointer("/spec/ingressClassName").and_then(serde_json::Value::as_str));
    let classes: std::collections::BTreeSet<&str> = classes.collect();
    let mut warnings = Vec::new();
    for class in classes {
        let found = Api::<IngressClass>::all(client.clone()).get_opt(class).await;
        // Who may not look gets no warning: it might be there.
        if matches!(found, Ok(None)) {
            warnings.push(format!(
                "there is no ingress class `{class}` in the cluster: until it is there, nobody serves the Ingress"
            ));
        }
    }
    warnings
}
