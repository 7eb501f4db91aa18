//! Ingresses for the AWS Load Balancer Controller, one per `public_uri`. All services of an
//! environment share one load balancer
//! (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/>).

use super::address::{Address, addresses};
use super::context::ServiceContext;
use super::ingress::{class, rule};
use super::object::{Object, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::port::PortKind;
use crate::value::{Map, Value};

const ALB: &str = "alb.ingress.kubernetes.io";

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    addresses(service, context).iter().map(|address| ingress(address, service, context)).collect()
}

fn ingress(
    address: &Address,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Object {
    let rules = vec![rule(address, address.uri.prefix.clone(), "Prefix", context)];
    let spec = Map::new().with("ingressClassName", class(service, "alb")).with("rules", rules);
    let annotations = annotations(address.port.kind, service, context)
        .overridden_by(service.ingress_extra_annotations.value.to_map());
    let rest = Map::new().with("spec", spec);
    object(Kind::Ingress, address.name(context), context, annotations, rest)
}

fn annotations(port: PortKind, service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Map {
    let readiness = service.readiness_probe_path.as_ref().or(service.healthcheck_path.as_ref());
    let path = readiness.filter(|path| !path.value.as_str().is_empty() && port == PortKind::Http);
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
    if port == PortKind::Grpc {
        annotations = annotations.with(format!("{ALB}/backend-protocol-version"), "GRPC");
    }
    if port == PortKind::Websocket {
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
