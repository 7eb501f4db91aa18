//! The PodDisruptionBudget, for services with at least two pods: a drain evicts one pod at a time.

use super::context::ServiceContext;
use super::labels;
use super::object::{Object, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::value::{Map, Value};

pub(super) fn render(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Option<Object> {
    if context.profile.is_opta() || service.min_containers.value.0 < 2 {
        return None;
    }
    let spec = Map::new()
        .with("maxUnavailable", Value::from(1_i64).at(service.min_containers.span))
        .with("selector", Map::new().with("matchLabels", labels::selector(context)));
    Some(object(
        Kind::PodDisruptionBudget,
        context.names.full.clone(),
        context,
        Map::new(),
        Map::new().with("spec", spec),
    ))
}
