//! The Service, named after the module. A service without ports has none.

use super::context::ServiceContext;
use super::labels;
use super::object::{Object, object};
use super::target::Profile;
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::ports::ServicePort;
use crate::value::{Map, Value};

pub(super) fn render(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Option<Object> {
    let ports: Vec<Value> = service.all_ports().into_iter().map(port).collect();
    if ports.is_empty() {
        return None;
    }
    let spec = Map::new()
        .with("type", "ClusterIP")
        .with("selector", labels::selector(context))
        .with("ports", ports);
    Some(object(
        Kind::Service,
        context.names.module.clone(),
        context,
        annotations(service, context.profile),
        Map::new().with("spec", spec),
    ))
}

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
