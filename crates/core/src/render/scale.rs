//! The number of pods of a service.

use crate::model::k8s_service::K8sService;
use crate::value::Value;

/// The number of pods, and whether an autoscaler changes it.
pub(crate) enum Scale {
    /// A fixed number of pods.
    Fixed(u32),
    /// An autoscaler keeps the number between minimum and maximum.
    Automatic(u32, u32),
}

/// Returns the number of pods of a service.
pub(crate) fn scale(service: &K8sService) -> Scale {
    let (min, max) = (service.min_containers.value.0, service.max_containers.value.0);
    let targets = [
        service.autoscaling_target_cpu_percentage.value.0,
        service.autoscaling_target_mem_percentage.value.0,
    ];
    if max == 0 || targets == [0, 0] { Scale::Fixed(min) } else { Scale::Automatic(min, max) }
}

/// Returns the number of pods in the manifest. With an autoscaler, the manifest has none.
pub(super) fn replicas(service: &K8sService) -> Option<Value> {
    match scale(service) {
        Scale::Fixed(count) => Some(Value::from(count).at(service.min_containers.span)),
        Scale::Automatic(..) => None,
    }
}
