//! The StatefulSet of a service with persistent storage.

use super::context::ServiceContext;
use super::image::ContainerImage;
use super::object::{Object, object};
use super::pod_template::pod_template;
use super::scale::replicas;
use super::{labels, volumes};
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::value::{Map, Value};

/// The annotation with the `timeout` in seconds. A StatefulSet has no progress deadline.
pub const TIMEOUT: &str = "optakit.dev/timeout";

pub(super) fn render(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Object {
    let claims: Vec<Value> = volumes::claims(service).collect();
    let retained = Map::new().with("whenDeleted", "Retain").with("whenScaled", "Retain");
    let timeout = &service.timeout;
    let annotations =
        Map::new().with(TIMEOUT, Value::from(timeout.value.0.to_string()).at(timeout.span));
    let spec = Map::new()
        .maybe("replicas", replicas(service))
        .with("selector", Map::new().with("matchLabels", labels::selector(context)))
        .with("serviceName", context.names.headless())
        // With the policy `OrderedReady`, a rollback waits for a broken pod forever.
        .with("podManagementPolicy", "Parallel")
        .with("updateStrategy", Map::new().with("type", "RollingUpdate"))
        .with("persistentVolumeClaimRetentionPolicy", retained)
        .with(
            "revisionHistoryLimit",
            Value::from(service.max_history.value.0).at(service.max_history.span),
        )
        .with("template", pod_template(service, image, context))
        .with("volumeClaimTemplates", claims);
    let rest = Map::new().with("spec", spec);
    object(Kind::StatefulSet, context.names.full.clone(), context, annotations, rest)
}
