//! Labels: those of every object, those of pods, and the selector, which can never change.

use super::{Frame, Profile};
use crate::value::Map;

/// The selector of Deployment and Service, the same since 2021.
pub(super) fn selector(frame: &Frame<'_>) -> Map {
    Map::new()
        .with("app.kubernetes.io/name", "k8s-service")
        .with("app.kubernetes.io/instance", frame.names.instance.clone())
}

/// What ties an object to its module, layer and environment.
fn opta(frame: &Frame<'_>) -> Map {
    selector(frame)
        .with("opta.dev/module-name", frame.names.module.clone())
        .with("opta.dev/layer-name", frame.names.layer.clone())
        .with("opta.dev/environment-name", frame.names.environment.clone())
}

/// The labels of an object. Never part of a pod template or a selector, so that they may change.
pub(super) fn of_object(frame: &Frame<'_>) -> Map {
    opta(frame)
        .with("app.kubernetes.io/version", frame.version.clone())
        .with("app.kubernetes.io/managed-by", "optakit")
}

/// The labels of a pod.
pub(super) fn of_pod(frame: &Frame<'_>) -> Map {
    match frame.profile {
        Profile::Default => opta(frame),
        Profile::Opta2021 => opta(frame)
            .with(
                "tags.datadoghq.com/service",
                format!("{}-{}", frame.names.module.as_str(), frame.names.layer.as_str()),
            )
            .with("tags.datadoghq.com/version", frame.version.clone()),
    }
}
