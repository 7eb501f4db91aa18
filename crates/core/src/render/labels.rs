//! The labels of objects and pods, and the selector.

use super::context::ServiceContext;
use super::target::Profile;
use crate::value::Map;

/// The label with the image tag.
pub const VERSION_LABEL: &str = "app.kubernetes.io/version";

/// Returns the selector of Deployment and Service. It must never change.
pub(super) fn selector(context: &ServiceContext<'_>) -> Map {
    Map::new()
        .with("app.kubernetes.io/name", "k8s-service")
        .with("app.kubernetes.io/instance", context.names.instance.clone())
}

/// Returns the labels that name the module, layer and environment of an object.
fn opta(context: &ServiceContext<'_>) -> Map {
    selector(context)
        .with("opta.dev/module-name", context.names.module.clone())
        .with("opta.dev/layer-name", context.names.layer.clone())
        .with("opta.dev/environment-name", context.names.environment.clone())
}

/// Returns the labels of an object. They may change, because pods and selectors do not use them.
pub(super) fn of_object(context: &ServiceContext<'_>) -> Map {
    opta(context)
        .with(VERSION_LABEL, context.version.clone())
        .with("app.kubernetes.io/managed-by", "optakit")
}

/// Returns the labels of a pod.
pub(super) fn of_pod(context: &ServiceContext<'_>) -> Map {
    match context.profile {
        Profile::Default => opta(context),
        Profile::Opta2021 => opta(context)
            .with(
                "tags.datadoghq.com/service",
                format!("{}-{}", context.names.module.as_str(), context.names.layer.as_str()),
            )
            .with("tags.datadoghq.com/version", context.version.clone()),
    }
}
