//! The public addresses of a service.

use optakit_core::bundle::{Bundle, BundleObject};
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::session::Session;

/// Returns the names of the modules that the bundle stops.
pub(super) fn stopped(bundle: &Bundle) -> Vec<&str> {
    let workloads = bundle.manifests.iter().filter(|object| object.kind().is_awaited());
    let is_stopped = |object: &&BundleObject| {
        object.json().pointer("/spec/replicas").and_then(Value::as_u64) == Some(0)
    };
    workloads.filter(is_stopped).filter_map(BundleObject::module).collect()
}

/// Returns the addresses of the Ingresses and routes, like `api.example.com/v1`. A module without
/// pods has none.
pub(super) fn of(session: &Session) -> Vec<String> {
    let stopped = stopped(&session.bundle);
    let runs =
        |object: &&BundleObject| object.module().is_none_or(|module| !stopped.contains(&module));
    let objects = session.bundle.manifests.iter().filter(runs);
    let mut all = Vec::new();
    for address in objects.filter_map(address) {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    all
}

fn address(object: &BundleObject) -> Option<String> {
    let text = |pointer: &str| object.text(pointer);
    let (host, path) = match object.kind() {
        Kind::Ingress => (text("/spec/rules/0/host")?, text("/spec/rules/0/http/paths/0/path")),
        Kind::HttpRoute => (text("/spec/hostnames/0")?, text("/spec/rules/0/matches/0/path/value")),
        Kind::GrpcRoute => (text("/spec/hostnames/0")?, None),
        // A Gateway has the domain of a TCP port, and the bundle does not contain it.
        Kind::TcpRoute
        | Kind::Namespace
        | Kind::ServiceAccount
        | Kind::ConfigMap
        | Kind::Secret
        | Kind::Service
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::CronJob
        | Kind::HorizontalPodAutoscaler
        | Kind::PodDisruptionBudget => return None,
    };
    let path = path.unwrap_or_default();
    Some(format!("{host}{}", path.trim_end_matches("(/|$)(.*)").trim_end_matches('/')))
}
