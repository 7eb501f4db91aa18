//! Ingresses for the AWS Load Balancer Controller, one per `public_uri`. All services of an
//! environment share one load balancer
//! (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/>).

use super::context::ServiceContext;
use super::ingress::rule;
use super::object::{Object, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::port::PortKind;
use crate::model::public_uri::PublicUri;
use crate::value::{Map, Value};

const ALB: &str = "alb.ingress.kubernetes.io";

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    let uris = PublicUri::of(service).into_iter().enumerate();
    uris.map(|(index, uri)| ingress(index, uri, service, context)).collect()
}

fn ingress(
    index: usize,
    uri: PublicUri,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Object {
    let rules = vec![rule(uri.host, uri.prefix, "Prefix", uri.span, context)];
    let spec = Map::new().with("ingressClassName", "alb").with("rules", rules);
    let name = format!("{}-{index}", context.names.full.as_str()).into();
    object(
        Kind::Ingress,
        name,
        context,
        annotations(service, context)
            .overridden_by(service.ingress_extra_annotations.value.to_map()),
        Map::new().with("spec", spec),
    )
}

fn annotations(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Map {
    let readiness = service.readiness_probe_path.as_ref().or(service.healthcheck_path.as_ref());
    let path = readiness
        .filter(|path| !path.value.as_str().is_empty() && service.port().kind == PortKind::Http);
    // The name of a group is in lowercase.
    let group = format!("opta-{}", context.environment.name.to_ascii_lowercase());
    let mut annotations = Map::new()
        .with(format!("{ALB}/scheme"), "internet-facing")
        .with(format!("{ALB}/target-type"), "ip")
        .with(format!("{ALB}/group.name"), group);
    if let Some(path) = path {
        annotations = annotations
            .with(format!("{ALB}/healthcheck-path"), Value::from(path.value.clone()).at(path.span));
    }
    if service.port().kind == PortKind::Grpc {
        annotations = annotations.with(format!("{ALB}/backend-protocol-version"), "GRPC");
    }
    if service.port().kind == PortKind::Tcp {
        // Idle websockets stay open.
        annotations = annotations
            .with(format!("{ALB}/load-balancer-attributes"), "idle_timeout.timeout_seconds=3600");
    }
    if service.sticky_session.value {
        let age = service.sticky_session_max_age.value.0;
        let attributes = format!(
            "stickiness.enabled=true,stickiness.type=lb_cookie,\
             stickiness.lb_cookie.duration_seconds={age}"
        );
        annotations = annotations.with(
            format!("{ALB}/target-group-attributes"),
            Value::from(attributes).at(service.sticky_session.span),
        );
    }
    annotations
}
