//! The public addresses of a service.

use optakit_core::bundle::BundleObject;
use optakit_core::kind::Kind;

use crate::session::Session;

/// Returns the addresses of the Ingresses and routes, like `api.example.com/v1`.
pub(super) fn of(session: &Session) -> Vec<String> {
    let objects = session.bundle.manifests.iter();
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
