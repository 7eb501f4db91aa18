//! The Service: port 80 of the module's name, whatever port the program listens on.

use super::{Frame, Object, labels, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, frame: &Frame<'_>) -> Object {
    let port = Map::new()
        .with("name", "main")
        .with("port", 80_i64)
        .with("targetPort", "main")
        .with("protocol", "TCP");
    let ports = vec![Value::from(port).at(service.port().span)];
    let spec = Map::new()
        .with("type", "ClusterIP")
        .with("selector", labels::selector(frame))
        .with("ports", ports);
    object(
        Kind::Service,
        frame.names.module.clone(),
        frame,
        Map::new(),
        Map::new().with("spec", spec),
    )
}
