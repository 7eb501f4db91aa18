//! Warns about missing parts of the cluster that objects need to have an effect: ingress classes,
//! Gateways and the metrics API.

use std::collections::BTreeSet;

use k8s_openapi::api::networking::v1::IngressClass;
use kube::api::{Api, DynamicObject};
use kube::core::{ApiResource, GroupVersionKind};
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::hint;
use crate::live::DesiredObject;

/// Returns a warning for each missing part. A part that Optakit may not read causes no warning,
/// because it may exist.
pub(super) async fn warnings(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let (classes, gateways, metrics) =
        tokio::join!(classes(client, targets), gateways(client, targets), metrics(client, targets));
    classes.into_iter().chain(gateways).chain(metrics).collect()
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
    let gateways: BTreeSet<(&str, &str)> = targets
        .iter()
        .filter_map(|target| target.object.pointer("/spec/parentRefs").and_then(Value::as_array))
        .flatten()
        .filter_map(|parent| Some((parent["namespace"].as_str()?, parent["name"].as_str()?)))
        .collect();
    let kind = GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "Gateway");
    let resource = ApiResource::from_gvk_with_plural(&kind, "gateways");
    let mut warnings = Vec::new();
    for (namespace, name) in gateways {
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
        if matches!(api.get_opt(name).await, Ok(None)) {
            warnings.push(format!(
                "the cluster has no Gateway `{namespace}/{name}`; the routes have no effect \
                 without it\n  \
                 help: choose another with `{}`",
                hint::optakit("bundle", "--gateway NAMESPACE/NAME")
            ));
        }
    }
    warnings
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
