//! The HorizontalPodAutoscaler, for services with a target for CPU or memory.

use super::context::ServiceContext;
use super::object::{Object, object};
use super::scale::{Scale, scale};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::number::Count;
use crate::span::Defaulted;
use crate::value::{Map, Value};

pub(super) fn render(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Option<Object> {
    let Scale::Automatic(min, max) = scale(service) else { return None };
    let metrics = [
        ("cpu", &service.autoscaling_target_cpu_percentage),
        ("memory", &service.autoscaling_target_mem_percentage),
    ];
    let metrics: Vec<Value> = metrics
        .into_iter()
        .filter(|(_, target)| target.value.0 != 0)
        .map(|(name, target)| metric(name, target))
        .collect();
    let target = Map::new()
        .with("apiVersion", "apps/v1")
        .with(
            "kind",
            if service.is_stateful() { Kind::StatefulSet } else { Kind::Deployment }.name(),
        )
        .with("name", context.names.full.clone());
    let spec = Map::new()
        .with("scaleTargetRef", target)
        .with("minReplicas", Value::from(min).at(service.min_containers.span))
        .with("maxReplicas", Value::from(max).at(service.max_containers.span))
        .with("metrics", metrics);
    Some(object(
        Kind::HorizontalPodAutoscaler,
        context.names.full.clone(),
        context,
        Map::new(),
        Map::new().with("spec", spec),
    ))
}

fn metric(name: &'static str, percentage: &Defaulted<Count>) -> Value {
    let target = Map::new()
        .with("type", "Utilization")
        .with("averageUtilization", Value::from(percentage.value.0).at(percentage.span));
    Map::new()
        .with("type", "Resource")
        .with("resource", Map::new().with("name", name).with("target", target))
        .into()
}
