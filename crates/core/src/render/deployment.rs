//! The Deployment of a service without persistent storage.

use super::context::ServiceContext;
use super::deadline::progress_deadline;
use super::image::ContainerImage;
use super::labels;
use super::object::{Object, object};
use super::pod_template::pod_template;
use super::scale::replicas;
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::value::{Map, Value};

pub(super) fn render(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Object {
    let rolling = Map::new().with("maxUnavailable", 0_i64).with("maxSurge", "25%");
    let spec = Map::new()
        .maybe("replicas", replicas(service))
        .with("selector", Map::new().with("matchLabels", labels::selector(context)))
        .with("strategy", Map::new().with("type", "RollingUpdate").with("rollingUpdate", rolling))
        .with(
            "progressDeadlineSeconds",
            Value::from(progress_deadline(service.timeout.value.0)).at(service.timeout.span),
        )
        .with(
            "revisionHistoryLimit",
            Value::from(service.max_history.value.0).at(service.max_history.span),
        )
        .with("template", pod_template(service, image, context));
    object(
        Kind::Deployment,
        context.names.full.clone(),
        context,
        Map::new(),
        Map::new().with("spec", spec),
    )
}
