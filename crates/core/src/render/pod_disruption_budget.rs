//! The PodDisruptionBudget: a drained node takes one pod at a time, when there are always at least
//! two.

use super::{Frame, Object, Profile, labels, object};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::value::{Map, Value};

pub(super) fn render(service: &Checked<K8sService>, frame: &Frame<'_>) -> Option<Object> {
    if frame.profile == Profile::Opta2021 || service.min_containers.value.0 < 2 {
        return None;
    }
    let spec = Map::new()
        .with("maxUnavailable", Value::from(1_i64).at(service.min_containers.span))
        .with("selector", Map::new().with("matchLabels", labels::selector(frame)));
    Some(object(
        Kind::PodDisruptionBudget,
        frame.names.full.clone(),
        frame,
        Map::new(),
        Map::new().with("spec", spec),
    ))
}
