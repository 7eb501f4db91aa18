//! What makes objects work that the API server takes without it: ingress class, Gateway, metrics.

use std::collections::BTreeSet;

use k8s_openapi::api::networking::v1::IngressClass;
use kube::api::{Api, DynamicObject};
use kube::core::{ApiResource, GroupVersionKind};
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::live::DesiredObject;

/// What the cluster lacks, for people. Who may not look gets no warning: it might be there.
pub(super) async fn warnings(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let (classes, gateways, metrics) =
        tokio::join!(classes(client, targets), gateways(client, targets), metrics(client, targets));
    classes.into_iter().chain(gateways).chain(metrics).collect()
}

async fn classes(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let classes = targets.iter().filter_map(|target| {
        target.object.pointer("/spec/ingressClassName").and_then(Value::as_str)
    });
    let mut warnings = Vec::new();
    for class in classes.collect::<BTreeSet<&str>>() {
        if matches!(Api::<IngressClass>::all(client.clone()).get_opt(class).await, Ok(None)) {
            warnings.push(format!(
                "there is no ingress class `{class}` in the cluster: until it is there, nobody serves the Ingress"
            ));
        }
    }
    warnings
}

async fn gateways(client: &kube::Client, targets: &[DesiredObject]) -> Vec<String> {
    let parents = targets
        .iter()
        .filter_map(|target| target.object.pointer("/spec/parentRefs").and_then(Value::as_array))
        .flatten();
    let names = parents
        .filter_map(|parent| Some((parent["namespace"].as_str()?, parent["name"].as_str()?)));
    let kind = GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "Gateway");
    let resource = ApiResource::from_gvk_with_plural(&kind, "gateways");
    let mut warnings = Vec::new();
    for (namespace, name) in names.collect::<BTreeSet<_>>() {
        if matches!(
            Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &resource)
                .get_opt(name)
                .await,
            Ok(None)
        ) {
            warnings.push(format!(
                "there is no Gateway `{namespace}/{name}` in the cluster: until it is there, nobody serves the routes; \
                 another is named with `optakit bundle --gateway NAMESPACE/NAME`"
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
        Err(kube::Error::Api(status)) if status.code == 404 => {
            vec!["the cluster has no metrics API (metrics-server): until it has, the number of pods stays what it is".to_owned()]
        }
        _ => Vec::new(),
    }
}
