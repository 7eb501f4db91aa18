//! The Service, named after the module. A service without ports has none.
//!
//! A StatefulSet also has a headless Service, which gives each pod a DNS name. Opta 2022 had only
//! the headless one.

use super::context::ServiceContext;
use super::labels;
use super::object::{Object, object};
use super::target::Profile;
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::ports::ServicePort;
use crate::text::Text;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    let has_ports = !service.all_ports().is_empty();
    let is_public = has_ports && public_name(service, context) == context.names.module;
    let is_headless = service.is_stateful() && (has_ports || !context.profile.is_opta());
    let public = is_public.then(|| of_kind(false, service, context));
    let headless = is_headless.then(|| of_kind(true, service, context));
    public.into_iter().chain(headless).collect()
}

/// Returns the name of the Service that gets the requests for `public_uri`.
pub(super) fn public_name(service: &K8sService, context: &ServiceContext<'_>) -> Text {
    match context.profile {
        Profile::Opta2022 if service.is_stateful() => context.names.headless(),
        Profile::Default | Profile::Opta2021 | Profile::Opta2022 => context.names.module.clone(),
    }
}

fn of_kind(
    is_headless: bool,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Object {
    let ports: Vec<Value> = service.all_ports().into_iter().map(port).collect();
    let spec = Map::new()
        .with("type", "ClusterIP")
        .maybe("clusterIP", is_headless.then_some("None"))
        .with("selector", labels::selector(context))
        .maybe("ports", (!ports.is_empty()).then_some(ports));
    let name = if is_headless { context.names.headless() } else { context.names.module.clone() };
    let annotations = annotations(service, context.profile);
    object(Kind::Service, name, context, annotations, Map::new().with("spec", spec))
}

/// Renders the Service with a Network Load Balancer for the TCP ports that the environment makes
/// public
/// (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/>).
pub(super) fn load_balancer(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Option<Object> {
    let ports = service.public_tcp_ports(&context.environment.tcp_ports);
    let ports: Vec<Value> = ports.into_iter().map(port).collect();
    if ports.is_empty() {
        return None;
    }
    let annotations = Map::new()
        .with(format!("{NLB}-scheme"), "internet-facing")
        .with(format!("{NLB}-nlb-target-type"), "ip");
    let spec = Map::new()
        .with("type", "LoadBalancer")
        .with("loadBalancerClass", "service.k8s.aws/nlb")
        .with("selector", labels::selector(context))
        .with("ports", ports);
    let rest = Map::new().with("spec", spec);
    let name = context.names.load_balancer();
    Some(object(Kind::Service, name, context, annotations, rest))
}

/// The start of the annotations of the AWS Load Balancer Controller.
const NLB: &str = "service.beta.kubernetes.io/aws-load-balancer";

fn port(port: ServicePort) -> Value {
    let (number, span) = port.service_port;
    let map = Map::new()
        .with("name", port.name.clone())
        .with("port", Value::from(number).at(span))
        .with("targetPort", port.name)
        .with("protocol", "TCP");
    Value::from(map).at(port.span)
}

/// Returns the annotation with the ports that Opta 2022 exposed through nginx: JSON from port to
/// name.
fn annotations(service: &Checked<K8sService>, profile: Profile) -> Map {
    let ports = service.all_ports();
    let tcp = ports.iter().filter(|port| !port.kind.is_http());
    let entries: Vec<String> = tcp
        .map(|port| format!("\"{}\": \"{}\"", port.service_port.0, port.name.as_str()))
        .collect();
    let is_set = profile == Profile::Opta2022 && !entries.is_empty();
    let json = is_set.then(|| format!("{{{}}}", entries.join(", ")));
    Map::new().maybe("nginx.opta.dev/extra-tcp-ports", json)
}
