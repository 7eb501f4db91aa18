//! The Service, named after the module. Its port is 80 for every container port.

use super::context::ServiceContext;
use super::labels;
use super::object::{Object, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Object {
    let port = Map::new()
        .with("name", "main")
        .with("port", 80_i64)
        .with("targetPort", "main")
        .with("protocol", "TCP");
    let ports = vec![Value::from(port).at(service.port().span)];
    let spec = Map::new()
        .with("type", "ClusterIP")
        .with("selector", labels::selector(context))
        .with("ports", ports);
    object(
        Kind::Service,
        context.names.module.clone(),
        context,
        Map::new(),
        Map::new().with("spec", spec),
    )
}
