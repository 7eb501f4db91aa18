//! Warns about missing parts of the cluster that objects need to have an effect: ingress classes,
//! Gateways, the metrics API and a default StorageClass.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::networking::v1::IngressClass;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::hint;
use crate::live::DesiredObject;

/// Returns a warning for each missing part. A part that Optakit may not read causes no warning,
/// because it may exist.
pub(super) async fn warnings(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let (classes, gateways, metrics, storage) = tokio::join!(
        classes(client, targets),
        gateways(client, targets),
        metrics(client, targets),
        storage(client, targets)
    );
    classes.into_iter().chain(gateways).chain(metrics).chain(storage).collect()
}

async fn classes(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let classes: BTreeSet<&str> = targets
        .iter()
        .filter_map(|target| target.object.pointer("/spec/ingressClassName")?.as_str())
        .collect();
    let api: Api<IngressClass> = Api::all(client.clone());
    let mut warnings = Vec::new();
    for class in classes {
        if matches!(api.get_opt(class).await, Ok(None)) {
            warnings.push(format!(
                "the cluster has no ingress class `{class}`; the Ingress has no effect without it"
            ));
        }
    }
    warnings
}

async fn gateways(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let mut gateways: BTreeMap<(&str, &str), BTreeSet<i64>> = BTreeMap::new();
    let routes = targets.iter().filter_map(|target| target.object.pointer("/spec/parentRefs"));
    for parent in routes.filter_map(Value::as_array).flatten() {
        let (Some(namespace), Some(name)) = (parent["namespace"].as_str(), parent["name"].as_str())
        else {
            continue;
        };
        gateways.entry((namespace, name)).or_default().extend(parent["port"].as_i64());
    }
    let kind = GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "Gateway");
    let resource = ApiResource::from_gvk_with_plural(&kind, "gateways");
    let mut warnings = Vec::new();
    for ((namespace, name), ports) in gateways {
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
        match api.get_opt(name).await {
            Ok(None) => warnings.push(format!(
                "the cluster has no Gateway `{namespace}/{name}`; the routes have no effect \
                 without it\n  \
                 help: choose another with `{}`",
                hint::optakit("bundle", "--gateway NAMESPACE/NAME")
            )),
            Ok(Some(gateway)) => {
                let closed = ports.iter().filter(|port| !listens(&gateway.data, **port));
                warnings.extend(closed.map(|port| {
                    format!(
                        "the Gateway `{namespace}/{name}` does not listen on the TCP port {port}; \
                         the port is not public\n  \
                         help: add `{{name: tcp-{port}, protocol: TCP, port: {port}}}` to its \
                         `listeners`"
                    )
                }));
            }
            Err(_) => {}
        }
    }
    warnings
}

/// Whether a Gateway has a TCP listener for a port.
fn listens(gateway: &Value, port: i64) -> bool {
    let listeners = gateway.pointer("/spec/listeners").and_then(Value::as_array);
    listeners
        .into_iter()
        .flatten()
        .any(|listener| listener["protocol"] == "TCP" && listener["port"] == port)
}

async fn metrics(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    if !targets.iter().any(|target| target.kind == Kind::HorizontalPodAutoscaler) {
        return Vec::new();
    }
    match client.list_api_group_resources("metrics.k8s.io/v1beta1").await {
        Err(kube::Error::Api(status)) if status.code == 404 => vec![
            "the cluster has no metrics API; the autoscaler has no effect without metrics-server"
                .to_owned(),
        ],
        _ => Vec::new(),
    }
}

/// The annotation of the StorageClass for claims without one.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

async fn storage(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    if !targets.iter().any(|target| target.kind == Kind::StatefulSet) {
        return Vec::new();
    }
    let found = Api::<StorageClass>::all(client.clone()).list(&ListParams::default()).await;
    let is_missing = found.is_ok_and(|found| !found.items.iter().any(is_default));
    // EKS has no default StorageClass since Kubernetes 1.30.
    let annotate = format!("annotate storageclass NAME {DEFAULT_CLASS}=true");
    let warning = format!(
        "the cluster has no default StorageClass; new pods with volumes wait until it has one\n  \
         help: choose one: `{}`",
        hint::kubectl(&annotate)
    );
    is_missing.then_some(warning).into_iter().collect()
}

fn is_default(class: &StorageClass) -> bool {
    let annotations = class.metadata.annotations.as_ref();
    annotations.and_then(|all| all.get(DEFAULT_CLASS)).is_some_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tcp_listener_has_the_protocol_and_the_port() {
        let listener = |protocol: &str, port: i64| json!({"protocol": protocol, "port": port});
        let gateway =
            json!({"spec": {"listeners": [listener("HTTPS", 443), listener("TCP", 9000)]}});
        assert!(listens(&gateway, 9000));
        assert!(!listens(&gateway, 443));
        assert!(!listens(&json!({}), 9000));
    }

    #[test]
    fn default_storage_class_has_the_annotation() {
        let class = |value: &str| -> StorageClass {
            let metadata = json!({"name": "gp3", "annotations": {DEFAULT_CLASS: value}});
            serde_json::from_value(json!({"metadata": metadata, "provisioner": "x"}))
                .expect("a StorageClass")
        };
        assert!(is_default(&class("true")));
        assert!(!is_default(&class("false")));
    }
}
